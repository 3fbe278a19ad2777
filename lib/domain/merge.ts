import { isAttachedByHand } from "./attach-request.ts";
import { diffVerdicts, nextRevision } from "./decision.ts";
import type { Hint } from "./decision.ts";
import type { Cause, Customer, FieldChange, Project, Reason, SyncRecord } from "./record.ts";

/**
 * What the survivor of a merge starts from: its own record, or the absorbed record that hands over its number and
 * ZEP-owned fields because the survivor has none.
 *
 * Which one hands over depends on nothing but what is stored, so that a lost merge event changes nothing: a number
 * changed by hand before a default one, then the older HubSpot id.
 */
export interface Adoption<R> {
  readonly base: R | undefined;
  /** The id of the record whose number goes to the survivor. */
  readonly giverId?: string;
  /** All that were absorbed into the survivor, in ascending order. */
  readonly absorbedIds: readonly string[];
  /** What the merge itself changes, for the history; empty when there is nothing new. */
  readonly changes: readonly FieldChange[];
}

/** Customers: the survivor's record, or the heir of what the absorbed ones leave. Detached records keep out. */
export function adoptCustomer(
  survivorId: string,
  own: Customer | undefined,
  absorbed: readonly Customer[],
): Adoption<Customer> {
  const rows = absorbed.map((record) => ({ id: record.companyId, number: record.customerNumber, record }));
  const { absorbedIds, giver, changes } = chooseGiver(own, rows);
  if (giver === undefined) return { base: own, absorbedIds, changes };
  return { base: { ...inherit(giver.record, own), companyId: survivorId }, giverId: giver.id, absorbedIds, changes };
}

/** Projects, likewise, with short form, tasks, employees, duration, billing type and status. */
export function adoptProject(
  survivorId: string,
  own: Project | undefined,
  absorbed: readonly Project[],
): Adoption<Project> {
  const rows = absorbed.map((record) => ({ id: record.dealId, number: record.shortForm, record }));
  const { absorbedIds, giver, changes } = chooseGiver(own, rows);
  if (giver === undefined) return { base: own, absorbedIds, changes };
  return { base: { ...inherit(giver.record, own), dealId: survivorId }, giverId: giver.id, absorbedIds, changes };
}

/** The absorbed records as they take part in an adoption: what is attached by hand is no longer detached. */
export function releaseAttached<R extends Customer | Project>(absorbed: readonly R[], hint: Hint): readonly R[] {
  return absorbed.map((record) => {
    return record.state === "detached" && isAttachedByHand(idOf(record), hint)
      ? { ...record, state: "deleted" }
      : record;
  });
}

function idOf(record: Customer | Project): string {
  return record.type === "customer" ? record.companyId : record.dealId;
}

interface Candidate<R> {
  readonly id: string;
  readonly number: string | undefined;
  readonly record: R;
}

function chooseGiver<R extends Customer | Project>(own: R | undefined, rows: readonly Candidate<R>[]) {
  const known = own?.absorbedIds ?? [];
  const ids = [...known, ...rows.flatMap(({ id, record }) => [id, ...record.absorbedIds])];
  // A record that was attached to another id and is attached back finds its own id among the absorbed ones.
  const absorbedIds = [...new Set(ids)].filter((id) => own === undefined || id !== idOf(own)).toSorted(compareIds);
  const isWanted = own?.fields === undefined && own?.state !== "detached";
  const [giver] = rows
    .filter((row) => isWanted && canGive(row) && !rows.some((other) => canGive(other) && hasTakenOver(other, row)))
    .toSorted(preferHandMade);
  const absorbedNow = absorbedIds.filter((id) => !known.includes(id));
  const changes: readonly FieldChange[] = [
    ...(giver === undefined ? [] : [{ field: "takenOverFrom", to: giver.id }]),
    ...(absorbedNow.length === 0 ? [] : [{ field: "absorbed", to: absorbedNow.join(", ") }]),
  ];
  return { absorbedIds, giver, changes };
}

function canGive({ record }: Candidate<Customer | Project>): boolean {
  return record.fields !== undefined && record.state !== "detached";
}

/** In a chain of merges, what a crash left of a record says less than the record that has absorbed it. */
function hasTakenOver({ record }: Candidate<Customer | Project>, { id }: Candidate<unknown>): boolean {
  return record.absorbedIds.includes(id);
}

function preferHandMade(left: Candidate<unknown>, right: Candidate<unknown>): number {
  return Number(left.number === left.id) - Number(right.number === right.id) || compareIds(left.id, right.id);
}

/** The giver's content on the bookkeeping of whatever is stored under the survivor's own id. */
function inherit<R extends Customer | Project>(giver: R, own: R | undefined): R {
  const fence = own?.fence ?? { sourceUpdatedAtMs: 0, readAtMs: 0 };
  return { ...giver, state: own?.state ?? giver.state, revision: own?.revision ?? 0, fence };
}

/** Where a pointer leads and when that was seen. */
export interface PointerTarget {
  readonly reason: Extract<Reason, { readonly survivorId: string }>;
  readonly readAtMs: number;
  /** Whether what depends on the absorbed customer is still to be queued; a survivor that knows of it does so itself. */
  readonly isFollowUpDue?: boolean;
  readonly cause: Cause;
  readonly nowMs: number;
}

/**
 * The pointer that an absorbed customer becomes: no data, the way to the survivor, and whom it had absorbed itself.
 *
 * @returns undefined for a detached record, which only an admin moves, and for a pointer that already leads there
 */
export function pointCustomer(stored: Customer, target: PointerTarget): Customer | undefined {
  if (isSettledPointer(stored, target)) return undefined;
  const { companyId, absorbedIds } = stored;
  const isFollowUpDue = target.isFollowUpDue === true;
  return { type: "customer", companyId, absorbedIds, isFollowUpDue, ...turnIntoPointer(stored, target) };
}

/** The pointer that an absorbed project becomes; see {@link pointCustomer}. */
export function pointProject(stored: Project, target: PointerTarget): Project | undefined {
  if (isSettledPointer(stored, target)) return undefined;
  const { dealId, absorbedIds } = stored;
  return { type: "project", dealId, absorbedIds, ...turnIntoPointer(stored, target) };
}

function isSettledPointer(stored: SyncRecord, { reason }: PointerTarget): boolean {
  if (stored.state === "detached") return reason.code !== "attachedTo";
  return stored.state === "merged" && survivorIdOf(stored) === reason.survivorId;
}

/** Where a pointer leads; undefined for any other record. */
export function survivorIdOf({ reason }: Pick<SyncRecord, "reason">): string | undefined {
  return reason !== undefined && "survivorId" in reason ? reason.survivorId : undefined;
}

function turnIntoPointer(stored: SyncRecord, target: PointerTarget) {
  const verdict = { state: "merged", reason: target.reason } as const;
  const fence = { ...stored.fence, readAtMs: Math.max(stored.fence.readAtMs, target.readAtMs) };
  return { ...verdict, ...nextRevision(stored, fence, { ...target, fields: diffVerdicts(stored, verdict) }) };
}

/** Orders HubSpot ids as numbers; they can exceed what a double holds. */
export function compareIds(left: string, right: string): number {
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
}
