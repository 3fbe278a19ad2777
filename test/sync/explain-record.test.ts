import { describe, expect, it } from "vitest";
import { explainObject } from "../../lib/sync/explain-record.ts";
import { markFailing } from "../../lib/sync/mark-failing.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleCompany, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld } from "../fixtures/sync-world.ts";

describe("explainObject", () => {
  it("tells why a record is failing, although the rules find nothing wrong with it", async () => {
    const world = createSyncWorld();
    const run: Run = { ...world.ports, cause: "admin" };
    world.hubspot.putCompany(sampleCompany("1"));
    await world.tell(change("company", "1"));
    await world.drain();
    await markFailing(run, change("company", "1"), "DynamoDB PutItem failed: ValidationException");
    world.advance(3_600_000);
    world.hubspot.putCompany(sampleCompany("1", { name: "Neu", updatedAtMs: UPDATED_AT_MS + 3_600_000 }));
    const { summary, stored } = await explainObject(run, { type: "company", id: "1" });
    expect(summary).toBe(
      "Customer of company 1 is failing: DynamoDB PutItem failed: ValidationException. Mend what the error names, then resync; every nightly pass tries again as well. By the rules it is linked; a resync tries to store that.",
    );
    expect(stored).toMatchObject([{ state: "failing" }]);
  });
});
