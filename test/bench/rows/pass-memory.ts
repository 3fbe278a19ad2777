import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as z from "zod";
import type { Figure, Measurement } from "../figure.ts";
import { printFigures } from "../pass/print-figures.ts";

const CHILD = fileURLToPath(new URL("../pass/memory-child.ts", import.meta.url));
const SIZES = [10_000, 100_000, 1_000_000] as const;
const TABLE_OBJECTS = 20_000;
const MEGABYTE = 1_000_000;

/** What may be added by a million objects. */
const MOST_MEGABYTES = 1;

/** A tenth of the function's memory for each type; it has 1,024 MB. */
const MOST_BUFFER_MEGABYTES = 300;

/** A customer that is not linked takes eight bytes, and the column that holds it at most twice that. */
const MOST_BYTES_PER_STATE = 16;
const STATES = 1_000_000;

const childSchema = z.object({
  heapBytes: z.number(),
  rssBytes: z.number(),
  calls: z.number().optional(),
  wallMs: z.number().optional(),
});

/** Memory of a pass, in processes of their own. */
export const PASS_MEMORY: Measurement = {
  rows: "13a,13b,13c",
  title: "Memory of a full reconciliation",
  measure: async (report) => {
    const heaps: number[] = [];
    const calls: string[] = [];
    for (const objects of SIZES) {
      const { heapBytes, rssBytes, calls: made = 0, wallMs = 0 } = await runChild(objects, "computed");
      calls.push(`${made} calls in ${(wallMs / 60_000).toFixed(1)} min`);
      report(`${objects} objects: heap ${inMegabytes(heapBytes)}, process ${inMegabytes(rssBytes)}`);
      heaps.push(heapBytes);
    }
    const states = await runChild(STATES, "states");
    const ofTable = await runChild(TABLE_OBJECTS, "table");
    return [
      describeSlope(heaps, calls),
      describeBuffers(ofTable.heapBytes, heaps[0] ?? 0),
      describeStates(states.heapBytes),
    ];
  },
};

async function runChild(objects: number, kind: "computed" | "table" | "states"): Promise<z.output<typeof childSchema>> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", CHILD, String(objects), kind]);
  return childSchema.parse(JSON.parse(stdout));
}

function describeSlope(heaps: readonly number[], calls: readonly string[]): Figure {
  const [, middle = 0, last = 0] = heaps;
  const slope = ((last - middle) / (SIZES[2] - SIZES[1])) * 1_000_000;
  return {
    row: "13a",
    name: `growth of the heap that a pass holds, from ${SIZES[1]} to ${SIZES[2]} objects, per million`,
    goal: `≤ ${MOST_MEGABYTES} MB`,
    minimum: "0 MB",
    measured: `${inMegabytes(slope)} (${heaps.map(inMegabytes).join(", ")} at ${SIZES.join(", ")})`,
    isMet: slope <= MOST_MEGABYTES * MEGABYTE,
    isGate: false,
    note: `Largest heap after a collection, looked at every 50 calls; portal and records are computed, not stored. The passes took ${calls.join(", ")} of virtual time, at 150 ms a call.`,
  };
}

function describeBuffers(ofTable: number, computed: number): Figure {
  return {
    row: "13b",
    name: `what reading ahead in the table holds, ${TABLE_OBJECTS} objects`,
    goal: `≤ ${MOST_BUFFER_MEGABYTES} MB`,
    minimum: "0 MB",
    measured: inMegabytes(ofTable - computed),
    isMet: ofTable - computed <= MOST_BUFFER_MEGABYTES * MEGABYTE,
    isGate: false,
  };
}

function describeStates(heapBytes: number): Figure {
  const perState = heapBytes / STATES;
  return {
    row: "13c",
    name: `memory of a customer that is not linked, of ${STATES}`,
    goal: `≤ ${MOST_BYTES_PER_STATE} B`,
    minimum: "8 B",
    measured: `${perState.toFixed(1)} B`,
    isMet: perState <= MOST_BYTES_PER_STATE,
    isGate: false,
    note: "Kept for the whole pass, so that contacts and deals are compared without reading their customers.",
  };
}

function inMegabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}

if (import.meta.main) await printFigures(PASS_MEMORY);
