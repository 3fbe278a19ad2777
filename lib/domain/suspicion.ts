import { MAX_LOOKS } from "./decision.ts";
import type { Hint, Suspicion } from "./decision.ts";
import type { CompanyLink, Observation } from "./hubspot-object.ts";
import type { RecordBase } from "./record.ts";

/**
 * How long HubSpot's replicas may disagree. Nothing documents it; seconds were seen, so half a minute is safe.
 * Within it, a read that contradicts a newer one and that no event explains is read again. Milliseconds.
 */
export const REPLICA_LAG_MS = 30_000;

/** Delay before each further look, seconds. Together they outlast {@link REPLICA_LAG_MS}. */
export const LOOK_DELAYS_SECONDS: readonly number[] = [2, 5, 15, 30];

/**
 * Whether a read of the object looks older than the event that led to it. HubSpot answers reads from replicas that lag
 * behind its own events: a new object is missing, a deleted one still there, a property has its old value.
 *
 * @returns undefined when the read can be believed, or was repeated often enough
 */
export function suspectObject(
  observed: Observation<{ readonly updatedAtMs: number }>,
  hint: Hint,
): Suspicion | undefined {
  if (hint.looks >= MAX_LOOKS) return undefined;
  const { property = 0, deleted = 0, restored = 0 } = hint.at;
  switch (observed.kind) {
    case "live":
      if (observed.object.updatedAtMs < property) return "readOlderThanEvent";
      return deleted > restored ? "stillThere" : undefined;
    case "archived":
      return restored > deleted ? "stillArchived" : undefined;
    case "missing":
      return "notFoundYet";
    case "absorbed":
      return undefined;
  }
}

/** Companies for which the association read contradicts the newest association event. */
export function suspectLinks(links: readonly CompanyLink[], hint: Hint): readonly string[] {
  if (hint.looks >= MAX_LOOKS) return [];
  const linked = new Set(links.map((link) => link.companyId));
  return Object.entries(hint.expects ?? {})
    .filter(([companyId, expected]) => linked.has(companyId) !== expected.isAssociated)
    .map(([companyId]) => companyId);
}

/** Whether a read came so soon after the stored one that a lagging replica may have answered it. */
export function isWithinLag(stored: RecordBase, readAtMs: number, hint: Hint): boolean {
  return hint.looks < MAX_LOOKS && readAtMs - stored.fence.readAtMs < REPLICA_LAG_MS;
}
