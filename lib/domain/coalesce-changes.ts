import type { Change, Origin, PrimaryExpectation } from "./change.ts";

type Expectations = NonNullable<Change["expects"]>;

/**
 * Joins changes to one per object, in the order in which objects first appear. The result does not depend on the order
 * of the changes of one object: the latest time of each kind, the latest expectations, the union of absorbed ids, of
 * erasing accounts and of origins, what the latest attach has seen, the fewest looks (a fresh event deserves its own) and
 * the most failures win.
 */
export function coalesceChanges(changes: readonly Change[]): readonly Change[] {
  const joined = new Map<string, Change>();
  for (const change of changes) {
    const key = `${change.type}/${change.id}`;
    const known = joined.get(key);
    joined.set(key, known === undefined ? change : join(known, change));
  }
  return [...joined.values()];
}

function join(a: Change, b: Change): Change {
  const expects = joinExpectations(a.expects, b.expects);
  const expectsPrimary = [a.expectsPrimary, b.expectsPrimary].reduce(pickLaterPrimary);
  const origin = joinOrigins(a.origin, b.origin);
  const seen = findSeen(a, b);
  const erasedIn = joinErasedIn(a, b);
  const absorbs = [...new Set([...(a.absorbs ?? []), ...(b.absorbs ?? [])])].toSorted();
  return {
    type: a.type,
    id: a.id,
    at: joinTimes(a.at, b.at),
    ...(expects === undefined ? {} : { expects }),
    ...(expectsPrimary === undefined ? {} : { expectsPrimary }),
    ...(erasedIn === undefined ? {} : { erasedIn }),
    ...(absorbs.length === 0 ? {} : { absorbs }),
    ...(seen === undefined ? {} : { seen }),
    looks: Math.min(a.looks, b.looks),
    failures: Math.max(a.failures, b.failures),
    ...(origin === undefined ? {} : { origin }),
  };
}

/** What the later attach has seen; of two at the same time, the one that has seen more. */
function findSeen(a: Change, b: Change): Change["seen"] {
  const [attachOfA = 0, attachOfB = 0] = [a.at.attach, b.at.attach];
  if (attachOfA !== attachOfB) return attachOfA > attachOfB ? a.seen : b.seen;
  return (a.seen?.revision ?? 0) > (b.seen?.revision ?? 0) ? a.seen : b.seen;
}

/** An erasure of which nobody said whose it is stays one, whatever else is joined to it. */
function joinErasedIn(a: Change, b: Change): Change["erasedIn"] {
  const told = [a, b].filter(({ at }) => at.erased !== undefined).map(({ erasedIn }) => erasedIn);
  const portalIds = told.flatMap((erasedIn) => erasedIn ?? []);
  return told.length === 0 || told.includes(undefined) ? undefined : [...new Set(portalIds)].toSorted();
}

function joinTimes(a: Change["at"], b: Change["at"]): Change["at"] {
  const latest: Record<string, number> = { ...a };
  for (const [kind, atMs] of Object.entries(b)) latest[kind] = Math.max(latest[kind] ?? atMs, atMs);
  return latest;
}

function joinExpectations(a: Expectations | undefined, b: Expectations | undefined): Expectations | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const latest: Record<string, Expectations[string]> = { ...a };
  for (const [companyId, expected] of Object.entries(b)) {
    const known = latest[companyId];
    if (known === undefined || isLater(expected, known)) latest[companyId] = expected;
  }
  return latest;
}

/** At the same time a label that is set wins over one that goes, and then the higher id: order must not matter. */
function pickLaterPrimary(
  a: PrimaryExpectation | undefined,
  b: PrimaryExpectation | undefined,
): PrimaryExpectation | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.atMs !== b.atMs) return a.atMs > b.atMs ? a : b;
  if (a.isPrimary !== b.isPrimary) return a.isPrimary ? a : b;
  return a.companyId > b.companyId ? a : b;
}

/** Ids of deliveries that an origin keeps; more would not fit into a log line. */
const MOST_DELIVERY_IDS = 5;

/** The union of their deliveries, from the first of them. */
export function joinOrigins(a: Origin | undefined, b: Origin | undefined): Origin | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const deliveryIds = [...new Set([...a.deliveryIds, ...b.deliveryIds])].toSorted().slice(0, MOST_DELIVERY_IDS);
  return { deliveryIds, receivedAtMs: Math.min(a.receivedAtMs, b.receivedAtMs) };
}

/** At the same time an association wins over its removal, whichever came first: order must not matter. */
function isLater(a: Expectations[string], b: Expectations[string]): boolean {
  return a.atMs === b.atMs ? a.isAssociated && !b.isAssociated : a.atMs > b.atMs;
}
