import type { ContactTombstone, SyncRecord } from "../domain/record.ts";
import type { NumberClaim, RecordStore, ReserveOutcome, Telemetry } from "./ports.ts";
import type { Run } from "./run.ts";

/** A run whose writes go nowhere, and what it would have written. */
export interface Rehearsal {
  readonly run: Run;
  readonly written: readonly (SyncRecord | ContactTombstone)[];
}

const SILENT: Telemetry = { info: ignore, warn: ignore, error: ignore, count: ignore };

/** Lets the real code run through, reading what is there and changing nothing: no record, number or queue. */
export function rehearse(run: Run): Rehearsal {
  const written: (SyncRecord | ContactTombstone)[] = [];
  const store: RecordStore = {
    ...run.store,
    write: (record) => {
      written.push(record);
      return Promise.resolve("written");
    },
    handOver: ({ survivor, pointer }) => {
      written.push(survivor, pointer);
      return Promise.resolve({ kind: "written" });
    },
    reserveNumber: (claim) => foreseeReservation(run.store, claim),
    releaseNumber: () => Promise.resolve(),
  };
  const queue = { ...run.queue, send: () => Promise.resolve() };
  return { run: { ...run, store, queue, telemetry: SILENT }, written };
}

/**
 * What reserving would answer, without doing it. A number can only be known to be taken where the record is held for it
 * already: the holder that its reason names may still have it.
 */
async function foreseeReservation(store: RecordStore, claim: NumberClaim): Promise<ReserveOutcome> {
  const isCustomer = claim.kind === "customerNumber";
  const read = async (id: string) =>
    isCustomer ? (await store.readCustomers([id])).get(id) : (await store.readProjects([id])).get(id);
  const reason = (await read(claim.holderId))?.reason;
  if (reason?.code !== "numberTaken" || reason.number !== claim.number) return { kind: "reserved" };
  const holder = await read(reason.holderId);
  const held = holder?.type === "customer" ? holder.customerNumber : holder?.shortForm;
  if (held !== claim.number) return { kind: "reserved" };
  return { kind: "taken", holderId: reason.holderId, reservedAtMs: holder?.changedAtMs ?? 0 };
}

function ignore(): void {
  // Nothing is told: nothing happened.
}
