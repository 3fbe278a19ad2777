import { describe, expect, it } from "vitest";
import { checkQueues } from "../../../lib/cli/doctor/check-queues.ts";

const find = (changes: number) => checkQueues({ changes, deadChanges: 0, deadPasses: 0 })[0];

describe("checkQueues", () => {
  it.each([0, 1, 10_000])("takes %i deliveries in line for ordinary", (changes) => {
    expect(find(changes)?.status).toBe("ok");
  });

  it("takes more than that for a worker that does not keep up", () => {
    expect(find(10_001)).toMatchObject({ status: "problem", finding: "10001 deliveries are in line" });
  });
});
