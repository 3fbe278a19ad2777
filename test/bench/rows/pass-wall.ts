import type { TypeCounts } from "../../../infra/local/hubspot-simulator/generated-portal.ts";
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

/** Where the ends of a pass cost more than they do on a usual night; what they cost below is in the notes. */
const LARGER_OBJECTS = 200_000;
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
    const uneven = await run({ counts: portalOf(OBJECTS), latencyMs: 600, stretch: STRETCH }, report);
    const first = await runSizes({ stretch: STRETCH, hasMarks: false }, portalOf, report);
    const single = await runSizes({}, singleType, report);
    const singleFirst = await runSizes({ hasMarks: false }, singleType, report);
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
        ...describeWall("10f", 600, first.larger),
        name: `the same on a night without such ids, as the first one is, ${LARGER_OBJECTS} objects`,
        note: `${describeSizes(first)} Where to cut is guessed from the distance of ids, guessed wrong and cut again; each such cut costs half a call, and there may be no more than row 9a allows, which in a small portal are few. At 150 and 300 ms fewer cuts are needed.`,
      },
      {
        ...describeWall("10g", 600, single.larger),
        name: `the same at 600 ms of one type alone, ${LARGER_OBJECTS} objects`,
        note: `${describeSizes(single)} Of these calls two are for the account and one for the settings, two for the types without objects, one for the proof that any id may be followed. What is lost is the start: three calls that follow from each other.`,
      },
      {
        ...describeWall("10h", 600, singleFirst.larger),
        name: `the same on a night without the former night's ids, ${LARGER_OBJECTS} objects`,
        note: `${describeSizes(singleFirst)} 1 % of 400 calls allows three cuts by guess, and twelve lanes would take eleven. The goal of row 9a comes first, as all the account's apps share its calls.`,
      },
      describeRefused("11a", "calls refused with 429", [...split.map(([, done]) => done), uneven, first.larger]),
      {
        ...describeRefused("11b", `the same when the limit is halved half-way, ${LARGER_OBJECTS} objects`, [halved]),
        note: "Refused are the calls that are on their way at that moment, as many whatever the size of the portal.",
      },
    ];
  },
};

/** The same night on portals of several sizes: where the goal counts, and below. */
interface Sizes {
  readonly larger: Run;
  readonly smaller: readonly Run[];
}

/** Objects of the portals below the size at which a goal counts. */
const SMALLER_OBJECTS = [40_000, OBJECTS] as const;

async function runSizes(
  night: Omit<UnchangedNight, "counts" | "latencyMs">,
  countsOf: (objects: number) => TypeCounts,
  report: (progress: string) => void,
): Promise<Sizes> {
  const runs: Run[] = [];
  for (const objects of [...SMALLER_OBJECTS, LARGER_OBJECTS])
    runs.push(await run({ ...night, counts: countsOf(objects), latencyMs: 600 }, report));
  const larger = runs.pop();
  if (larger === undefined) throw new RangeError("there is no size");
  return { larger, smaller: runs };
}

function singleType(objects: number): TypeCounts {
  return { company: 0, contact: objects, deal: 0 };
}

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

/** What the figure is below the size at which its goal counts, in seconds as well: small portals are read soon anyhow. */
function describeSizes({ larger, smaller }: Sizes): string {
  const below = smaller.map((done) => {
    const seconds = (done.wallMs / 1000).toFixed(0);
    return `${ofShare(done).toFixed(3)} (${seconds} s) at ${done.objects}`;
  });
  return `${describeCalls(larger)} Below it is ${below.join(" and ")}.`;
}

/** Wall time by what the pass' share of HubSpot's limit allows. */
function ofShare({ wallMs, fewest }: Run): number {
  return (wallMs * PASS_SHARE) / boundMs(fewest);
}

/** The least time in which HubSpot's limit lets so many calls through. */
function boundMs(calls: number): number {
  return (calls / LIMIT) * 10_000;
}

function describeWall(row: string, latencyMs: number, done: Run): Figure {
  const ratio = ofShare(done);
  return {
    row,
    name: `wall time ÷ rate bound of the pass' share, ${latencyMs} ms a call, ${done.objects} objects`,
    goal: `≤ ${MOST_WALL}`,
    minimum: "1",
    measured: `${ratio.toFixed(3)} (${(ratio / PASS_SHARE).toFixed(3)} of the whole limit's)`,
    isMet: ratio <= MOST_WALL,
    isGate: false,
    note: `A pass takes ${PASS_SHARE * 100} % of HubSpot's limit and leaves the rest to the worker: against the whole limit it cannot come below ${(1 / PASS_SHARE).toFixed(2)}. What is lost is the start, three calls one after the other until the lists may be split, and the last page; a larger portal loses no more. The reserved numbers, which are gone through after the lists, count at ${TABLE_LATENCY_MS} ms a query; the records are read ahead while HubSpot answers.`,
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
