import { describe, expect, it } from "vitest";
import type { Settings } from "../../../lib/domain/settings.ts";
import { spellSettings } from "../../../lib/sync/pass/settings-mark.ts";

const SETTINGS = {
  dealStages: { kind: "stages", stageIds: ["1", "2"] },
  exclusion: { property: "zep", values: ["ja", "nein"] },
} as const satisfies Settings;

describe("spellSettings", () => {
  it("spells the same rules alike, in whatever order they were written, and leaves them in it", () => {
    const stageIds = ["2", "1"];
    const values = ["nein", "ja"];
    const settings = { dealStages: { kind: "stages", stageIds }, exclusion: { property: "zep", values } } as const;
    expect(spellSettings(settings)).toBe(spellSettings(SETTINGS));
    expect([stageIds, values]).toEqual([
      ["2", "1"],
      ["nein", "ja"],
    ]);
  });

  it("spells different rules differently", () => {
    const { dealStages, exclusion } = SETTINGS;
    const rules: readonly Settings[] = [
      SETTINGS,
      { dealStages: { kind: "none" }, exclusion },
      { dealStages: { kind: "all" }, exclusion },
      { dealStages: { kind: "stages", stageIds: [] }, exclusion },
      { dealStages: { kind: "stages", stageIds: ["1"] }, exclusion },
      { dealStages, exclusion: { ...exclusion, property: "kein_zep" } },
      { dealStages, exclusion: { ...exclusion, values: ["ja"] } },
    ];
    expect(new Set(rules.map(spellSettings)).size).toBe(rules.length);
  });
});
