import { createRandom } from "../../../infra/local/hubspot-simulator/seeded-random.ts";
import { Death } from "../../fixtures/pass-world.ts";
import type { Figure, Measurement } from "../figure.ts";
import { printFigures } from "../pass/print-figures.ts";
import { createNight, fewestCalls, PASS_SHARE, portalOf, runNight } from "../pass/unchanged-pass.ts";

/** A large portal, and one whose pass is over in a minute, so that ten seconds are much of it. */
const LARGE_OBJECTS = 1_000_000;
const OBJECTS = 100_000;
const CRASHES = 5;
const SEED = 16;

/** Share of the calls that one crash may add. */
const MOST_SHARE = 0.01;

/** A pass works at most so long between two checkpoints, and the wait for what is in flight comes on top. Seconds. */
const CHECKPOINT_SECONDS = 10;

/** HubSpot's calls in a second that a pass may make. */
const CALLS_PER_SECOND = 19 * PASS_SHARE;

/** Calls that a pass makes anew after its process died, again and again. */
export const PASS_CRASHES: Measurement = {
  rows: "16,16a",
  title: "Calls of a pass that crashes",
  measure: async (report) => [
    describeShare(await crash(LARGE_OBJECTS, report)),
    describeWork(await crash(OBJECTS, report)),
  ],
};

interface Crashed {
  readonly objects: number;
  readonly ratio: number;
  readonly perCrash: number;
}

/** A pass that dies at random calls, beside one that is left in peace. */
async function crash(objects: number, report: (progress: string) => void): Promise<Crashed> {
  const night = { counts: portalOf(objects) };
  const undisturbed = await runNight((await createNight(night)).world, night);
  const { world } = await createNight(night);
  const random = createRandom(SEED);
  const fewest = fewestCalls(night.counts);
  const deaths = Array.from({ length: CRASHES }, () => Math.floor(random() * fewest)).toSorted((a, b) => a - b);
  let calls = 0;
  world.faults.onHubSpot = () => {
    calls += 1;
    const next = deaths[0];
    if (next === undefined || calls < next) return;
    deaths.shift();
    throw new Death();
  };
  const crashed = await runNight(world, night);
  report(`${undisturbed.calls} calls undisturbed, ${crashed.calls} with ${CRASHES} crashes (seed ${SEED})`);
  const perCrash = (crashed.calls - undisturbed.calls) / CRASHES;
  return { objects, ratio: crashed.calls / undisturbed.calls, perCrash };
}

function describeShare({ objects, ratio, perCrash }: Crashed): Figure {
  return {
    row: "16",
    name: `calls with ${CRASHES} crashes ÷ without, ${objects} objects`,
    goal: `≤ 1 + ${CRASHES} × ${MOST_SHARE * 100} %`,
    minimum: "1",
    measured: `${ratio.toFixed(3)} (${perCrash.toFixed(0)} calls a crash)`,
    isMet: ratio <= 1 + CRASHES * MOST_SHARE,
    isGate: false,
    note: `A crash costs what was listed since the last checkpoint, at most ${CHECKPOINT_SECONDS} s of it, whatever the size of the portal: a share that gets smaller as portals get larger, and is more than 1 % of a small one. A checkpoint more often would cost more write units than row 15 allows.`,
  };
}

function describeWork({ objects, ratio, perCrash }: Crashed): Figure {
  const most = CHECKPOINT_SECONDS * CALLS_PER_SECOND;
  return {
    row: "16a",
    name: `calls that one of ${CRASHES} crashes adds, ${objects} objects`,
    goal: `≤ ${most.toFixed(0)} (${CHECKPOINT_SECONDS} s of work)`,
    minimum: "0",
    measured: `${perCrash.toFixed(0)} (${ratio.toFixed(3)} of the calls without)`,
    isMet: perCrash <= most,
    isGate: false,
  };
}

if (import.meta.main) await printFigures(PASS_CRASHES);
