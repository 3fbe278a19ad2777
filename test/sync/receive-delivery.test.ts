import { describe, expect, it } from "vitest";
import { METRICS } from "../../lib/contract.ts";
import type { Change } from "../../lib/domain/change.ts";
import { NonRetryableError, RetryableError } from "../../lib/sync/errors.ts";
import type { ChangeQueue, DeliveryRequest, ParsedDelivery, Telemetry } from "../../lib/sync/ports.ts";
import { MAX_BODY_BYTES, receiveDelivery } from "../../lib/sync/receive-delivery.ts";
import type { DeliveryPorts } from "../../lib/sync/receive-delivery.ts";

type Sent = Parameters<ChangeQueue["send"]>[0];

const REQUEST: DeliveryRequest = {
  method: "POST",
  url: "https://hooks.example.com/webhook",
  headers: {},
  body: Buffer.from("[]"),
  deliveryId: "delivery-1",
};

function changeOf(id: number): Change {
  return { type: "deal", id: String(id), at: { created: 5 }, looks: 0, failures: 0 };
}

function delivery(
  changes: readonly Change[],
  rest: Partial<Extract<ParsedDelivery, { kind: "parsed" }>> = {},
): ParsedDelivery {
  return { kind: "parsed", changes, ignored: {}, malformed: 0, ...rest };
}

function setUp(overrides: Partial<DeliveryPorts> = {}) {
  const sent: Sent[] = [];
  const counts: Record<string, number> = {};
  const log: [message: string, fields: object][] = [];
  const write = (message: string, fields: object = {}): void => void log.push([message, fields]);
  const telemetry: Telemetry = {
    info: write,
    warn: write,
    error: write,
    count: (metric, value) => {
      counts[metric] = (counts[metric] ?? 0) + value;
    },
  };
  const ports: DeliveryPorts = {
    verify: async () => ({ kind: "valid" }),
    parse: () => delivery([changeOf(1)]),
    queue: { send: async (message) => void sent.push(message) },
    clock: { now: () => 1_000 },
    telemetry,
    ...overrides,
  };
  return { ports, sent, counts, log };
}

describe("receiveDelivery", () => {
  it("puts the joined changes of a delivery into one message", async () => {
    const { ports, sent } = setUp({ parse: () => delivery([changeOf(1), changeOf(2), changeOf(1)]) });
    expect(await receiveDelivery(ports, REQUEST)).toMatchObject({ status: 200 });
    expect(sent).toEqual([{ deliveryId: "delivery-1", receivedAtMs: 1_000, changes: [changeOf(1), changeOf(2)] }]);
  });

  it("answers 401, counts it and looks no further when the signature is rejected", async () => {
    const { ports, sent, counts } = setUp({
      verify: async () => ({ kind: "rejected", why: "mismatch" }),
      parse: () => {
        throw new Error("parsed an unverified body");
      },
    });
    expect(await receiveDelivery(ports, REQUEST)).toMatchObject({ status: 401 });
    expect(sent).toEqual([]);
    expect(counts).toEqual({ [METRICS.signatureRejected]: 1 });
  });

  it("answers 400 to a body that is not an array", async () => {
    const { ports, sent } = setUp({ parse: () => ({ kind: "notAnArray" }) });
    expect(await receiveDelivery(ports, REQUEST)).toMatchObject({ status: 400 });
    expect(sent).toEqual([]);
  });

  it.each([
    [MAX_BODY_BYTES, 200],
    [MAX_BODY_BYTES + 1, 413],
  ])("answers a body of %i bytes with %i", async (bytes, status) => {
    const { ports } = setUp();
    expect(await receiveDelivery(ports, { ...REQUEST, body: new Uint8Array(bytes) })).toMatchObject({ status });
  });

  it.each(["GET", "PUT", "OPTIONS"])("answers 405 to %s", async (method) => {
    const { ports } = setUp();
    expect(await receiveDelivery(ports, { ...REQUEST, method })).toMatchObject({ status: 405 });
  });

  it.each([
    ["a passing outage", new RetryableError("SQS answered 500", { code: "unreachable" })],
    ["a wrong set-up", new NonRetryableError("no such queue", { code: "misconfigured" })],
  ])("answers 503 and counts it when the queue refuses because of %s", async (_name, error) => {
    const { ports, counts } = setUp({ queue: { send: () => Promise.reject(error) } });
    expect(await receiveDelivery(ports, REQUEST)).toMatchObject({ status: 503 });
    expect(counts).toEqual({ [METRICS.enqueueFailed]: 1 });
  });

  it("answers 503 and counts it when the secret cannot be read", async () => {
    const error = new RetryableError("unreachable", { code: "unreachable" });
    const { ports, counts, sent } = setUp({ verify: () => Promise.reject(error) });
    expect(await receiveDelivery(ports, REQUEST)).toMatchObject({ status: 503 });
    expect([counts, sent]).toEqual([{ [METRICS.enqueueFailed]: 1 }, []]);
  });

  it("lets a bug surface", async () => {
    const { ports } = setUp({ queue: { send: () => Promise.reject(new TypeError("bug")) } });
    await expect(receiveDelivery(ports, REQUEST)).rejects.toThrow(TypeError);
  });

  it("sends nothing and answers 200 when no event is for us", async () => {
    const { ports, sent, counts } = setUp({
      parse: () => delivery([], { ignored: { unknownKind: 2, unknownType: 3, otherAssociation: 4 }, malformed: 1 }),
    });
    expect(await receiveDelivery(ports, REQUEST)).toMatchObject({ status: 200 });
    expect(sent).toEqual([]);
    expect(counts).toEqual({ [METRICS.unknownEvents]: 6 });
  });

  it("counts nothing when only associations without a company were left out", async () => {
    const { ports, counts } = setUp({ parse: () => delivery([], { ignored: { otherAssociation: 4 } }) });
    await receiveDelivery(ports, REQUEST);
    expect(counts).toEqual({});
  });

  it.each([
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
  ])("splits %i changes into messages of %j", async (count, sizes) => {
    const changes = Array.from({ length: count }, (_, index) => changeOf(index + 1));
    const { ports, sent } = setUp({ parse: () => delivery(changes) });
    await receiveDelivery(ports, REQUEST);
    expect(sent.map((message) => message.changes.length)).toEqual(sizes);
    expect(sent.flatMap((message) => message.changes)).toEqual(changes);
  });

  const ignored = { unknownKind: 2, unknownType: 3, otherAssociation: 6 };
  const outage = new RetryableError("SQS answered 500", { code: "unreachable" });
  it.each<[name: string, overrides: Partial<DeliveryPorts>, title: string, told: readonly unknown[]]>([
    [
      "accepted, and how much came of it",
      { parse: () => delivery([changeOf(1), changeOf(2), changeOf(1)]) },
      "Accepted",
      [["Delivery accepted", { eventCount: 3, changeCount: 2, malformedCount: 0 }]],
    ],
    [
      "ignored, by what it was",
      { parse: () => delivery([], { ignored, malformed: 1 }) },
      "Accepted",
      [
        ["Events ignored", { unknownKindCount: 2, unknownTypeCount: 3, otherAssociationCount: 6, malformedCount: 1 }],
        ["Delivery accepted", { eventCount: 0, changeCount: 0, malformedCount: 1 }],
      ],
    ],
    [
      "ignored, if only associations without a company were",
      { parse: () => delivery([], { ignored: { otherAssociation: 4 } }) },
      "Accepted",
      [
        ["Events ignored", { unknownKindCount: 0, unknownTypeCount: 0, otherAssociationCount: 4, malformedCount: 0 }],
        ["Delivery accepted", { eventCount: 0, changeCount: 0, malformedCount: 0 }],
      ],
    ],
    [
      "rejected, and why",
      { verify: async () => ({ kind: "rejected", why: "mismatch" }) },
      "The signature is not valid",
      [["Signature rejected", { reason: "mismatch" }]],
    ],
    [
      "refused, and how long it was",
      { parse: () => ({ kind: "notAnArray" }) },
      "The body must be a JSON array",
      [["Body refused", { reason: "notAnArray", bodyBytes: 2 }]],
    ],
    [
      "not taken in, and why",
      { queue: { send: () => Promise.reject(outage) } },
      "Try again later",
      [["The delivery could not be taken in; HubSpot will repeat it", { error: outage }]],
    ],
  ])("tells the operator what was %s", async (...[, overrides, title, told]) => {
    const { ports, log } = setUp(overrides);
    expect((await receiveDelivery(ports, REQUEST)).body).toEqual({ title });
    expect(log.toSorted(([left], [right]) => right.localeCompare(left))).toEqual(told);
  });

  it("says in its answer what is wrong with GET, and logs nothing", async () => {
    const { ports, log } = setUp();
    const answer = await receiveDelivery(ports, { ...REQUEST, method: "GET" });
    expect([answer.body, log]).toEqual([{ title: "Only POST is accepted" }, []]);
  });

  it("counts a body that is too large, and tells its size and the limit and nothing else", async () => {
    const { ports, sent, counts, log } = setUp();
    const body = new Uint8Array(MAX_BODY_BYTES + 1);
    expect((await receiveDelivery(ports, { ...REQUEST, body })).body).toEqual({ title: "The body is too large" });
    expect([sent, counts]).toEqual([[], { [METRICS.deliveryTooLarge]: 1 }]);
    expect(log).toEqual([["Body refused", { reason: "tooLarge", bodyBytes: 4_194_305, limitBytes: 4_194_304 }]]);
  });

  it("repeats nothing of the request in answers and logs", async () => {
    const request = {
      ...REQUEST,
      body: Buffer.from("[GEHEIM]"),
      headers: { "x-test": "GEHEIM" },
      url: "https://x/GEHEIM",
    };
    for (const overrides of [
      {},
      { parse: (): ParsedDelivery => ({ kind: "notAnArray" }) },
      { verify: async () => ({ kind: "rejected", why: "mismatch" }) as const },
    ]) {
      const { ports, log } = setUp(overrides);
      const answer = await receiveDelivery(ports, request);
      expect(JSON.stringify([answer, log])).not.toContain("GEHEIM");
    }
  });
});
