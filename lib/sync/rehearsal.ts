import { describeCustomers, describeProjects } from "./local-write.ts";
import type { ContactTombstone, Customer, Project, SyncRecord } from "../domain/record.ts";
import type { NumberedKind } from "./local-write.ts";
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
    reserveNumber: (claim) =>
      claim.kind === "customerNumber"
        ? foreseeReservation(describeCustomers(run), claim)
        : foreseeReservation(describeProjects(run), claim),
    releaseNumber: () => Promise.resolve(),
  };
  const queue = { ...run.queue, send: () => Promise.resolve() };
  return { run: { ...run, store, queue, telemetry: SILENT }, written };
}

/**
 * What reserving would answer, without doing it. A number can only be known to be taken where the record is held for it
 * already: the holder that its reason names may still have it.
 */
async function foreseeReservation<R extends Customer | Project>(
  { read, numberOf }: NumberedKind<R>,
  { number, holderId }: NumberClaim,
): Promise<ReserveOutcome> {
  const reason = (await read(holderId))?.reason;
  if (reason?.code !== "numberTaken") return { kind: "reserved" };
  const holder = await read(reason.holderId);
  if (holder === undefined || numberOf(holder).number !== number) return { kind: "reserved" };
  return { kind: "taken", holderId: reason.holderId, reservedAtMs: holder.changedAtMs };
}

function ignore(): void {
  // Nothing is told: nothing happened.
}
