import type { Company } from "./hubspot-object.ts";
import type { Customer } from "./record.ts";
import type { ExclusionRule } from "./settings.ts";

/** Whether a company stays out of ZEP. Only the listed values exclude; anything else, and no value, includes. */
export function isExcluded(company: Pick<Company, "exclusion">, rule: ExclusionRule): boolean {
  const value = normalize(company.exclusion);
  return value !== "" && rule.values.some((excluding) => normalize(excluding) === value);
}

/** Whether HubSpot excludes the company of a stored customer, also where another state hides it. */
export function isKeptOut({ state, isExcludedInHubSpot }: Pick<Customer, "state" | "isExcludedInHubSpot">): boolean {
  return state === "excluded" || isExcludedInHubSpot === true;
}

function normalize(value: string): string {
  return value.trim().toLowerCase();
}
