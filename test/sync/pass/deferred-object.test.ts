import { describe, expect, it } from "vitest";
import type { Finding, Repair } from "../../../lib/domain/pass-finding.ts";
import { REPAIR_CAUSES } from "../../../lib/domain/repair-cause.ts";
import { NonRetryableError } from "../../../lib/sync/errors.ts";
import { decodeDeferred, encodeDeferred } from "../../../lib/sync/pass/deferred-object.ts";
import { CHUNK_ENTRIES } from "../../../lib/sync/pass/pass-session.ts";
import { sampleCustomer } from "../../fixtures/sample-records.ts";

/** What a table item takes as JSON; see `encodeJson`. */
const MOST_ITEM_BYTES = 300 * 1024;

const EFFECTS = ["created", "updated", "frozen", "deactivated", "noted"] as const;

/** A contact at hundreds of companies, each of which has something else to repair. */
function longestFinding(): Finding {
  const repairs = REPAIR_CAUSES.flatMap((cause) =>
    EFFECTS.flatMap((effect) =>
      Array.from({ length: 30 }, (): Repair => {
        return { stored: undefined, next: sampleCustomer("1"), effect, cause, isHarm: true, isLoss: true };
      }),
    ),
  );
  return { kind: "deferred", repairs };
}

describe("encodeDeferred", () => {
  const object = { id: "1234567890123456789", isListed: true, stored: [], finding: longestFinding() };

  it("fits a chunk of the longest entries into one item", () => {
    const chunk = Array.from({ length: CHUNK_ENTRIES }, () => encodeDeferred("contact", object)).flat();
    expect(chunk).toHaveLength(CHUNK_ENTRIES);
    expect(Buffer.byteLength(JSON.stringify(chunk))).toBeLessThan(MOST_ITEM_BYTES);
  });

  it.each(["company:x7", "company:7x", "company:7:-harmed=1", "company:7:harmed=1x", "company:7:harmed=1:deferred"])(
    "reads no more into %j than it is",
    (text) => {
      expect(() => decodeDeferred(text)).toThrow(NonRetryableError);
    },
  );

  it("names what it cannot read, as far as a line of the log goes", () => {
    const text = `company:${"x".repeat(100)}`;
    const expected = `A deferred object is stored as "company:${"x".repeat(52)}"`;
    expect(() => decodeDeferred(text)).toThrow(new NonRetryableError(expected, { code: "badAnswer" }));
    expect(() => decodeDeferred(text)).toThrow(expect.objectContaining({ code: "badAnswer" }));
  });

  it("keeps what the report counts", () => {
    const [entry = ""] = encodeDeferred("contact", object);
    const { type, id, counts } = decodeDeferred(entry);
    expect({ type, id }).toEqual({ type: "contact", id: "1234567890123456789" });
    expect(counts).toMatchObject({ repaired: 1350, frozen: 270, "by.missedEvent": 150 });
  });
});
