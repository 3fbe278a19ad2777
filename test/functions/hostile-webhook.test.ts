import { createHmac } from "node:crypto";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { METRICS } from "../../lib/contract.ts";
import { decodeMessage } from "../../lib/sqs/decode-message.ts";
import { encodeMessage } from "../../lib/sqs/encode-message.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import type { ChangeQueue, Telemetry } from "../../lib/sync/ports.ts";
import { MAX_BODY_BYTES } from "../../lib/sync/receive-delivery.ts";
import { createDeliveryHandler } from "../../lib/wiring/delivery-handler.ts";
import { DELIVERY_AT_MS, DELIVERY_SECRET, deliveryEvent, type DeliveryParts } from "../fixtures/signed-delivery.ts";

/** All that may ever be answered, whatever was sent. */
const TITLES = new Set([
  "Accepted",
  "Only POST is accepted",
  "The body is too large",
  "The body must be a JSON array",
  "The signature is not valid",
  "Try again later",
]);

/** In no text of ours: wherever it turns up, the input was repeated. */
const MARK = "Zw3tschge";

/** Largest message that SQS takes. Bytes. */
const MOST_MESSAGE_BYTES = 1_048_576;

/** Largest event that Lambda takes when it is called for an answer: 6 MB, read in the smaller way. Bytes. */
const MOST_EVENT_BYTES = 6_000_000;

interface Door {
  readonly call: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;
  /** Bodies of the messages that were queued, as SQS would get them. */
  readonly queued: string[];
  /** Everything that was told to the operator, as one text. */
  readonly told: () => string;
  /** How often the secret was asked for. */
  readonly secretReads: () => number;
}

function openDoor(options: { readonly secrets?: readonly string[]; readonly failsAfter?: number } = {}): Door {
  const queued: string[] = [];
  const lines: unknown[] = [];
  let secretReads = 0;
  const tell = (...line: readonly unknown[]): void => void lines.push(line);
  const telemetry: Telemetry = { info: tell, warn: tell, error: tell, count: tell };
  const queue: Pick<ChangeQueue, "send"> = {
    send: async (message) => {
      if (queued.length === options.failsAfter) throw new RetryableError("SQS is away", { code: "unreachable" });
      queued.push(encodeMessage(message));
    },
  };
  const read = async (): Promise<readonly string[]> => {
    secretReads += 1;
    return options.secrets ?? [DELIVERY_SECRET];
  };
  const handler = createDeliveryHandler({
    clientSecrets: { read, reread: read },
    queue,
    clock: { now: () => DELIVERY_AT_MS },
    telemetryOf: () => telemetry,
  });
  const call = async (event: APIGatewayProxyEventV2) => {
    const answer = await handler(event);
    expectSilent(answer, JSON.stringify(lines));
    return answer;
  };
  return { call, queued, told: () => JSON.stringify(lines), secretReads: () => secretReads };
}

/** Whatever was sent: an answer out of a fixed set, and nothing of the input in answer or log. */
function expectSilent(answer: APIGatewayProxyStructuredResultV2, told: string): void {
  const body: { readonly title?: unknown } = JSON.parse(answer.body ?? "{}");
  expect(Object.keys(body)).toEqual(["title"]);
  expect(TITLES).toContain(body.title);
  expect(answer.headers).toEqual({ "content-type": "application/json" });
  expect(told).not.toContain(MARK);
}

function changesIn(queued: readonly string[]): readonly string[] {
  return queued.flatMap((text) => {
    const decoded = decodeMessage(text);
    if (decoded.kind === "malformed") throw new Error(decoded.why);
    return decoded.body.changes.map(({ type, id }) => `${type} ${id}`);
  });
}

async function statusOf(parts: DeliveryParts | APIGatewayProxyEventV2, door = openDoor()): Promise<number | undefined> {
  const { statusCode } = await door.call("version" in parts ? parts : deliveryEvent(parts));
  return statusCode;
}

const GOOD = '{"subscriptionType":"deal.creation","objectId":3,"occurredAt":1790000000000}';

describe("a body that HubSpot signed", () => {
  it("of any JSON in any shape is accepted or is no array, and never fails", async () => {
    const word = fc.constantFrom(
      "subscriptionType",
      "eventType",
      "objectId",
      "objectTypeId",
      "occurredAt",
      "fromObjectId",
      "toObjectId",
      "associationType",
      "associationTypeId",
      "associationRemoved",
      "isPrimaryAssociation",
      "mergedObjectIds",
      "primaryObjectId",
      "newObjectId",
      "__proto__",
      "constructor",
      "toString",
      "valueOf",
      "toJSON",
      "then",
    );
    const value = fc.oneof(
      fc.constantFrom("company.creation", "object.merge", "deal.associationChange", "contact.privacyDeletion"),
      fc.constantFrom("0-1", "0-2", "0-3", "DEAL_TO_COMPANY", "COMPANY_TO_CONTACT", MARK, "__proto__.constructor"),
      fc.constantFrom(1, 0, -1, -0, 1.5, 1e300, 2 ** 53, 2 ** 63, "9".repeat(19), "9".repeat(400), "1e3", "٣", "１"),
      fc.jsonValue(),
    );
    const event = fc.dictionary(word, fc.oneof(value, fc.array(value, { maxLength: 3 })), { maxKeys: 9 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof({ weight: 5, arbitrary: event }, value), { maxLength: 5 }), async (events) => {
        const door = openDoor();
        expect(await statusOf({ body: JSON.stringify(events) }, door)).toBe(200);
        for (const key of changesIn(door.queued)) expect(key).toMatch(/^(?:company|contact|deal) [1-9]\d{0,18}$/u);
        expect(door.queued.join("")).not.toContain(MARK);
      }),
      { numRuns: 500 },
    );
  });

  it("of any bytes is accepted or refused with 400, and never fails", async () => {
    const piece = fc.constantFrom(
      "[",
      "]",
      "{",
      "}",
      '"',
      ":",
      ",",
      "1e999",
      "\\ud800",
      "\u0000",
      "\ufeff",
      MARK,
      GOOD,
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(piece, { maxLength: 20 }).map((parts) => Buffer.from(parts.join(""))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (body) => {
        expect([200, 400]).toContain(await statusOf({ body }));
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, string | Uint8Array, number, readonly string[]]>([
    ["with a byte order mark", `\ufeff[${GOOD}]`, 200, ["deal 3"]],
    ["in UTF-16", Buffer.from(`[${GOOD}]`, "utf16le"), 400, []],
    [
      "that is not UTF-8 inside a text",
      Buffer.concat([Buffer.from(`[${GOOD},"`), Buffer.from([0xff, 0xc0]), Buffer.from('"]')]),
      200,
      ["deal 3"],
    ],
    [
      "with duplicate keys, of which the last counts",
      '[{"subscriptionType":"deal.creation","objectId":1,"objectId":2}]',
      200,
      ["deal 2"],
    ],
    ["with a prototype for an event", '[{"__proto__":{"subscriptionType":"deal.creation","objectId":1}}]', 200, []],
    [
      "with a prototype beside good events",
      `[{"__proto__":{"looks":-9},"constructor":{"prototype":{"id":1}}},${GOOD}]`,
      200,
      ["deal 3"],
    ],
    ["nested deeply", `[${"[".repeat(200_000)}${"]".repeat(200_000)},${GOOD}]`, 200, ["deal 3"]],
    [
      "nested deeply beside a long number",
      `[${"[".repeat(100_000)}1234567890123456789${"]".repeat(100_000)}]`,
      400,
      [],
    ],
    ["that is one object", GOOD, 400, []],
    ["that is empty", "", 400, []],
    ["that is an empty array", "[]", 200, []],
  ])("%s is answered as it should be", async (...[, body, status, changes]) => {
    const door = openDoor();
    expect(await statusOf({ body }, door)).toBe(status);
    expect(changesIn(door.queued)).toEqual(changes);
  });

  it.each([
    "-5",
    "0",
    "1.5",
    "1e3",
    "1e300",
    '"1e3"',
    '"007"',
    '" 7"',
    '"٣"',
    "true",
    "[7]",
    '{"valueOf":7}',
    "9".repeat(20),
  ])("with the id %s costs that event and no other", async (id) => {
    const door = openDoor();
    const odd = `{"subscriptionType":"company.creation","objectId":${id}}`;
    expect(await statusOf({ body: `[${odd},${GOOD}]` }, door)).toBe(200);
    // Written as 1e3, a JSON number is a thousand.
    expect(changesIn(door.queued)).toEqual(id === "1e3" ? ["company 1000", "deal 3"] : ["deal 3"]);
  });

  it("of 10,000 events is queued whole, in messages that SQS takes, and keeps no more than it was sent", async () => {
    const events = Array.from({ length: 10_000 }, (_, index) => ({
      subscriptionType: "deal.propertyChange",
      objectId: 330_222_000_000 + index,
      propertyName: "x",
    }));
    const body = JSON.stringify(events);
    expect(body.length).toBeLessThanOrEqual(MAX_BODY_BYTES);
    const door = openDoor();
    expect(await statusOf({ body }, door)).toBe(200);
    expect(changesIn(door.queued)).toEqual(events.map(({ objectId }) => `deal ${objectId}`));
    for (const message of door.queued) expect(message.length).toBeLessThan(MOST_MESSAGE_BYTES);
    expect(door.queued.join("").length).toBeLessThan(body.length);
  });

  it("of 10,000 events is refused with 503 when the queue fails half-way, so that HubSpot sends all of it again", async () => {
    const body = JSON.stringify(
      Array.from({ length: 10_000 }, (_, index) => ({ subscriptionType: "deal.creation", objectId: index + 1 })),
    );
    expect(await statusOf({ body }, openDoor({ failsAfter: 50 }))).toBe(503);
  });

  it("that is too large is refused whole before anything is computed from it", async () => {
    const filler = `,{"subscriptionType":"${MARK}"}`.repeat(160_000);
    const door = openDoor();
    expect(await statusOf({ body: `[${GOOD}${filler}]` }, door)).toBe(413);
    expect(door.queued).toEqual([]);
    expect(door.secretReads()).toBe(0);
    expect(door.told()).toContain(METRICS.deliveryTooLarge);
  });

  it("of a hundred events with texts of 36,000 characters is accepted", async () => {
    const events = Array.from({ length: 100 }, (_, index) => ({
      subscriptionType: "company.propertyChange",
      objectId: index + 1,
      propertyName: "description",
      propertyValue: MARK.repeat(4_000),
    }));
    const door = openDoor();
    expect(await statusOf({ body: JSON.stringify(events) }, door)).toBe(200);
    expect(changesIn(door.queued)).toHaveLength(100);
  });

  it("of the largest size reaches the function, with room for headers and all else that comes with it", () => {
    const event = deliveryEvent({ body: " ".repeat(MAX_BODY_BYTES) });
    expect(event.isBase64Encoded).toBe(true);
    expect(JSON.stringify(event).length).toBeLessThan(MOST_EVENT_BYTES - 100_000);
  });

  it("of exactly the largest size is accepted, and one byte more is not", async () => {
    const largest = `[${GOOD}${" ".repeat(MAX_BODY_BYTES - GOOD.length - 2)}]`;
    expect(await statusOf({ body: largest })).toBe(200);
    expect(await statusOf({ body: `${largest} ` })).toBe(413);
  });

  it.each([10_000, 200_000])("that names %i merged ids is queued within what it was sent", async (count) => {
    const mergedObjectIds = Array.from({ length: count }, (_, index) => 330_222_000_000 + index);
    const body = JSON.stringify([{ subscriptionType: "company.merge", primaryObjectId: 1, mergedObjectIds }]);
    const door = openDoor();
    expect(await statusOf({ body }, door)).toBe(200);
    expect(changesIn(door.queued)).toHaveLength(count + 1);
    // Each id becomes a change: type, kind and time are added to it, once.
    expect(door.queued.join("").length).toBeLessThan((count + 1) * 100);
  });
});

describe("a request that HubSpot did not sign so", () => {
  const body = `[${GOOD}]`;
  const right = deliveryEvent({ body });
  const signature = right.headers["x-hubspot-signature-v3"] ?? "";
  const digest = Buffer.from(signature, "base64");
  const v1 = createHmac("sha256", "").update(`${DELIVERY_SECRET}${body}`).digest("hex");

  const without = (name: string): Readonly<Record<string, string | undefined>> =>
    Object.fromEntries(Object.entries(right.headers).filter(([header]) => header !== name));

  it("is taken for granted to be accepted when nothing is changed", async () => {
    expect(await statusOf(right)).toBe(200);
  });

  it.each<[string, Readonly<Record<string, string | undefined>>]>([
    ["in lower-case hex", { "x-hubspot-signature-v3": digest.toString("hex") }],
    ["in upper-case hex", { "x-hubspot-signature-v3": digest.toString("hex").toUpperCase() }],
    ["in upper case", { "x-hubspot-signature-v3": signature.toUpperCase() }],
    ["in base64url", { "x-hubspot-signature-v3": digest.toString("base64url") }],
    ["without its padding", { "x-hubspot-signature-v3": signature.replace(/=+$/u, "") }],
    ["cut short", { "x-hubspot-signature-v3": signature.slice(0, 8) }],
    ["twice, as a gateway joins two headers", { "x-hubspot-signature-v3": `${signature},${signature}` }],
    ["after a forged one", { "x-hubspot-signature-v3": `AAAA,${signature}` }],
    ["with a space before it", { "x-hubspot-signature-v3": ` ${signature}` }],
    ["with a space after it", { "x-hubspot-signature-v3": `${signature} ` }],
    ["with a null byte after it", { "x-hubspot-signature-v3": `${signature}\u0000` }],
    ["of a million characters", { "x-hubspot-signature-v3": "A".repeat(1_000_000) }],
    ["that is empty", { "x-hubspot-signature-v3": "" }],
    ["that is a name of an object's own", { "x-hubspot-signature-v3": "__proto__" }],
    ["not at all", { "x-hubspot-signature-v3": undefined }],
    [
      "in version 1 only",
      { "x-hubspot-signature-v3": undefined, "x-hubspot-signature": v1, "x-hubspot-signature-version": "v1" },
    ],
    ["in version 1 in the place of version 3", { "x-hubspot-signature-v3": v1, "x-hubspot-signature-version": "v1" }],
  ])("is refused when the signature comes %s", async (_name, changed) => {
    const door = openDoor();
    const headers = Object.fromEntries(
      Object.entries({ ...right.headers, ...changed }).filter(([, text]) => text !== undefined),
    );
    expect(await statusOf({ ...right, headers }, door)).toBe(401);
    expect(door.queued).toEqual([]);
  });

  it.each([
    "NaN",
    "Infinity",
    "",
    " ",
    "0",
    "-1790000000000",
    "+1790000000000",
    "1e3",
    "1.79e12",
    "0x1A0B3C",
    "1790000000",
    "1790000000000.0",
    " 1790000000000",
    "1790000000000,1790000000000",
    "１７９００００００００００",
    String(DELIVERY_AT_MS + 360_000),
    String(DELIVERY_AT_MS - 360_000),
    "9".repeat(400),
  ])("is refused with the timestamp %j, though it is signed with it", async (timestamp) => {
    expect(await statusOf({ body, timestamp })).toBe(401);
  });

  it("is refused without a timestamp", async () => {
    expect(await statusOf({ ...right, headers: without("x-hubspot-request-timestamp") })).toBe(401);
  });

  const HOST = `https://${right.requestContext.domainName}`;

  it.each([
    ["another host", "https://evil.example/webhook", "/webhook", ""],
    ["plain http", HOST.replace("https", "http") + "/webhook", "/webhook", ""],
    ["another path", `${HOST}/webhook`, "/Webhook", ""],
    ["a slash at the end", `${HOST}/webhook`, "/webhook/", ""],
    ["a double slash", `${HOST}/webhook`, "//webhook", ""],
    ["a dot segment", `${HOST}/webhook`, "/x/../webhook", ""],
    ["an escaped letter", `${HOST}/webhook`, "/%77ebhook", ""],
    ["a letter that looks the same", `${HOST}/webhook`, "/w\u0435bhook", ""],
    ["an added query", `${HOST}/webhook`, "/webhook", "a=1"],
    ["a query left out", `${HOST}/webhook?a=1`, "/webhook", ""],
    ["its query in another order", `${HOST}/webhook?a=1&b=2`, "/webhook", "b=2&a=1"],
    ["a doubly escaped query", `${HOST}/webhook?a=:`, "/webhook", "a=%253A"],
    ["a query with a plus for a space", `${HOST}/webhook?a=%20`, "/webhook", "a=+"],
  ])("is refused when it was signed for another URL: %s", async (...[, signedUrl, rawPath, rawQueryString]) => {
    expect(await statusOf({ body, signedUrl, rawPath, rawQueryString })).toBe(401);
  });

  it("is accepted with each of the twelve escapes, in either case, and with any other left as it came", async () => {
    const signedUrl = `${HOST}/webhook?q=:/?@!$'()*,;%20%41%2e`;
    const rawQueryString = "q=%3A%2f%3F%40%21%24%27%28%29%2a%2C%3b%20%41%2e";
    expect(await statusOf({ body, signedUrl, rawQueryString })).toBe(200);
  });

  it.each([[[""]], [[]]])(
    "is refused when the secrets here are %j, also if it is signed with an empty one",
    async (secrets) => {
      expect(await statusOf({ body, secret: "" }, openDoor({ secrets }))).toBe(401);
    },
  );

  it("is refused when the body is called base64 and is not, or is and is not called so", async () => {
    expect(await statusOf({ ...right, body, isBase64Encoded: true })).toBe(401);
    expect(await statusOf({ ...right, isBase64Encoded: false })).toBe(401);
  });

  it("is refused when one byte is added to its body, a null or a line break", async () => {
    for (const extra of ["\u0000", "\n", " "]) {
      expect(await statusOf({ ...right, body: Buffer.from(body + extra).toString("base64") })).toBe(401);
    }
  });

  it("is refused without a body and with one that is missing, and never fails", async () => {
    const { body: _, ...bodiless } = right;
    expect(await statusOf(bodiless)).toBe(401);
    expect(await statusOf({ ...right, body: "" })).toBe(401);
  });

  it.each(["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "post", "PROPFIND", ""])(
    "is refused with the method %j before anything else is looked at",
    async (method) => {
      const http = { ...right.requestContext.http, method };
      const door = openDoor();
      expect(await statusOf({ ...right, requestContext: { ...right.requestContext, http } }, door)).toBe(405);
      expect(door.secretReads()).toBe(0);
    },
  );

  it("is refused with any headers, path and query, and never fails", async () => {
    const text = fc.string({ unit: "binary", maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(text, text), text, text, async (headers, rawPath, rawQueryString) => {
        const door = openDoor();
        expect(
          await statusOf(
            { ...right, headers: { ...right.headers, ...headers }, rawPath: `/${rawPath}x`, rawQueryString },
            door,
          ),
        ).toBe(401);
        expect(door.queued).toEqual([]);
      }),
    );
  });
});
