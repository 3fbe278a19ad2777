import { RECORD_STATES } from "../../domain/record.ts";
import { NonRetryableError } from "../errors.ts";
import type { RecordState } from "../../domain/record.ts";

/** A customer that a trial would turn; what depends on it is compared with that, perhaps by a later invocation. */
export interface TrialTurn {
  readonly companyId: string;
  readonly state: RecordState;
}

/** A turn as it is stored, where other passes put objects off: `31204500001:excluded`. */
export function encodeTurn({ companyId, state }: TrialTurn): string {
  return `${companyId}:${state}`;
}

/** @throws NonRetryableError `badAnswer` when it is no turn */
export function decodeTurn(text: string): TrialTurn {
  const [companyId, stateText] = text.split(":");
  const state = RECORD_STATES.find((known) => known === stateText);
  if (companyId === undefined || !/^\d+$/u.test(companyId) || state === undefined) {
    throw new NonRetryableError(`A turn of a trial is stored as ${JSON.stringify(text.slice(0, 60))}`, {
      code: "badAnswer",
    });
  }
  return { companyId, state };
}
