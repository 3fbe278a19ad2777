import type { Figure, Measurement } from "../figure.ts";
import { createGeneratedStore } from "../pass/generated-store.ts";
import { createGeneratedTable } from "../pass/generated-table.ts";
import { printFigures } from "../pass/print-figures.ts";
import { openTable } from "../pass/table-store.ts";
import {
  createNight,
  fewestCalls,
  PASS_SHARE,
  portalOf,
  runNight,
  type NightReport,
  type UnchangedNight,
} from "../pass/unchanged-pass.ts";

/** The middle one of the sizes that matter: below it a pass is over in half a minute, above it its ends weigh less. */
const OBJECTS = 100_000;

const LARGER_OBJECTS = 200_000;

/** Four hundred pages: of one type, too few for the cuts by guess that it would take. */
const SINGLE_TYPE = { company: 0, contact: 40_000, deal: 0 };
const STRETCH = 25;
const LATENCIES_MS = [150, 300, 600] as const;
const MOST_WALL = 1.05;
const MOST_RATE_LIMITED = 0.005;

/** What one query of the table takes. Milliseconds. */
const TABLE_LATENCY_MS = 10;

/** HubSpot's limit of a Professional account, which the simulator keeps: calls in any ten seconds. */
const LIMIT = 190;

interface Run extends NightReport {
  /** List calls that show all objects, at least. */
  readonly fewest: number;
}

/** Wall time on a virtual clock against the simulator's rolling limiter, and the calls it refused. */
export const PASS_WALL: Measurement = {
  rows: "10a,10b,10c,10d,10e,10f,10g,10h,11a,11b",
  title: "Wall time and refused calls of a full reconciliation",
  measure: async (report) => {
    const nights = LATENCIES_MS.map((latencyMs): UnchangedNight => ({ counts: portalOf(OBJECTS), latencyMs }));
    const split: (readonly [number, Run])[] = [];
    for (const night of nights) split.push([night.latencyMs ?? 0, await run(night, report)]);
    const unevenNight = { counts: portalOf(OBJECTS), latencyMs: 600, stretch: STRETCH };
    const uneven = await run(unevenNight, report);
    const unmarked = await run({ ...unevenNight, hasMarks: false }, report);
    const single = await run({ counts: SINGLE_TYPE, latencyMs: 600 }, report);
    const singleUnmarked = await run({ counts: SINGLE_TYPE, latencyMs: 600, hasMarks: false }, report);
    const chained = await run({ counts: portalOf(OBJECTS), latencyMs: 300, isSplittable: false }, report);
    const halved = await run({ counts: portalOf(LARGER_OBJECTS), latencyMs: 300 }, report, LIMIT / 2);
    return [
      ...split.map(([latencyMs, done], index) => describeWall(`10${"abc"[index] ?? ""}`, latencyMs, done)),
      {
        ...describeWall("10d", 300, chained),
        name: "the same at 300 ms where `after` is no id, one chain a type",
        goal: "correct",
        isMet: true,
        note: "HubSpot documents `after` as opaque. Where the probe finds that it is, each type is one chain of requests: correct, and as slow as the longest of the three.",
      },
      {
        ...describeWall("10e", 600, uneven),
        name: `the same at 600 ms where ids lie unevenly, ${OBJECTS} objects`,
        note: `${describeCalls(uneven)} The last two thirds of each type's ids lie ${STRETCH} times further apart. The pass before left 64 ids of each type with the number of objects between them, so all lanes begin at once, are as long as each other and end with full pages.`,
      },
      {
        ...describeWall("10f", 600, unmarked),
        name: "the same on a night without such ids, as the first one is",
        note: `${describeCalls(unmarked)} Where to cut is guessed from the distance of ids, guessed wrong and cut again; each such cut costs half a call, and the calls of row 9a come first. At 150 and 300 ms fewer cuts are needed.`,
      },
      {
        ...describeWall("10g", 600, single),
        name: `the same at 600 ms of one type alone, ${SINGLE_TYPE.contact} objects`,
        note: `${describeCalls(single)} Three of them are for account and settings, two for the types without objects, one for the proof that any id may be followed. What is lost is the start: those and the first page follow from each other, which alone is more than 5 % below some 90,000 objects. It takes ${(single.wallMs / 1000).toFixed(1)} s.`,
      },
      {
        ...describeWall("10h", 600, singleUnmarked),
        name: "the same on a night without the former night's ids",
        note: `${describeCalls(singleUnmarked)} 1 % of 400 calls allows three cuts by guess; twelve lanes would take eleven. The goal of row 9a comes first here, as all the account's apps share its calls, and a portal of this size is read in ${(singleUnmarked.wallMs / 1000).toFixed(0)} s all the same.`,
      },
      describeRefused("11a", "calls refused with 429", [...split.map(([, done]) => done), uneven, unmarked]),
      {
        ...describeRefused("11b", `the same when the limit is halved half-way, ${LARGER_OBJECTS} objects`, [halved]),
        note: "Refused are the calls that are on their way at that moment, as many whatever the size of the portal.",
      },
    ];
  },
};

async function run(night: UnchangedNight, report: (progress: string) => void, limitFromHalf?: number): Promise<Run> {
  const { world } = await createNight({ ...night, storeFor: withNumbersOfTable });
  const { portal } = world;
  world.faults.onHubSpot = () => {
    if (limitFromHalf !== undefined && portal.calls.total * 2 >= fewestCalls(night.counts))
      portal.behaviour.burstLimit = limitFromHalf;
  };
  const done = await runNight(world, night);
  report(`${night.latencyMs ?? 0} ms: ${(done.wallMs / 1000).toFixed(0)} s, ${done.rateLimited} refused`);
  return { ...done, fewest: fewestCalls(night.counts) };
}

/** The numbers, which are gone through when nothing else is going on, come from the table's adapter and take their time. */
function withNumbersOfTable(
  ...[records, clock]: Parameters<NonNullable<UnchangedNight["storeFor"]>>
): ReturnType<NonNullable<UnchangedNight["storeFor"]>> {
  const table = openTable(createGeneratedTable(records).client, clock);
  return {
    ...createGeneratedStore(records),
    listReservations: async (kind, cursor) => {
      await clock.sleep(TABLE_LATENCY_MS);
      return table.listReservations(kind, cursor);
    },
  };
}

function describeCalls({ calls, fewest }: Run): string {
  return `${calls} calls, ${(calls / fewest).toFixed(4)} of the fewest.`;
}

function describeWall(row: string, latencyMs: number, { wallMs, objects, fewest }: Run): Figure {
  const boundMs = (fewest / LIMIT) * 10_000;
  const ofShare = (wallMs * PASS_SHARE) / boundMs;
  return {
    row,
    name: `wall time ÷ rate bound of the pass' share, ${latencyMs} ms a call, ${objects} objects`,
    goal: `≤ ${MOST_WALL}`,
    minimum: "1",
    measured: `${ofShare.toFixed(3)} (${(wallMs / boundMs).toFixed(3)} of the whole limit's)`,
    isMet: ofShare <= MOST_WALL,
    isGate: false,
    note: `A pass takes ${PASS_SHARE * 100} % of HubSpot's limit and leaves the rest to the worker: against the whole limit it cannot come below ${(1 / PASS_SHARE).toFixed(2)}. What is lost is the start, four calls one after the other until the lists may be split, and the last page; a larger portal loses no more. The reserved numbers, which are gone through after the lists, count at ${TABLE_LATENCY_MS} ms a query; the records are read ahead while HubSpot answers.`,
  };
}

function describeRefused(row: string, name: string, nights: readonly NightReport[]): Figure {
  const refused = nights.reduce((sum, { rateLimited }) => sum + rateLimited, 0);
  const calls = nights.reduce((sum, night) => sum + night.calls, 0);
  return {
    row,
    name: `share of ${name}`,
    goal: `≤ ${MOST_RATE_LIMITED * 100} %`,
    minimum: "0 %",
    measured: `${((100 * refused) / calls).toFixed(2)} % (${refused} of ${calls})`,
    isMet: refused / calls <= MOST_RATE_LIMITED,
    isGate: false,
  };
}

if (import.meta.main) await printFigures(PASS_WALL);
