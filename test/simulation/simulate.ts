import { parseArgs } from "node:util";
import { createPlot, isPlot } from "./plots.ts";
import { createScenario, TROUBLE_KINDS, type Scenario } from "./scenario.ts";
import { reduceScenario, shortenScenario } from "./shorten.ts";
import { DISORDERS } from "./disorders.ts";
import { Tally } from "./tally.ts";
import type { Verdict } from "./simulation.ts";

const USAGE = `npm run simulate -- [options]
  --seeds N       how many seeds, from --from on (default 100 from 1)
  --seed N        this one only
  --steps N       steps of a scenario (default 250)
  --keep a,b,c    only these steps of it, as a failure names them
  --without a,b   without these kinds of trouble, as a failure names them
  --story         all that happened
  --stats         how often each disorder happened
  --plot NAME     one idea of plots.ts, such as backAndForth, instead of everything
  --fault NAME    with a deliberate fault of faults.ts; ends when it is caught`;

/** Runs of a search for a shorter story. */
const MOST_SHORTENING_RUNS = 250;

/** Lines of a story that are shown unasked. */
const SHOWN_LINES = 80;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    steps: { type: "string", default: "250" },
    keep: { type: "string" },
    without: { type: "string", default: "" },
    fault: { type: "string" },
    plot: { type: "string" },
    stats: { type: "boolean", default: false },
    story: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(USAGE);
else await hunt();

async function hunt(): Promise<void> {
  if (values.fault !== undefined) await switchOn(values.fault);
  // Only now, so that everything that the simulation imports meets the fault.
  const { runScenario } = await import("./simulation.ts");
  const first = Number(values.seed ?? values.from);
  const last = values.seed === undefined ? first + Number(values.seeds) - 1 : first;
  const tally = new Tally();
  const failed: number[] = [];
  const startMs = performance.now();
  for (let seed = first; seed <= last; seed += 1) {
    showProgress(`seed ${seed} of ${first} to ${last}, ${failed.length} failed`);
    const scenario = describeScenario(seed);
    const verdict = await runScenario(scenario);
    tally.add(verdict.tally);
    if (values.story) console.log(verdict.story.join("\n"));
    if (verdict.violations.length === 0) continue;
    failed.push(seed);
    showProgress("");
    console.log(`seed ${seed} fails:\n  ${verdict.violations.slice(0, 4).join("\n  ")}`);
    if (values.fault !== undefined) break;
    if (values.keep === undefined) await explain(seed, { scenario, verdict, run: runScenario });
  }
  showProgress("");
  if (values.stats) console.log(tally.describe(DISORDERS).join("\n"));
  const seconds = Math.round((performance.now() - startMs) / 1000);
  console.log(`${last - first + 1} seeds from ${first}: ${failed.length} failed${list(failed)}, ${seconds} s`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

async function switchOn(name: string): Promise<void> {
  const { FAULTS } = await import("./faults.ts");
  const { installFault } = await import("./fault-loader.ts");
  const fault = FAULTS.find((known) => known.name === name);
  if (fault === undefined)
    throw new RangeError(`There is no fault ${name}; known are ${FAULTS.map((known) => known.name).join(", ")}`);
  await installFault(fault);
}

function writeScenario(seed: number): Scenario {
  const { plot, steps } = values;
  if (plot === undefined) return createScenario(seed, Number(steps));
  if (!isPlot(plot)) throw new RangeError(`There is no plot ${plot}`);
  return createPlot(plot, seed);
}

function describeScenario(seed: number): Scenario {
  const scenario = writeScenario(seed);
  const kept = values.keep?.split(",").map(Number) ?? [...scenario.steps.keys()];
  const words = values.without.split(",");
  const calmed = TROUBLE_KINDS.filter((kind) => words.includes(kind));
  return reduceScenario(scenario, { kept, calmed });
}

interface Failure {
  readonly scenario: Scenario;
  readonly verdict: Verdict;
  readonly run: (scenario: Scenario) => Promise<Verdict>;
}

/** Shows the shortest story that breaks the same rule, and how to see it again. */
async function explain(seed: number, { scenario, verdict, run }: Failure): Promise<void> {
  showProgress(`shortening seed ${seed}`);
  const short = await shortenScenario(scenario, verdict, { run, mostRuns: MOST_SHORTENING_RUNS });
  const { story } = await run(short.scenario);
  const without = short.calmed.length === 0 ? "" : ` --without ${short.calmed.join(",")}`;
  const kind = values.plot === undefined ? "" : ` --plot ${values.plot}`;
  const steps = `${kind}${values.steps === "250" ? "" : ` --steps ${values.steps}`}`;
  showProgress("");
  console.log(`  shortened to ${short.kept.length} steps in ${short.runs} runs; the end of the story:`);
  console.log(
    story
      .slice(-SHOWN_LINES)
      .map((line) => `    ${line.slice(0, 240)}`)
      .join("\n"),
  );
  console.log(`  again: npm run simulate -- --seed ${seed}${steps} --keep ${short.kept.join(",")}${without} --story`);
}

function list(seeds: readonly number[]): string {
  return seeds.length === 0 ? "" : ` (${seeds.join(", ")})`;
}

/** One line that replaces itself, for whoever watches. */
function showProgress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${text}`);
}
