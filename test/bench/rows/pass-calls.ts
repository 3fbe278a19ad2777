import type { Figure, Measurement } from "../figure.ts";
import { createNight, fewestCalls, portalOf, runNight, type UnchangedNight } from "../pass/unchanged-pass.ts";
import { printFigures } from "../pass/print-figures.ts";

const MOST = 1.01;

/** Account twice (the guard's and the pass' own), and whether the exclusion property exists. */
const SETTINGS_CALLS = 3;

const SPLIT_OBJECTS = 100_000;
const WHOLE_OBJECTS = 50_000;
const SMALL_OBJECTS = [10, 1_000, 10_000] as const;

/** Calls to HubSpot of a pass over a portal in which nothing is to be repaired. */
export const PASS_CALLS: Measurement = {
  rows: "9a,9b,9c",
  title: "Calls of a full reconciliation",
  measure: async (report) => [
    await measureRatio({ counts: portalOf(SPLIT_OBJECTS) }, "9a", report),
    await measureRatio({ counts: portalOf(WHOLE_OBJECTS), isSplittable: false }, "9b", report),
    await measureSmall(report),
  ],
};

async function measureRatio(night: UnchangedNight, row: string, report: (progress: string) => void): Promise<Figure> {
  const { calls, objects } = await run(night, report);
  const fewest = fewestCalls(night.counts);
  const how = night.isSplittable === false ? "one chain a type" : "ranges split";
  return {
    row,
    name: `calls of a pass over ${objects} objects ÷ full pages, ${how}`,
    goal: `≤ ${MOST}`,
    minimum: "1",
    measured: `${(calls / fewest).toFixed(4)} (${calls} ÷ ${fewest})`,
    isMet: calls / fewest <= MOST,
    isGate: true,
  };
}

/** The few calls that every pass makes outweigh the pages of a small portal, so they are counted, not related. */
async function measureSmall(report: (progress: string) => void): Promise<Figure> {
  const extra: number[] = [];
  for (const objects of SMALL_OBJECTS) {
    const night = { counts: portalOf(objects) };
    extra.push((await run(night, report)).calls - fewestCalls(night.counts));
  }
  return {
    row: "9c",
    name: `calls beyond full pages, portals of ${SMALL_OBJECTS.join(", ")} objects`,
    goal: `≤ ${SETTINGS_CALLS}`,
    minimum: "1",
    measured: extra.join(", "),
    isMet: extra.every((calls) => calls <= SETTINGS_CALLS),
    isGate: true,
    note: "The account is read twice (by the guard of this process, and anew for each invocation), the exclusion property once: below 300 full pages this alone is more than 1 %.",
  };
}

async function run(night: UnchangedNight, report: (progress: string) => void) {
  const { world } = await createNight(night);
  const done = await runNight(world, night);
  report(`${done.objects} objects: ${done.calls} calls`);
  return done;
}

if (import.meta.main) await printFigures(PASS_CALLS);
