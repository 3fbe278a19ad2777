import { applyChanges } from "../apply-changes.ts";
import { chunk } from "../run.ts";
import { Counter } from "./counter.ts";
import { settleFailure } from "./settle-page.ts";
import { decodeDeferred, toChange } from "./deferred-object.ts";
import type { AppliedChange } from "../apply-changes.ts";
import type { DeferredObject } from "./deferred-object.ts";
import type { PassSession } from "./pass-session.ts";

/** Objects that are read again together: HubSpot's batch size. */
const BATCH_SIZE = 100;

/**
 * Reads everything that would lose something once more, and applies what is read. What turns out to be there after all
 * is spared.
 *
 * @returns whether all was applied; if not, the time was up
 * @throws RetryableError, NonRetryableError when HubSpot or the store fails
 */
export async function applyDeferred(session: PassSession): Promise<boolean> {
  let position = 0;
  for await (const entries of session.ports.passes.readCandidates(session.pass.passId, session.state.chunks)) {
    for (const batch of chunk(entries, BATCH_SIZE)) {
      position += batch.length;
      if (position <= session.state.applied) continue;
      if (session.isTimeUp) return false;
      await applyBatch(session, batch.map(decodeDeferred), position);
    }
  }
  return true;
}

async function applyBatch(session: PassSession, batch: readonly DeferredObject[], position: number): Promise<void> {
  // A crash between compare and checkpoint may have put an object off twice.
  const distinct = new Map(batch.map((deferred) => [`${deferred.type} ${deferred.id}`, deferred]));
  const applied = await applyChanges(session.run, [...distinct.values()].map(toChange), session.pass.passId);
  for (const { change, outcome } of applied) await settleFailure(session, change, outcome);
  for (const { change, outcome } of applied)
    countApplied(session, distinct.get(`${change.type} ${change.id}`), outcome);
  session.update({ applied: position });
  await session.saveIfDue();
}

function countApplied(
  session: PassSession,
  deferred: DeferredObject | undefined,
  outcome: AppliedChange["outcome"],
): void {
  if (deferred === undefined) return;
  const counts = new Counter();
  if (outcome.kind !== "done") counts.add("failing");
  else if (outcome.writes === 0) counts.add("spared");
  else counts.addAll(deferred.counts);
  session.add(deferred.type, counts.sums);
}
