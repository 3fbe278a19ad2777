import type { Measurement } from "../figure.ts";
import { createImportTrace } from "../trace/bulk-traces.ts";
import { countEvents, sumOver } from "../trace/trace-sums.ts";
import { createWireWorld, type TraceCost } from "../trace/wire-world.ts";

const GOAL = 1.05;
const SEED = 3;
const COMPANIES = 10_000;
const PROPERTIES = 8;
const PER_SECOND = 100;
/** How far the events of one record are torn apart in the harder of both imports. Milliseconds. */
const SPREAD_MS = 2_000;

/** How often an import makes us read a record. */
export const IMPORT_READS: Measurement = {
  rows: "3",
  title: "bulk import",
  measure: async (report) => {
    report(`${COMPANIES} companies, each record's events together`);
    const together = await playImport(COMPANIES, 0);
    report("a fifth of them, each record's events torn apart");
    const torn = await playImport(COMPANIES / 5, SPREAD_MS);
    const reads = readsPerObject(together, COMPANIES);
    const batches = together.batches.length;
    return [
      {
        row: "3",
        name: `reads per distinct object, import of ${COMPANIES.toLocaleString("en")} companies × ${PROPERTIES} properties`,
        goal: `≤ ${GOAL}`,
        minimum: `1 (one read an event: ${PROPERTIES})`,
        measured: reads.toFixed(3),
        isMet: reads <= GOAL,
        isGate: false,
        note: `${countEvents(together)} events at ${PER_SECOND} records a second in ${batches} batches, ${sumOver(together.batches, ({ calls }) => calls.length)} calls; HubSpot sends the events of a new record together. Torn apart by up to ${SPREAD_MS / 1_000} s at random it is ${readsPerObject(torn, COMPANIES / 5).toFixed(2)}: a record whose events fall into two windows is read in both. Not to read it again because the stored stamp is newer than the event was considered and left: HubSpot promises no order of its stamps, and a change could stay unseen until the next pass`,
      },
    ];
  },
};

async function playImport(companies: number, maxDelayMs: number): Promise<TraceCost> {
  const world = await createWireWorld({ seed: SEED, maxDelayMs });
  try {
    return await world.play(createImportTrace({ companies, perSecond: PER_SECOND }));
  } finally {
    await world.close();
  }
}

function readsPerObject({ batches }: TraceCost, objects: number): number {
  const reads = batches.flatMap(({ calls }) => calls).filter(({ kind }) => kind === "batchRead");
  return sumOver(reads, ({ ids }) => ids.length) / objects;
}
