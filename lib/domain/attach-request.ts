import type { Hint } from "./decision.ts";
import type { Customer, Project } from "./record.ts";

/**
 * Whether a detached record is to be led by HubSpot again. A request that waited in the queue while an admin detached the
 * record anew is void, and so is one whose record has changed since the admin saw it.
 */
export function isAttachWanted(stored: Customer | Project, { at, seen }: Pick<Hint, "at" | "seen">): boolean {
  return at.attach !== undefined && at.attach >= findDetachedAtMs(stored) && !hasMovedOn(stored, seen);
}

/**
 * Whether an admin attaches this record to the object that the hint is about (Aus HubSpot importieren). Its number and
 * data then move as after a merge, also from a detached record.
 */
export function isAttachedByHand(id: string, { at, absorbs }: Pick<Hint, "at" | "absorbs">): boolean {
  return at.attach !== undefined && absorbs?.includes(id) === true;
}

/** Whether a record that an admin attaches to another id has changed since the admin saw it: nothing is done then. */
export function isMoveVoid(
  absorbed: readonly (Customer | Project)[],
  hint: Pick<Hint, "at" | "absorbs" | "seen">,
): boolean {
  return absorbed.some((record) => isAttachedByHand(idOf(record), hint) && hasMovedOn(record, hint.seen));
}

/** What a change still says when its move is void: the events that it was joined with, if there are any. */
export function dropVoidMove({ at: { attach: _attach, ...at }, absorbs = [], seen, ...rest }: Hint): Hint | undefined {
  const isEvent = Object.keys(at).length > 0;
  return isEvent ? { ...rest, at, absorbs: absorbs.filter((id) => id !== seen?.id) } : undefined;
}

function hasMovedOn(record: Customer | Project, seen: Hint["seen"]): boolean {
  return seen !== undefined && seen.id === idOf(record) && seen.revision !== record.revision;
}

function idOf(record: Customer | Project): string {
  return record.type === "customer" ? record.companyId : record.dealId;
}

function findDetachedAtMs({ history }: Customer | Project): number {
  return history.find(({ fields }) => fields.some(isDetach))?.atMs ?? 0;
}

function isDetach({ field, to }: { readonly field: string; readonly to?: string }): boolean {
  return field === "state" && to === "detached";
}
