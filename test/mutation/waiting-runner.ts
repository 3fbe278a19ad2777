import type { MutantCoverage } from "@stryker-mutator/api/core";
import { declareFactoryPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import {
  determineHitLimitReached,
  DryRunStatus,
  MutantRunStatus,
  toMutantRunResult,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestRunner,
} from "@stryker-mutator/api/test-runner";
import { createVitest, type Vitest } from "vitest/node";
import { NOT_TRIED, openChannel, receive, send, type Answer, type Question } from "./questions.ts";

/** A run of Vitest that has loaded code and tests, and waits; see answer-questions.ts. */
interface WaitingRun {
  /** The mutant that was there already while the code was loaded; "" for none. */
  readonly loadedWith: string;
  readonly ask: (question: Question) => Promise<Answer>;
  readonly end: () => Promise<void>;
}

let runs = 0;

/** @returns a text when the code or its tests cannot be loaded */
async function startRun(vitest: Vitest, loadedWith: string): Promise<WaitingRun | string> {
  runs += 1;
  vitest.provide("mutationRun", runs);
  vitest.provide("mutationStatic", loadedWith);
  vitest.provide("mutationTests", (process.env["MUTATION_TESTS"] ?? "").split(","));
  const channel = openChannel(runs);
  const ready = receive<Answer>(channel);
  const ended = vitest.start().then(({ testModules, unhandledErrors }) => {
    const errors = [...testModules.flatMap((module) => module.errors()), ...unhandledErrors];
    return `Vitest has ended: ${JSON.stringify(errors)}`;
  });
  const started = await Promise.race([ready, ended]);
  if (typeof started === "string") {
    channel.close();
    return started;
  }
  const ask = async (question: Question): Promise<Answer> => {
    const answer = receive<Answer>(channel);
    send(channel, question);
    const answered = await Promise.race([answer, ended]);
    if (typeof answered === "string") throw new Error(answered);
    return answered;
  };
  const end = async (): Promise<void> => {
    send(channel, { isLast: true });
    await ended;
    channel.close();
  };
  return { loadedWith, ask, end };
}

/**
 * How often a mutant may be reached before it counts as an endless loop. Stryker allows a hundred times what the tests do
 * without it; where that is much already, an endless loop of awaited calls would run for minutes.
 */
function tightenLimit(hitLimit: number): number {
  return Math.max((3 * hitLimit) / 100, Math.min(hitLimit, 10_000));
}

/** Stryker's side of the questions. */
class WaitingRunner implements TestRunner {
  #vitest: Vitest | undefined;
  #run: WaitingRun | undefined;
  #coverage: MutantCoverage = { static: {}, perTest: {} };

  capabilities() {
    return { reloadEnvironment: true };
  }

  async dryRun(): Promise<DryRunResult> {
    const run = await this.#load("");
    if (typeof run === "string") return { status: DryRunStatus.Error, errorMessage: run };
    const { tests, coverage } = await run.ask({ isEachToRun: true });
    // Most mutants are noticed by many tests, so the quickest may be the only one to run. Stryker names the tests of a
    // mutant in the order in which it got to know them, also to a runner that takes the place of one that hung.
    const perTest = tests
      .toSorted((left, right) => left.timeSpentMs - right.timeSpentMs)
      .map(({ id }) => [id, coverage?.perTest[id] ?? {}] as const);
    this.#coverage = { static: coverage?.static ?? {}, perTest: Object.fromEntries(perTest) };
    return { status: DryRunStatus.Complete, tests: [...tests], mutantCoverage: this.#coverage };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    if (Date.now() > Number(process.env["MUTATION_END_AT_MS"]))
      return { status: MutantRunStatus.Error, errorMessage: NOT_TRIED };
    const { activeMutant, testFilter } = options;
    const result = await this.#try(options, "", testFilter ?? this.#listReaching(activeMutant.id));
    // A mutant that is run while the code is loaded, too: loading it anew takes long, so it comes last.
    if (testFilter === undefined && result.status === MutantRunStatus.Survived)
      return this.#try(options, activeMutant.id);
    return result;
  }

  async dispose(): Promise<void> {
    await this.#run?.end();
    await this.#vitest?.close();
  }

  #listReaching(mutantId: string): string[] {
    const { perTest } = this.#coverage;
    return Object.keys(perTest).filter((test) => perTest[test]?.[mutantId] !== undefined);
  }

  async #try(
    { activeMutant, hitLimit: limit, disableBail }: MutantRunOptions,
    loadWith: string,
    testIds?: readonly string[],
  ): Promise<MutantRunResult> {
    const hitLimit = limit === undefined ? undefined : tightenLimit(limit);
    const run = await this.#load(loadWith);
    if (typeof run === "string")
      return { status: MutantRunStatus.Killed, killedBy: ["loading"], failureMessage: run, nrOfTests: 0 };
    const { tests, hitCount } = await run.ask({
      testIds,
      isEachToRun: disableBail,
      context: { activeMutant: activeMutant.id, hitCount: 0, ...(hitLimit !== undefined && { hitLimit }) },
    });
    const outcome = determineHitLimitReached(hitCount, hitLimit);
    return toMutantRunResult(outcome ?? { status: DryRunStatus.Complete, tests: [...tests] });
  }

  async #load(loadWith: string): Promise<WaitingRun | string> {
    if (this.#run?.loadedWith === loadWith) return this.#run;
    await this.#run?.end();
    this.#run = undefined;
    this.#vitest ??= await createVitest("test", {
      config: "test/mutation/vitest.config.ts",
      watch: false,
      reporters: [],
    });
    const run = await startRun(this.#vitest, loadWith);
    if (typeof run !== "string") this.#run = run;
    return run;
  }
}

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, "waiting", () => new WaitingRunner())];
