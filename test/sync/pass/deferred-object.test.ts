import { describe, expect, it } from "vitest";
import type { Finding, Repair } from "../../../lib/domain/pass-finding.ts";
import { REPAIR_CAUSES } from "../../../lib/domain/repair-cause.ts";
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

  it("keeps what the report counts", () => {
    const [entry = ""] = encodeDeferred("contact", object);
    const { type, id, counts } = decodeDeferred(entry);
    expect({ type, id }).toEqual({ type: "contact", id: "1234567890123456789" });
    expect(counts).toMatchObject({ repaired: 1350, frozen: 270, "by.missedEvent": 150 });
  });
});
