import type { StageFilter } from "./settings.ts";

export type ParsedStages =
  | { readonly kind: "parsed"; readonly filter: StageFilter }
  | { readonly kind: "invalid"; readonly problem: string };

/**
 * Reads the setting `dealStages`: empty for no deals, `all` (any case) for every deal, else stage ids separated by
 * commas, semicolons or white space. Order and repetitions do not matter.
 */
export function parseDealStages(text: string): ParsedStages {
  const words = text.split(/[\s,;]+/u).filter((word) => word !== "");
  const stageIds = [...new Set(words.filter((word) => word.toLowerCase() !== "all"))];
  const hasAll = stageIds.length < new Set(words).size;
  if (hasAll && stageIds.length > 0) {
    const problem = `dealStages is "${text.trim()}": "all" cannot stand beside stage ids (${stageIds.join(", ")}). Use either "all" or the ids.`;
    return { kind: "invalid", problem };
  }
  if (hasAll) return { kind: "parsed", filter: { kind: "all" } };
  if (stageIds.length === 0) return { kind: "parsed", filter: { kind: "none" } };
  return { kind: "parsed", filter: { kind: "stages", stageIds } };
}

/** Whether a deal in this stage becomes a project and stays in sync. */
export function isStageSelected(filter: StageFilter, stageId: string): boolean {
  switch (filter.kind) {
    case "none":
      return false;
    case "all":
      return true;
    case "stages":
      return filter.stageIds.includes(stageId);
  }
}

/** Stage ids that the setting names and the portal does not know; each is a configuration error. */
export function findUnknownStages(filter: StageFilter, knownStageIds: readonly string[]): readonly string[] {
  return filter.kind === "stages" ? filter.stageIds.filter((stageId) => !knownStageIds.includes(stageId)) : [];
}
