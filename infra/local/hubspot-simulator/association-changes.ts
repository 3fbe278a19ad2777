import { findAssociationType } from "./association-type.ts";
import type { End, LinkTable } from "./link-table.ts";
import { pairEvents, type Pair, type PortalEvent } from "./portal-event.ts";
import { WorldError } from "./world-error.ts";

/**
 * Fact: an association fires at both ends, and a primary one adds the plain pair: up to four events. One company at
 * most is primary; the former one silently becomes plain (whether HubSpot tells about that is unknown, so it does
 * not). `updatedAt` stays where it is.
 */
export function addAssociation(links: LinkTable, pair: Pair, atMs: number): readonly PortalEvent[] {
  checkTypes(pair);
  const existing = links.find(pair.from, pair.to);
  const isPlainNew = existing === undefined;
  const isPrimaryNew = pair.isPrimary && existing?.isPrimary !== true;
  if (isPrimaryNew) demotePrimary(links, pair, atMs);
  if (isPlainNew || isPrimaryNew) links.put(atMs, pair);
  return [
    ...(isPlainNew ? pairEvents({ ...pair, isPrimary: false }, false, atMs) : []),
    ...(isPrimaryNew ? pairEvents({ ...pair, isPrimary: true }, false, atMs) : []),
  ];
}

/** Takes the primary label off, or the whole association when `isPrimary` is not set. */
export function removeAssociation(links: LinkTable, pair: Pair, atMs: number): readonly PortalEvent[] {
  const existing = links.find(pair.from, pair.to);
  if (existing === undefined) throw new WorldError(`${nameOf(pair.from)} is not associated with ${nameOf(pair.to)}`);
  const primaryEvents = existing.isPrimary ? pairEvents({ ...pair, isPrimary: true }, true, atMs) : [];
  if (pair.isPrimary) {
    links.put(atMs, { ...pair, isPrimary: false });
    return primaryEvents;
  }
  links.remove(atMs, pair.from, pair.to);
  return [...primaryEvents, ...pairEvents({ ...pair, isPrimary: false }, true, atMs)];
}

function checkTypes({ from, to, isPrimary }: Pair): void {
  if (findAssociationType({ from: from.type, to: to.type, isPrimary }) !== undefined) return;
  const kind = isPrimary ? "primary association" : "association";
  throw new WorldError(`HubSpot has no ${kind} of ${from.type} and ${to.type}`);
}

function demotePrimary(links: LinkTable, pair: Pair, atMs: number): void {
  const owner = pair.from.type === "company" ? pair.to : pair.from;
  const former = links.latest(owner, "company").find((link) => link.isPrimary);
  if (former === undefined) return;
  links.put(atMs, { from: owner, to: { type: "company", id: former.toId }, isPrimary: false });
}

function nameOf(end: End): string {
  return `${end.type} ${end.id}`;
}
