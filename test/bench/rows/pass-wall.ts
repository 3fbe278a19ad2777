import type { Figure, Measurement } from "../figure.ts";
import { printFigures } from "../pass/print-figures.ts";
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

/** Where ids lie unevenly, more lanes have to be cut than a smaller portal's calls allow. */
const LARGER_OBJECTS = 200_000;
const STRETCH = 25;
const LATENCIES_MS = [150, 300, 600] as const;
const MOST_WALL = 1.05;
const MOST_RATE_LIMITED = 0.005;

/** HubSpot's limit of a Professional account, which the simulator keeps: calls in any ten seconds. */
const LIMIT = 190;

/** Wall time on a virtual clock against the simulator's rolling limiter, and the calls it refused. */
export const PASS_WALL: Measurement = {
  rows: "10a,10b,10c,10d,10e,11a,11b",
  title: "Wall time and refused calls of a full reconciliation",
  measure: async (report) => {
    const nights = LATENCIES_MS.map((latencyMs): UnchangedNight => ({ counts: portalOf(OBJECTS), latencyMs }));
    const split: (readonly [number, NightReport])[] = [];
    for (const night of nights) split.push([night.latencyMs ?? 0, await run(night, report)]);
    const unevenCounts = portalOf(LARGER_OBJECTS);
    const uneven = await run({ counts: unevenCounts, latencyMs: 600, stretch: STRETCH }, report);
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
        name: `the same at 600 ms where ids lie unevenly, ${LARGER_OBJECTS} objects`,
        note: `The last two thirds of each type's ids lie ${STRETCH} times further apart, so that where to cut is guessed wrong and cut again. Below some 200,000 objects the cuts that row 9a allows do not suffice for that at 600 ms; at 150 and 300 ms fewer are needed.`,
      },
      describeRefused("11a", "calls refused with 429", [...split.map(([, done]) => done), uneven]),
      {
        ...describeRefused("11b", `the same when the limit is halved half-way, ${LARGER_OBJECTS} objects`, [halved]),
        note: "Refused are the calls that are on their way at that moment, as many whatever the size of the portal.",
      },
    ];
  },
};

async function run(
  night: UnchangedNight,
  report: (progress: string) => void,
  limitFromHalf?: number,
): Promise<NightReport> {
  const { world } = await createNight(night);
  const { portal } = world;
  world.faults.onHubSpot = () => {
    if (limitFromHalf !== undefined && portal.calls.total * 2 >= fewestCalls(night.counts))
      portal.behaviour.burstLimit = limitFromHalf;
  };
  const done = await runNight(world, night);
  report(`${night.latencyMs ?? 0} ms: ${(done.wallMs / 1000).toFixed(0)} s, ${done.rateLimited} refused`);
  return done;
}

function describeWall(row: string, latencyMs: number, { wallMs, objects }: NightReport): Figure {
  const boundMs = (fewestCalls(portalOf(objects)) / LIMIT) * 10_000;
  const ofShare = (wallMs * PASS_SHARE) / boundMs;
  return {
    row,
    name: `wall time ÷ rate bound of the pass' share, ${latencyMs} ms a call, ${objects} objects`,
    goal: `≤ ${MOST_WALL}`,
    minimum: "1",
    measured: `${ofShare.toFixed(3)} (${(wallMs / boundMs).toFixed(3)} of the whole limit's)`,
    isMet: ofShare <= MOST_WALL,
    isGate: false,
    note: `A pass takes ${PASS_SHARE * 100} % of HubSpot's limit and leaves the rest to the worker: against the whole limit it cannot come below ${(1 / PASS_SHARE).toFixed(2)}. What is lost is the start, four calls one after the other until the lists may be split, and the last page; a larger portal loses no more. Not in it is the sweep of the reserved numbers after the lists, for the table answers at once on this clock: at most 96 queries for 100,000 objects, one after the other, so at 10 ms each 0.016 more (10c misses its goal with that).`,
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
