import type { Company } from "./hubspot-object.ts";
import type { ExclusionRule } from "./settings.ts";

/** Whether a company stays out of ZEP. Only the listed values exclude; anything else, and no value, includes. */
export function isExcluded(company: Pick<Company, "exclusion">, rule: ExclusionRule): boolean {
  const value = normalize(company.exclusion);
  return value !== "" && rule.values.some((excluding) => normalize(excluding) === value);
}

function normalize(value: string): string {
  return value.trim().toLowerCase();
}
