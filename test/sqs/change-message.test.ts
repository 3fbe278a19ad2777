import type { SQSEvent } from "aws-lambda";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Change } from "../../lib/domain/change.ts";
import { decodeMessage } from "../../lib/sqs/decode-message.ts";
import { encodeMessage } from "../../lib/sqs/encode-message.ts";
import { parseSqsEvent } from "../../lib/sqs/sqs-event.ts";
import { parsePassEvent } from "../../lib/sqs/pass-queue.ts";

const timeMs = fc.integer({ min: 0, max: 4_000_000_000_000 });
const id = fc.bigInt({ min: 0n, max: 10n ** 20n - 1n }).map(String);
const change: fc.Arbitrary<Change> = fc.record(
  {
    type: fc.constantFrom("company", "contact", "deal"),
    id,
    at: fc.record(
      {
        created: timeMs,
        property: timeMs,
        association: timeMs,
        deleted: timeMs,
        restored: timeMs,
        merged: timeMs,
        erased: timeMs,
        follow: timeMs,
        resync: timeMs,
        attach: timeMs,
      },
      { requiredKeys: [] },
    ),
    expects: fc.dictionary(id, fc.record({ isAssociated: fc.boolean(), atMs: timeMs })),
    expectsPrimary: fc.record({ companyId: id, isPrimary: fc.boolean(), atMs: timeMs }),
    erasedIn: fc.array(id),
    absorbs: fc.array(id),
    seen: fc.record({ id, revision: fc.nat() }),
    looks: fc.nat(5),
    failures: fc.nat(5),
  },
  { requiredKeys: ["type", "id", "at", "looks", "failures"] },
);

const CHANGE = { type: "company", id: "1", at: { created: 5 } };
const BODY = { v: 1, deliveryId: "d", receivedAtMs: 1, changes: [CHANGE] };

function eventOf(...bodies: readonly string[]): SQSEvent {
  const attributes = { ApproximateReceiveCount: "3", SentTimestamp: "1", SenderId: "s" };
  return {
    Records: bodies.map((body, index) => ({
      messageId: `m${index}`,
      receiptHandle: "r",
      body,
      attributes: { ...attributes, ApproximateFirstReceiveTimestamp: "1" },
      messageAttributes: {},
      md5OfBody: "",
      eventSource: "aws:sqs",
      eventSourceARN: "arn",
      awsRegion: "eu-central-1",
    })),
  };
}

describe("decodeMessage", () => {
  it("gives back every message that encodeMessage encoded", () => {
    fc.assert(
      fc.property(fc.string(), timeMs, fc.array(change, { maxLength: 100 }), (deliveryId, receivedAtMs, changes) => {
        const body = { deliveryId, receivedAtMs, changes };
        expect(decodeMessage(encodeMessage(body))).toEqual({ kind: "decoded", body });
      }),
    );
  });

  it.each<[string, unknown]>([
    ["of an unknown version", { ...BODY, v: 2 }],
    ["without changes", { ...BODY, changes: undefined }],
    ["with an unknown type", { ...BODY, changes: [{ ...CHANGE, type: "ticket" }] }],
    ["with an unknown kind", { ...BODY, changes: [{ ...CHANGE, at: { renamed: 1 } }] }],
    ["with an unknown field", { ...BODY, changes: [{ ...CHANGE, secret: "x" }] }],
    ["with an empty id", { ...BODY, changes: [{ ...CHANGE, id: "" }] }],
    ["with more changes than a message may hold", { ...BODY, changes: Array.from({ length: 101 }, () => CHANGE) }],
    ["that is null", null],
  ])("refuses a message %s", (_, body) => {
    expect(decodeMessage(JSON.stringify(body)).kind).toBe("malformed");
  });

  it("tells where a message is malformed and never what it holds", () => {
    const text = JSON.stringify({ ...BODY, changes: [{ ...CHANGE, id: 5, type: "jane@example.com" }] });
    const decoded = decodeMessage(text);
    expect(decoded).toMatchObject({ kind: "malformed", why: expect.stringContaining("changes.0.type") });
    expect(JSON.stringify(decoded)).not.toContain("jane");
  });
});

describe("encodeMessage", () => {
  it("leaves out counts that are zero", () => {
    const changes = [{ type: "deal", id: "1", at: {}, looks: 0, failures: 0 }] as const;
    expect(encodeMessage({ deliveryId: "d", receivedAtMs: 1, changes })).toBe(
      '{"v":1,"deliveryId":"d","receivedAtMs":1,"changes":[{"type":"deal","id":"1","at":{}}]}',
    );
  });
});

describe("parseSqsEvent", () => {
  it("reads good messages and names malformed ones apart", () => {
    const { messages, malformed } = parseSqsEvent(eventOf(JSON.stringify(BODY), "{", '{"v":9}'));
    const read = { ...CHANGE, looks: 0, failures: 0 };
    expect(messages).toEqual([{ messageId: "m0", receives: 3, deliveryId: "d", receivedAtMs: 1, changes: [read] }]);
    expect(malformed.map(({ messageId }) => messageId)).toEqual(["m1", "m2"]);
    expect(malformed[0]?.why).toBe("not JSON");
  });
});

describe("parsePassEvent", () => {
  it("reads the pass of each message", () => {
    expect(parsePassEvent(eventOf('{"passId":"p1"}'))).toEqual([{ passId: "p1" }]);
  });

  it.each([
    ["{}", "passId"],
    ['{"passId":""}', "passId"],
    ["x", "JSON"],
  ])("throws on %s", (body, problem) => {
    expect(() => parsePassEvent(eventOf(body))).toThrow(problem);
  });
});
