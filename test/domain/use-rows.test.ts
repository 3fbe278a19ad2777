import { describe, expect, it } from "vitest";
import { listUse } from "../../lib/domain/use-rows.ts";

const use = (hubspotCalls: number, [readUnits, writeUnits]: readonly [number, number], durationMs: number) => ({
  hubspotCalls,
  readUnits,
  writeUnits,
  durationMs,
});

describe("listUse", () => {
  it("lists the types, what belongs to none, and all together", () => {
    const counts = {
      other: use(3, [4.5, 6], 5_000),
      deal: { read: 9, ...use(2, [0.5, 0], 1_000) },
      company: { read: 7, ...use(1, [1, 2], 250) },
      progress: { hubspotCalls: 99 },
    };
    expect(listUse(counts)).toEqual([
      { heading: "company", ...use(1, [1, 2], 250) },
      { heading: "deal", ...use(2, [0.5, 0], 1_000) },
      { heading: "other", ...use(3, [4.5, 6], 5_000) },
      { heading: "all", ...use(6, [6, 8], 6_250) },
    ]);
  });

  it("lists nothing for a pass of an older version, nor for one that has just begun", () => {
    expect(listUse({ company: { read: 7 }, progress: { hubspotCalls: 9 } })).toEqual([]);
    expect(listUse({})).toEqual([]);
  });
});
