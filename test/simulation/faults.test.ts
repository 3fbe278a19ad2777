import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { FAULTS, type Fault } from "./faults.ts";
import { createPlot } from "./plots.ts";
import { createScenario } from "./scenario.ts";
import { runScenario } from "./simulation.ts";

/** Within so many seeds each fault must be caught. */
const MOST_SEEDS = 12;

const run = promisify(execFile);

/** Hunts in a process of its own: whatever that imports meets the fault. */
async function hunt(fault: Pick<Fault, "name" | "firstSeed" | "plot">): Promise<string> {
  const { name, firstSeed = 1, plot } = fault;
  const options = ["--fault", name, "--from", String(firstSeed), "--seeds", String(MOST_SEEDS)];
  if (plot !== undefined) options.push("--plot", plot);
  try {
    return (await run(process.execPath, [`${import.meta.dirname}/simulate.ts`, ...options])).stdout;
  } catch (error) {
    // A hunt that catches something ends with 1.
    if (error instanceof Error && "code" in error && error.code === 1 && "stdout" in error) return String(error.stdout);
    throw error;
  }
}

describe("the simulation", { timeout: 600_000 }, () => {
  it.each(FAULTS)("catches $name: $breaks", async (fault) => {
    const seed = /^seed (?<seed>\d+) fails:\n {2}\S/u.exec(await hunt(fault))?.groups?.["seed"];
    expect(seed).toBeDefined();
    // A seed that fails without the fault as well would show nothing.
    const { plot } = fault;
    const scenario = plot === undefined ? createScenario(Number(seed), 250) : createPlot(plot, Number(seed));
    expect((await runScenario(scenario)).violations).toEqual([]);
  });
});
