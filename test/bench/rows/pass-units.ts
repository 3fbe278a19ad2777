import { encodeLease } from "../../../lib/dynamodb/pass-lease.ts";
import { writeUnitsOf } from "../../fixtures/dynamodb-units.ts";
import type { Figure, Measurement } from "../figure.ts";
import { createGeneratedTable } from "../pass/generated-table.ts";
import { printFigures } from "../pass/print-figures.ts";
import { openTable } from "../pass/table-store.ts";
import { createNight, portalOf, runNight } from "../pass/unchanged-pass.ts";

const OBJECTS = 20_000;
const MOST_READ_UNITS = 0.11;
const CHECKPOINT_EVERY_MS = 10_000;

/** What a pass over a portal in which nothing is to be repaired consumes of DynamoDB. */
export const PASS_UNITS: Measurement = {
  rows: "14,15a,15b",
  title: "DynamoDB units of an unchanged pass",
  measure: async (report) => {
    const held: { use?: { readonly queries: number; readonly readUnits: number } } = {};
    const night = { counts: portalOf(OBJECTS) };
    const { world } = await createNight({
      ...night,
      storeFor: (records, clock) => {
        const { client, use } = createGeneratedTable(records);
        held.use = use;
        return openTable(client, clock);
      },
    });
    const checkpointUnits: number[] = [];
    world.faults.beforeStore = (name, [saved]) => {
      if (name === "saveCheckpoint") checkpointUnits.push(unitsOfLease(saved));
    };
    const { wallMs } = await runNight(world, night);
    const readUnits = held.use?.readUnits ?? 0;
    report(`${OBJECTS} objects: ${held.use?.queries ?? 0} queries, ${readUnits} read units`);
    return [describeReads(readUnits), ...describeWrites(checkpointUnits, wallMs)];
  },
};

function unitsOfLease(saved: unknown): number {
  const item = encodeLease(Object(saved));
  return writeUnitsOf(item, item);
}

function describeReads(readUnits: number): Figure {
  return {
    row: "14",
    name: `read units per object of an unchanged pass, items of 0.8 KB, ${OBJECTS} objects`,
    goal: `≤ ${MOST_READ_UNITS}`,
    minimum: "0.1",
    measured: `${(readUnits / OBJECTS).toFixed(4)} (${readUnits} ÷ ${OBJECTS})`,
    isMet: readUnits / OBJECTS <= MOST_READ_UNITS,
    isGate: true,
    note: "By DynamoDB's size rules, over whole items: a projection saves bytes on the wire and no units. With the index by state, the reservations of numbers, and what a shard's last page rounds up.",
  };
}

/** The table of this measurement refuses every write, so that the pass came through says that there was none. */
function describeWrites(checkpointUnits: readonly number[], wallMs: number): readonly Figure[] {
  const most = 1 + Math.floor(wallMs / CHECKPOINT_EVERY_MS);
  const largest = Math.max(...checkpointUnits);
  return [
    {
      row: "15a",
      name: "write units of records and numbers in an unchanged pass",
      goal: "0",
      minimum: "0",
      measured: "0",
      isMet: true,
      isGate: true,
      note: "The table of the benchmark refuses writes: one of them would have failed the pass and this measurement.",
    },
    {
      row: "15b",
      name: `checkpoints of ${(wallMs / 1000).toFixed(1)} s`,
      goal: `≤ ${most} (one at the start, one every 10 s)`,
      minimum: "1",
      measured: `${checkpointUnits.length}, of at most ${largest} write units each`,
      isMet: checkpointUnits.length <= most,
      isGate: true,
      note: "Besides them a pass writes its start, its report and its end.",
    },
  ];
}

if (import.meta.main) await printFigures(PASS_UNITS);
