import { TROUBLE_KINDS, type Scenario, type Step, type Trouble } from "./scenario.ts";
import type { Verdict } from "./simulation.ts";

/** What of a scenario is left, so that it can be replayed from its seed. */
export interface Shortened {
  readonly scenario: Scenario;
  /** Positions of the steps that are left. */
  readonly kept: readonly number[];
  /** Kinds of trouble that it fails without. */
  readonly calmed: readonly (keyof Trouble)[];
  readonly runs: number;
}

interface Search {
  readonly run: (scenario: Scenario) => Promise<Verdict>;
  /** The search ends after so many runs with what it has found by then. */
  readonly mostRuns: number;
}

/** The scenario with some steps only, and without some kinds of trouble. The waits of what is left out remain. */
export function reduceScenario(scenario: Scenario, { kept, calmed }: Pick<Shortened, "kept" | "calmed">): Scenario {
  const steps: Step[] = [];
  let waitMs = 0;
  for (const [position, step] of scenario.steps.entries()) {
    waitMs += step.waitMs;
    if (!kept.includes(position)) continue;
    steps.push({ ...step, waitMs });
    waitMs = 0;
  }
  const calm = Object.fromEntries(calmed.map((kind) => [kind, 0]));
  return { ...scenario, steps, trouble: { ...scenario.trouble, ...calm } };
}

/**
 * Leaves out steps and trouble for as long as the same rule is still broken (delta debugging: halves first, then ever
 * smaller parts).
 */
export async function shortenScenario(scenario: Scenario, verdict: Verdict, search: Search): Promise<Shortened> {
  const rule = nameRule(verdict);
  let kept: readonly number[] = [...scenario.steps.keys()];
  let calmed: readonly (keyof Trouble)[] = [];
  let runs = 0;
  const stillFails = async (part: Pick<Shortened, "kept" | "calmed">): Promise<boolean> => {
    if (runs >= search.mostRuns) return false;
    runs += 1;
    return nameRule(await search.run(reduceScenario(scenario, part))) === rule;
  };
  for (const kind of TROUBLE_KINDS) {
    const calmer = [...calmed, kind];
    if (scenario.trouble[kind] > 0 && (await stillFails({ kept, calmed: calmer }))) calmed = calmer;
  }
  let size = Math.ceil(kept.length / 2);
  while (size >= 1 && runs < search.mostRuns) {
    const before = kept.length;
    for (let start = 0; start < kept.length;) {
      const fewer = [...kept.slice(0, start), ...kept.slice(start + size)];
      if (await stillFails({ kept: fewer, calmed })) kept = fewer;
      else start += size;
    }
    if (size === 1 && kept.length === before) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return { scenario: reduceScenario(scenario, { kept, calmed }), kept, calmed, runs };
}

/** The first rule that was broken, without the ids and numbers that differ from run to run. */
function nameRule({ violations }: Verdict): string | undefined {
  return violations[0]
    ?.replaceAll(/\{.*\}/gu, "")
    .replaceAll(/\b(?:worker|pass|admin)\b/gu, "")
    .replaceAll(/\d+/gu, "");
}
