import { describe, expect, it } from "vitest";
import { Counter, countRepairs } from "../../../lib/sync/pass/counter.ts";

describe("countRepairs", () => {
  it("counts what repairs do, and why they were needed", () => {
    const counts = new Counter();
    countRepairs(counts, [
      { effect: "created", cause: "missedEvent" },
      { effect: "updated", cause: "missedEvent" },
      { effect: "updated", cause: "settings" },
    ]);
    expect(counts.sums).toEqual({ created: 1, updated: 2, repaired: 3, "by.missedEvent": 2, "by.settings": 1 });
  });

  it("does not count a record that is right and whose fence moves on", () => {
    const counts = new Counter();
    countRepairs(counts, [{ effect: "touched", cause: "missedEvent" }]);
    expect(counts.sums).toEqual({});
  });
});
