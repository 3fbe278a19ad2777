import { LOOK_DELAYS_SECONDS } from "../domain/suspicion.ts";
import { applyChanges } from "./apply-changes.ts";
import type { Change } from "../domain/change.ts";
import type { Suspicion } from "../domain/decision.ts";
import type { Run } from "./run.ts";

/**
 * What an admin's request on one object led to. `lookingAgain`: what HubSpot answered looks old, so the object is queued
 * for another look.
 */
export type AppliedByHand =
  | { readonly kind: "done"; readonly writes: number }
  | { readonly kind: "lookingAgain"; readonly why: Suspicion };

/**
 * Applies one change at once instead of through the queue.
 *
 * @throws RetryableError or NonRetryableError when HubSpot, the store or the queue fails
 */
export async function applyByHand(run: Run, change: Change): Promise<AppliedByHand> {
  const deliveryId = `admin-${run.clock.now()}`;
  const [applied] = await applyChanges(run, [change], deliveryId);
  if (applied === undefined) throw new Error(`applying ${change.type} ${change.id} gave no outcome, expected one`);
  const { outcome } = applied;
  switch (outcome.kind) {
    case "failed":
      throw outcome.error;
    case "done":
      return outcome;
    case "again": {
      const delaySeconds = LOOK_DELAYS_SECONDS[change.looks] ?? 0;
      const changes = [{ ...change, looks: change.looks + 1 }];
      await run.queue.send({ deliveryId, receivedAtMs: run.clock.now(), changes, delaySeconds });
      return { kind: "lookingAgain", why: outcome.why };
    }
  }
}
