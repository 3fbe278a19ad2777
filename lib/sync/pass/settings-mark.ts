import type { Settings } from "../../domain/settings.ts";

/** The rules as one text: equal texts mean that the same objects become the same records. */
export function spellSettings({ dealStages, exclusion }: Settings): string {
  const stages = dealStages.kind === "stages" ? dealStages.stageIds.toSorted() : dealStages.kind;
  return JSON.stringify({ stages, property: exclusion.property, values: exclusion.values.toSorted() });
}
