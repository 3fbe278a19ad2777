import { NO_HINT } from "../domain/decision.ts";
import { describeState } from "../domain/reason-text.ts";
import { applySightings } from "./apply-sightings.ts";
import { readObjectRecords } from "./object-records.ts";
import { readSightings } from "./read-sightings.ts";
import { rehearse } from "./rehearsal.ts";
import type { CompanyLink, ObjectType, Observation } from "../domain/hubspot-object.ts";
import type { FieldChange, SyncRecord } from "../domain/record.ts";
import type { Change } from "../domain/change.ts";
import type { Run, Sighting } from "./run.ts";

/** What HubSpot says of an object, as far as the rules ask for it. */
export interface HubSpotSide {
  readonly observed: Observation<unknown>["kind"];
  readonly readAtMs: number;
  readonly updatedAtMs?: number;
  /** Where a merge led to. */
  readonly survivorId?: string;
  /** A company's value of the exclusion property. */
  readonly exclusion?: string;
  /** A deal's stage. */
  readonly stageId?: string;
  /** Companies of a contact or deal. */
  readonly companies?: readonly CompanyLink[];
}

/** A record as the rules would have it now, and what that changes; no fields when it is as it should be. */
export interface RuledRecord {
  readonly record: SyncRecord;
  readonly changes: readonly FieldChange[];
}

/** Why one object's records are as they are. */
export interface Explanation {
  readonly type: ObjectType;
  readonly id: string;
  /** A few sentences for an admin. */
  readonly summary: string;
  readonly hubspot: HubSpotSide;
  readonly stored: readonly SyncRecord[];
  /** The same records, and new ones, by the rules. */
  readonly ruled: readonly RuledRecord[];
}

/**
 * Reads one object in HubSpot and here, and runs the rules without writing.
 *
 * @throws RetryableError or NonRetryableError when HubSpot or the store fails
 */
export async function explainObject(
  run: Run,
  { type, id }: { readonly type: ObjectType; readonly id: string },
): Promise<Explanation> {
  const stored = await readObjectRecords(run, type, id);
  const rehearsal = rehearse(run);
  const hubspot = await applyOnTrial(rehearsal.run, { type, id, ...NO_HINT, failures: 0 });
  const written = rehearsal.written.flatMap((record) =>
    record.type !== "contactTombstone" && isOf(record, type, id) ? record : [],
  );
  const ruled = joinRuled(stored, written);
  const summary = summarize({ type, id, hubspot, stored, ruled });
  return { type, id, summary, hubspot, stored, ruled };
}

async function applyOnTrial(run: Run, change: Change): Promise<HubSpotSide> {
  const nothing = { deliveryId: "explain", companies: [], companyChanges: [], contacts: [], deals: [] };
  switch (change.type) {
    case "company": {
      const { own, all } = await read(run, "company", change);
      await applySightings(run, { ...nothing, companies: all });
      const exclusion = own.observed.kind === "live" ? { exclusion: own.observed.object.exclusion } : {};
      return { ...describeObserved(own.observed), ...exclusion };
    }
    case "contact": {
      const { own, all } = await read(run, "contact", change);
      await applySightings(run, { ...nothing, contacts: all });
      return { ...describeObserved(own.observed), companies: own.links };
    }
    case "deal": {
      const { own, all } = await read(run, "deal", change);
      await applySightings(run, { ...nothing, deals: all });
      const stage = own.observed.kind === "live" ? { stageId: own.observed.object.stageId } : {};
      return { ...describeObserved(own.observed), ...stage, companies: own.links };
    }
  }
}

async function read<T extends ObjectType>(
  run: Run,
  type: T,
  change: Change,
): Promise<{ readonly own: Sighting<T>; readonly all: readonly Sighting<T>[] }> {
  const { sightings, unread } = await readSightings(run, type, [change]);
  const failure = unread.get(change.id);
  if (failure?.kind === "failed") throw failure.error;
  // What absorbed the object was read after it.
  const [own] = sightings;
  if (own === undefined) throw new Error(`reading ${type} ${change.id} gave no observation, expected exactly one`);
  return { own, all: sightings };
}

function describeObserved(observed: Observation<{ readonly updatedAtMs: number }>): HubSpotSide {
  const { kind, readAtMs } = observed;
  switch (kind) {
    case "live":
      return { observed: kind, readAtMs, updatedAtMs: observed.object.updatedAtMs };
    case "archived":
      return { observed: kind, readAtMs, updatedAtMs: observed.updatedAtMs };
    case "absorbed":
      return { observed: kind, readAtMs, survivorId: observed.survivorId };
    case "missing":
      return { observed: kind, readAtMs };
  }
}

function isOf(record: SyncRecord, type: ObjectType, id: string): boolean {
  const object = objectOf(record);
  return object.type === type && object.id === id;
}

function objectOf(record: SyncRecord): { readonly type: ObjectType; readonly id: string } {
  switch (record.type) {
    case "customer":
      return { type: "company", id: record.companyId };
    case "contactPerson":
      return { type: "contact", id: record.contactId };
    case "project":
      return { type: "deal", id: record.dealId };
  }
}

function keyOf(record: SyncRecord): string {
  return record.type === "contactPerson" ? record.companyId : record.type;
}

function joinRuled(stored: readonly SyncRecord[], written: readonly SyncRecord[]): readonly RuledRecord[] {
  const before = new Map(stored.map((record) => [keyOf(record), record]));
  const after = new Map([...stored, ...written].map((record) => [keyOf(record), record]));
  return [...after].map(([key, record]) => {
    const [newest] = record.history;
    const hasNewEntry = newest !== undefined && newest.atMs !== before.get(key)?.history[0]?.atMs;
    return { record, changes: hasNewEntry ? newest.fields : [] };
  });
}

function summarize({ type, id, hubspot, stored, ruled }: Omit<Explanation, "summary">): string {
  const name = `${type.slice(0, 1).toUpperCase()}${type.slice(1)} ${id}`;
  if (ruled.length === 0) return summarizeNothing(name, hubspot);
  const sentences = ruled.map(({ record, changes }) => {
    const before = stored.find((known) => keyOf(known) === keyOf(record));
    // A trial writes nothing, so it cannot know whether what was refused would still be.
    const { explanation, remedy } = describeState(before && isRefused(before) ? before : record);
    return [explanation, remedy, describePending(before, { record, changes })].filter(isTold).join(" ");
  });
  return sentences.join(" ");
}

function isTold(sentence: string | undefined): sentence is string {
  return sentence !== undefined;
}

function isRefused({ reason }: SyncRecord): boolean {
  return reason?.code === "refused";
}

/** What is not stored yet: an event on its way, or one that was lost. */
function describePending(before: SyncRecord | undefined, { record, changes }: RuledRecord): string | undefined {
  if (changes.length === 0) return undefined;
  if (before === undefined) return "It is not stored yet; a resync stores it.";
  if (isRefused(before)) return `By the rules it is ${record.state}; a resync tries to store that.`;
  if (before.state !== record.state) return `It is still stored as ${before.state}; a resync changes that.`;
  return `A resync would now change ${changes.map(({ field }) => field).join(", ")}.`;
}

/** Of a company or deal that HubSpot has, or had, the rules always make a record. */
function summarizeNothing(name: string, { observed, companies, survivorId }: HubSpotSide): string {
  if (observed === "missing")
    return `${name} is neither in HubSpot nor here. Check the id: HubSpot numbers companies, contacts and deals separately.`;
  if (observed === "archived") return `${name} was deleted in HubSpot before anything of it was transferred.`;
  if (survivorId !== undefined)
    return `${name} was merged in HubSpot before anything of it was transferred. Look at ${survivorId} instead.`;
  if (companies?.length === 0)
    return `${name} has no company, so it is nobody's contact person. Associate it with a company in HubSpot.`;
  return `${name} is in HubSpot and nothing of it is stored here; no rule asks for it.`;
}
