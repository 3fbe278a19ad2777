import { RECORD_STATES } from "../../domain/record.ts";
import { NonRetryableError } from "../errors.ts";
import type { CustomerTurn } from "../../domain/customer-states.ts";

const EXCLUDED = "excluded";

/**
 * A turn as it is stored, where other passes put objects off, perhaps for a later invocation: `31204500001:excluded`, of a
 * detached customer whose company is excluded `31204500001:detached:excluded`.
 */
export function encodeTurn({ companyId, state, isExcludedInHubSpot }: CustomerTurn): string {
  return [companyId, state, ...(isExcludedInHubSpot === true ? [EXCLUDED] : [])].join(":");
}

/** @throws NonRetryableError `badAnswer` when it is no turn */
export function decodeTurn(text: string): CustomerTurn {
  const [companyId, stateText, exclusion, ...rest] = text.split(":");
  const state = RECORD_STATES.find((known) => known === stateText);
  const isKnown = rest.length === 0 && (exclusion === undefined || exclusion === EXCLUDED);
  if (companyId === undefined || !/^\d+$/u.test(companyId) || state === undefined || !isKnown) {
    throw new NonRetryableError(`A turn of a trial is stored as ${JSON.stringify(text.slice(0, 60))}`, {
      code: "badAnswer",
    });
  }
  return { companyId, state, ...(exclusion !== undefined && { isExcludedInHubSpot: true }) };
}
