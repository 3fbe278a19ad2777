import { applyByHand } from "./apply-by-hand.ts";
import { readObjectRecords } from "./object-records.ts";
import type { ObjectType } from "../domain/hubspot-object.ts";
import type { SyncRecord } from "../domain/record.ts";
import type { AppliedByHand } from "./apply-by-hand.ts";
import type { Run } from "./run.ts";

/** What a resync found and left. */
export interface Resynced {
  readonly outcome: AppliedByHand;
  /** All records of the object, as they are stored now. */
  readonly records: readonly SyncRecord[];
}

/**
 * Reads one object in HubSpot now and applies the rules.
 *
 * @throws RetryableError or NonRetryableError when HubSpot, the store or the queue fails
 */
export async function resyncObject(
  run: Run,
  { type, id }: { readonly type: ObjectType; readonly id: string },
): Promise<Resynced> {
  const outcome = await applyByHand(run, { type, id, at: { resync: run.clock.now() }, looks: 0, failures: 0 });
  return { outcome, records: await readObjectRecords(run, type, id) };
}
