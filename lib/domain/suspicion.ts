import { MAX_LOOKS } from "./decision.ts";
import type { DecisionContext, Hint, Suspicion } from "./decision.ts";
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

/** Companies for which the association read contradicts the newest association events. */
export function suspectLinks(links: readonly CompanyLink[], hint: Hint): readonly string[] {
  if (hint.looks >= MAX_LOOKS) return [];
  const linked = new Set(links.map((link) => link.companyId));
  const suspects = Object.entries(hint.expects ?? {})
    .filter(([companyId, expected]) => linked.has(companyId) !== expected.isAssociated)
    .map(([companyId]) => companyId);
  return [...new Set([...suspects, ...suspectPrimary(links, hint)])];
}

/** The company that the newest event on the primary label names and the one that the read says instead. */
function suspectPrimary(links: readonly CompanyLink[], { expects, expectsPrimary }: Hint): readonly string[] {
  if (expectsPrimary === undefined) return [];
  const { companyId, isPrimary, atMs } = expectsPrimary;
  const pair = expects?.[companyId];
  const isOver = isPrimary && pair?.isAssociated === false && pair.atMs >= atMs;
  const primaryIds = links.filter((link) => link.isPrimary).map((link) => link.companyId);
  return isOver || primaryIds.includes(companyId) === isPrimary ? [] : [companyId, ...primaryIds];
}

type Judging = Pick<DecisionContext, "hint" | "isComparison">;

/**
 * Whether a read that contradicts what is stored may show an older state of HubSpot than that:
 *
 * ```
 * stored   read at 0 s, and a replica that was up to date answered it
 * this     read at 5 s, and one that lags by 20 s answered it
 * ```
 *
 * No stamp tells the two apart when nothing but an association, the bin or a restoring is in question. It takes an event
 * that came after the stored read, or time, which is why this does not end with the last look.
 *
 * @param read `toldAtMs`: when the newest event came that tells of this very change, if one did
 */
export function mayPrecede(
  { fence }: RecordBase,
  { readAtMs, toldAtMs = 0 }: { readonly readAtMs: number; readonly toldAtMs?: number | undefined },
  { isComparison = false }: Pick<Judging, "isComparison">,
): boolean {
  return !isComparison && readAtMs - fence.readAtMs < REPLICA_LAG_MS && toldAtMs <= fence.readAtMs;
}

/** When the newest event came that names the association with one of these companies. */
export function associationToldAtMs(
  { expects }: Hint,
  companyIds: readonly (string | undefined)[],
): number | undefined {
  const told = companyIds.flatMap((companyId) => (companyId === undefined ? [] : (expects?.[companyId]?.atMs ?? [])));
  return told.length === 0 ? undefined : Math.max(...told);
}

/**
 * Whether a read came so soon after such an event that it may not show what the event has brought along and no event of its
 * own tells of: a restoring brings associations, and a merge fills empty fields of the survivor besides.
 */
export function isSoonAfter(
  { readAtMs }: { readonly readAtMs: number },
  { at, looks }: Hint,
  kinds: readonly ("restored" | "merged" | "follow")[] = ["restored", "merged"],
): boolean {
  return looks < MAX_LOOKS && kinds.some((kind) => readAtMs - (at[kind] ?? Number.NEGATIVE_INFINITY) < REPLICA_LAG_MS);
}

/** Whether HubSpot showed the object, live or in its bin, and a read that does not find it there may only be a lagging one. */
export function isMissedTooSoon(
  stored: RecordBase,
  { kind, readAtMs }: { readonly kind: "missing" | "archived"; readonly readAtMs: number },
  context: Judging,
): boolean {
  const wasInBin = kind === "missing" && stored.reason?.code === "deletedInHubSpot";
  if ((wasGone(stored) && !wasInBin) || stored.state === "merged" || stored.state === "erased") return false;
  // Only the bin shows that it was the deletion that was read; what is missing was perhaps not there yet.
  const toldAtMs = kind === "archived" ? context.hint.at.deleted : undefined;
  return mayPrecede(stored, { readAtMs, toldAtMs }, context);
}

/** Only a restoring, or an admin, revives at once; any other live read must come clearly after the deletion was read. */
export function isRevivedTooSoon(stored: RecordBase, readAtMs: number, context: Judging): boolean {
  const { attach, restored } = context.hint.at;
  return attach === undefined && wasGone(stored) && mayPrecede(stored, { readAtMs, toldAtMs: restored }, context);
}

/** Whether HubSpot showed the object no longer, when it was read last. */
function wasGone({ state, reason }: RecordBase): boolean {
  return state === "deleted" && (reason?.code === "deletedInHubSpot" || reason?.code === "goneFromHubSpot");
}
