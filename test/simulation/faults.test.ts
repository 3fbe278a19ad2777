import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { FAULTS, type Fault } from "./faults.ts";

/** Within so many seeds each fault must be caught. */
const MOST_SEEDS = 12;

/** Faults that nothing in these seeds shows: here the simulation is blind. */
const UNCAUGHT: ReadonlySet<string> = new Set(["noTouchOnAba"]);

const run = promisify(execFile);

/** Hunts in a process of its own: whatever that imports meets the fault. */
async function hunt({ name, firstSeed = 1 }: Pick<Fault, "name" | "firstSeed">): Promise<string> {
  const options = ["--fault", name, "--from", String(firstSeed), "--seeds", String(MOST_SEEDS)];
  try {
    return (await run(process.execPath, [`${import.meta.dirname}/simulate.ts`, ...options])).stdout;
  } catch (error) {
    // A hunt that catches something ends with 1.
    if (error instanceof Error && "code" in error && error.code === 1 && "stdout" in error) return String(error.stdout);
    throw error;
  }
}

describe("the simulation", { timeout: 600_000 }, () => {
  it.each(FAULTS.filter(({ name }) => !UNCAUGHT.has(name)))("catches $name: $breaks", async (fault) => {
    expect(await hunt(fault)).toMatch(/^seed \d+ fails:\n {2}\S/u);
  });

  it.fails.each(FAULTS.filter(({ name }) => UNCAUGHT.has(name)))("does not catch $name yet", async (fault) => {
    expect(await hunt(fault)).toMatch(/^seed \d+ fails:/u);
  });

  it("refuses a fault that it does not know", async () => {
    expect(await hunt({ name: "noSuchFault" })).toBe("");
  });
});
