import { diffVerdicts, nextRevision } from "./decision.ts";
import { isKeptOut } from "./exclusion.ts";
import type { Cause, Customer, Project, SyncRecord } from "./record.ts";

interface Failure {
  /** What went wrong, in words that hold no personal data. */
  readonly error: string;
  readonly cause: Cause;
  readonly nowMs: number;
}

/** States that a failure does not change: nothing HubSpot does reaches them, or the mark would make the record active. */
const UNTOUCHABLE: ReadonlySet<string> = new Set(["detached", "merged", "erased", "deleted"]);

/**
 * The record marked as `failing`, with everything else as it was: also its fence, so that the next read that succeeds
 * clears the mark. An exclusion goes on to hold for what depends on a customer.
 *
 * @returns undefined when the record is beyond HubSpot's reach, or inactive
 */
export function failRecord<R extends SyncRecord>(stored: R, failure: Failure): R | undefined {
  if (UNTOUCHABLE.has(stored.state)) return undefined;
  const verdict = { state: "failing", reason: { code: "refused", error: failure.error } } as const;
  const fields = diffVerdicts(stored, verdict);
  if (fields.length === 0) return undefined;
  const excluded = stored.type === "customer" && isKeptOut(stored) ? { isExcludedInHubSpot: true as const } : {};
  return { ...stored, ...verdict, ...excluded, ...nextRevision(stored, stored.fence, { ...failure, fields }) };
}

/** Entries that tell of an object which failed before anything of it was stored. */
export function failNewCustomer(companyId: string, failure: Failure): Customer {
  return { type: "customer", companyId, isFollowUpDue: false, ...newEntry(failure) };
}

/** See {@link failNewCustomer}. */
export function failNewProject(dealId: string, failure: Failure): Project {
  return { type: "project", dealId, ...newEntry(failure) };
}

function newEntry(failure: Failure) {
  const verdict = { state: "failing", reason: { code: "refused", error: failure.error } } as const;
  const fence = { sourceUpdatedAtMs: 0, readAtMs: 0 };
  const fields = diffVerdicts(undefined, verdict);
  return { ...verdict, absorbedIds: [], ...nextRevision(undefined, fence, { ...failure, fields }) };
}
