/** Which deals become projects. Parsed from the setting `dealStages` by `parseDealStages`. */
export type StageFilter =
  | { readonly kind: "none" }
  | { readonly kind: "all" }
  | { readonly kind: "stages"; readonly stageIds: readonly string[] };

/** Which companies stay out. Values are compared trimmed and in lower case. */
export interface ExclusionRule {
  /** HubSpot's name of the company property. */
  readonly property: string;
  readonly values: readonly string[];
}

/** What an admin sets and every decision depends on. */
export interface Settings {
  readonly dealStages: StageFilter;
  readonly exclusion: ExclusionRule;
}
