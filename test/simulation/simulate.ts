import { readWord, runTool } from "../fixtures/tool-call.ts";
import { DEFAULT_STEPS, parseHuntOptions, USAGE, type HuntOptions } from "./hunt-options.ts";
import { createPlot } from "./plots.ts";
import { createScenario, type Scenario } from "./scenario.ts";
import { reduceScenario, shortenScenario } from "./shorten.ts";
import { DISORDERS } from "./disorders.ts";
import { Tally } from "./tally.ts";
import type { Verdict } from "./simulation.ts";

/** Runs of a search for a shorter story. */
const MOST_SHORTENING_RUNS = 250;

/** Lines of a story that are shown unasked. */
const SHOWN_LINES = 80;

process.exitCode = await runTool(async () => {
  const options = parseHuntOptions(process.argv.slice(2));
  if (options !== "help") return hunt(options);
  console.log(USAGE);
  return 0;
});

async function hunt(options: HuntOptions): Promise<number> {
  if (options.fault !== undefined) await switchOn(options.fault);
  // Only now, so that everything that the simulation imports meets the fault.
  const { runScenario } = await import("./simulation.ts");
  const { first, last } = options;
  const tally = new Tally();
  const failed: number[] = [];
  const startMs = performance.now();
  for (let seed = first; seed <= last; seed += 1) {
    showProgress(`seed ${seed} of ${first} to ${last}, ${failed.length} failed`);
    const scenario = describeScenario(seed, options);
    const verdict = await runScenario(scenario);
    tally.add(verdict.tally);
    if (options.story) console.log(verdict.story.join("\n"));
    if (verdict.violations.length === 0) continue;
    failed.push(seed);
    showProgress("");
    console.log(`seed ${seed} fails:\n  ${verdict.violations.slice(0, 4).join("\n  ")}`);
    if (options.fault !== undefined) break;
    if (options.keep === undefined) await explain(options, { scenario, verdict, run: runScenario });
  }
  showProgress("");
  if (options.stats) console.log(tally.describe(DISORDERS).join("\n"));
  const seconds = Math.round((performance.now() - startMs) / 1000);
  console.log(`${last - first + 1} seeds from ${first}: ${failed.length} failed${list(failed)}, ${seconds} s`);
  return failed.length === 0 ? 0 : 1;
}

async function switchOn(name: string): Promise<void> {
  const { FAULTS } = await import("./faults.ts");
  const { installFault } = await import("./fault-loader.ts");
  const known = FAULTS.map((fault) => fault.name);
  const fault = FAULTS[known.indexOf(readWord("--fault", name, known))];
  if (fault !== undefined) await installFault(fault);
}

function describeScenario(seed: number, { plot, steps, keep, without: calmed }: HuntOptions): Scenario {
  const scenario = plot === undefined ? createScenario(seed, steps) : createPlot(plot, seed);
  return reduceScenario(scenario, { kept: keep ?? [...scenario.steps.keys()], calmed });
}

interface Failure {
  readonly scenario: Scenario;
  readonly verdict: Verdict;
  readonly run: (scenario: Scenario) => Promise<Verdict>;
}

/** Shows the shortest story that breaks the same rule, and how to see it again. */
async function explain({ plot, steps }: HuntOptions, { scenario, verdict, run }: Failure): Promise<void> {
  const { seed } = scenario;
  showProgress(`shortening seed ${seed}`);
  const short = await shortenScenario(scenario, verdict, { run, mostRuns: MOST_SHORTENING_RUNS });
  const { story } = await run(short.scenario);
  const without = short.calmed.length === 0 ? "" : ` --without ${short.calmed.join(",")}`;
  const kind = plot === undefined ? "" : ` --plot ${plot}`;
  const length = `${kind}${steps === DEFAULT_STEPS ? "" : ` --steps ${steps}`}`;
  showProgress("");
  console.log(`  shortened to ${short.kept.length} steps in ${short.runs} runs; the end of the story:`);
  console.log(
    story
      .slice(-SHOWN_LINES)
      .map((line) => `    ${line.slice(0, 240)}`)
      .join("\n"),
  );
  console.log(`  again: npm run simulate -- --seed ${seed}${length} --keep ${short.kept.join(",")}${without} --story`);
}

function list(seeds: readonly number[]): string {
  return seeds.length === 0 ? "" : ` (${seeds.join(", ")})`;
}

/** One line that replaces itself, for whoever watches. */
function showProgress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${text}`);
}
