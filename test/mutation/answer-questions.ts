import { resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { INSTRUMENTER_CONSTANTS, type InstrumenterContext } from "@stryker-mutator/api/core";
import { TestStatus, type TestResult } from "@stryker-mutator/api/test-runner";
import { describe, inject, it, TestRunner, type RunnerTask, type RunnerTestCase, type RunnerTestSuite } from "vitest";
import { openChannel, receive, send, type Answer, type Question } from "./questions.ts";

// The only test that Vitest runs by itself. It stays until the last question, and calls the tests of the product, which
// the imports below register, once for each mutant: a start of Vitest takes far longer than the tests of a rule.

/** Stryker's switch between the mutants and its counters; the mutated code looks here. */
const stryker: InstrumenterContext = { activeMutant: inject("mutationStatic") };
Reflect.set(globalThis, INSTRUMENTER_CONSTANTS.NAMESPACE, stryker);

// eslint-disable-next-line vitest/expect-expect -- asserts nothing of its own
it("answers which tests notice a mutant", async ({ task }) => {
  const tests = task.file.tasks.flatMap(listTests).filter((test) => test !== task && test.mode === "run");
  const byId = new Map(tests.map((test, at) => [`${at} ${test.fullTestName}`, test]));
  // Once this test has ended, Vitest would run them as well.
  for (const test of tests) test.mode = "skip";
  const channel = openChannel(inject("mutationRun"));
  const ask = (answer: Answer): Promise<Question> => {
    const question = receive<Question>(channel);
    send(channel, answer);
    return question;
  };
  let question = await ask({ tests: [], coverage: undefined, hitCount: undefined });
  while (question.isLast !== true) question = await ask(await answer(question, byId));
  channel.close();
});

// In a suite each: what a file does before each of its tests concerns no other file, nor the question which code is run
// while it is loaded.
describe.each(inject("mutationTests"))("%s", async (path) => {
  await import(resolve(path));
});

function listTests(task: RunnerTask): readonly RunnerTestCase[] {
  return task.type === "test" ? [task] : task.tasks.flatMap(listTests);
}

async function answer(question: Question, byId: ReadonlyMap<string, RunnerTestCase>): Promise<Answer> {
  Object.assign(stryker, question.context);
  const results: TestResult[] = [];
  for (const id of question.testIds ?? byId.keys()) {
    const result = await run(id, byId.get(id));
    results.push(result);
    if (result.status === TestStatus.Failed && !question.isEachToRun) break;
  }
  // What each test reaches is too much to be sent once for each mutant.
  const coverage = question.context === undefined ? stryker.mutantCoverage : undefined;
  return { tests: results, coverage, hitCount: stryker.hitCount };
}

async function run(id: string, test: RunnerTestCase | undefined): Promise<TestResult> {
  if (test === undefined) throw new Error(`no test "${id}"`);
  const startedAt = performance.now();
  stryker.currentTestId = id;
  try {
    for (const suite of listSuites(test)) {
      for (const hook of TestRunner.getSuiteHooks(suite).beforeEach) await hook(test.context, suite);
    }
    await TestRunner.getTestFn(test)();
  } catch (error) {
    // What the failed test has left under way ends before another mutant is switched on.
    await setImmediate();
    const failureMessage = error instanceof Error ? error.message : String(error);
    return { id, name: id, timeSpentMs: performance.now() - startedAt, status: TestStatus.Failed, failureMessage };
  }
  return { id, name: id, timeSpentMs: performance.now() - startedAt, status: TestStatus.Success };
}

/** The suites around a test, the outermost first. */
function listSuites({ suite, file }: RunnerTestCase | RunnerTestSuite): readonly RunnerTestSuite[] {
  return suite === undefined ? [file] : [...listSuites(suite), suite];
}
