import { addUnits, NO_UNITS, type BilledWrite, type TableUnits } from "../recorder/dynamodb-recorder.ts";
import type { HubSpotCall } from "../recorder/hubspot-recorder.ts";
import type { BatchCost, TraceCost } from "./wire-world.ts";

/** Objects that HubSpot reads, or whose associations it reads, in one call. */
const PER_CALL = { objects: 100, associations: 1_000 } as const;

/** Events that were delivered. */
export function countEvents({ deliveries }: TraceCost): number {
  return deliveries.reduce((sum, { events }) => sum + events, 0);
}

/** What the worker consumed of the table. */
export function sumUnits({ batches }: TraceCost): TableUnits {
  return batches.reduce((sum, { units }) => addUnits(sum, units), NO_UNITS);
}

/** All calls of a trace but those that a process makes once in its life. */
export function listCalls({ batches }: TraceCost): readonly HubSpotCall[] {
  return batches.flatMap(({ calls }) => calls).filter(({ kind }) => kind !== "settings");
}

/** Calls by what they read, the most frequent first. */
export function tallyCalls(trace: TraceCost): string {
  const counts = new Map<string, number>();
  for (const { kind, objects, isArchived } of listCalls(trace)) {
    const name = `${kind === "associations" ? "associations of " : ""}${isArchived ? "archived " : ""}${objects}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].toSorted(([, left], [, right]) => right - left);
  return sorted.map(([name, count]) => `${count} × ${name}`).join(", ");
}

/** Calls that a batch needs at least for the objects it names, and those that they need besides. */
export function fewestObjectCalls({ distinct, calls }: BatchCost): number {
  const needed = new Set(distinct);
  for (const { ids, objects } of calls.filter(isLiveRead))
    for (const id of ids) needed.add(`${SINGULAR[objects]} ${id}`);
  return sumOver(["company", "contact", "deal"], (type) => Math.ceil(countOf(needed, type) / PER_CALL.objects));
}

/** The calls that a batch made to read live objects. */
export function countObjectCalls({ calls }: BatchCost): number {
  return calls.filter(isLiveRead).length;
}

function isLiveRead({ kind, isArchived }: HubSpotCall): boolean {
  return (kind === "batchRead" || kind === "object") && !isArchived;
}

/** Calls that a batch needs at least for the associations of what it names, and of companies whose turn others follow. */
export function fewestAssociationCalls({ distinct, calls }: BatchCost): number {
  const changed = sumOver(["contact", "deal"], (type) => Math.ceil(countOf(distinct, type) / PER_CALL.associations));
  const turned = new Set(calls.filter(isFollowUp).flatMap(({ ids }) => ids));
  return changed + 2 * Math.ceil(turned.size / PER_CALL.associations);
}

/** The calls that a batch made to read associations. */
export function countAssociationCalls({ calls }: BatchCost): number {
  return calls.filter(({ kind }) => kind === "associations").length;
}

function isFollowUp({ kind, objects }: HubSpotCall): boolean {
  return kind === "associations" && objects === "companies";
}

const SINGULAR: Readonly<Record<string, string>> = { companies: "company", contacts: "contact", deals: "deal" };

function countOf(keys: Iterable<string>, type: string): number {
  return [...keys].filter((key) => key.startsWith(`${type} `)).length;
}

/** A sum over some things. */
export function sumOver<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((sum, item) => sum + measure(item), 0);
}

/** Whether a write is one of a record, not of a reservation or a mark. */
export function isRecordWrite({ pk }: Pick<BilledWrite, "pk">): boolean {
  return /^(?:customer|contact|project)#/u.test(pk);
}

/** How often a record changed: once for each batch, however many writes it took. */
export function countChangedRecords({ batches }: TraceCost): number {
  return sumOver(
    batches,
    ({ writes }) => new Set(writes.filter(isRecordWrite).map(({ pk, sk }) => `${pk}/${sk}`)).size,
  );
}
