import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { findBase, groupByTests, listChanged, listSources, type MutationTarget } from "./choose-files.ts";
import { DEFAULT_EXPECTATION, EXPECTATIONS, type FileExpectation } from "./survivors.ts";

const USAGE = `Changes the rules and use cases in thousands of small ways and counts which changes the tests notice.

  npm run mutate                          everything
  npm run mutate -- lib/domain/fence.ts   some files
  npm run mutate -- --changed             what differs from where the branch began, or from the commit before
  npm run mutate -- --base v1             what differs from a commit
    --minutes 10                          begins no further files after so long
    --all                                 prints survivors that are explained, too
`;

/** Where there is nothing to compare with: shows in seconds that a mutant is noticed at all. */
const SMALL_SET = ["lib/domain/exclusion.ts", "lib/domain/fence.ts"];

type MutantResult = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];

interface Survivor {
  readonly mutant: MutantResult;
  readonly why: string | undefined;
}

interface FileResult {
  readonly source: string;
  readonly noticed: number;
  readonly survivors: readonly Survivor[];
  readonly expectation: FileExpectation;
}

/** Mutates files and runs their tests for each mutant. */
async function mutate({ sources, tests }: MutationTarget): Promise<readonly FileResult[]> {
  process.env["MUTATION_TESTS"] = tests.join(",");
  const options = { configFile: "test/mutation/stryker.config.json", mutate: [...sources] };
  const results = await new Stryker(options).runMutationTest();
  const bySource = Map.groupBy(results, ({ fileName }) => relative(".", fileName));
  return sources.map((source) => sumUp(source, bySource.get(source) ?? []));
}

function sumUp(source: string, results: readonly MutantResult[]): FileResult {
  const expectation = EXPECTATIONS[source] ?? DEFAULT_EXPECTATION;
  const lines = readFileSync(source, "utf8").split("\n");
  const noticed = results.filter(({ status }) => status === "Killed" || status === "Timeout").length;
  const survivors = results
    .filter(({ status }) => status === "Survived" || status === "NoCoverage")
    .map((mutant) => ({ mutant, why: explain(mutant, lines[mutant.location.start.line - 1] ?? "", expectation) }));
  return { source, noticed, survivors, expectation };
}

function explain(mutant: MutantResult, line: string, { explained = [] }: FileExpectation): string | undefined {
  return explained.find(({ at, to }) => line.includes(at) && (to === undefined || to === oneLine(mutant)))?.why;
}

function oneLine({ replacement }: MutantResult): string {
  return replacement.replaceAll(/\s+/gu, " ");
}

function percentOf({ noticed, survivors }: FileResult): number {
  const all = noticed + survivors.length;
  return all === 0
    ? 100
    : Math.floor((100 * (noticed + survivors.filter(({ why }) => why !== undefined).length)) / all);
}

function describeResult(result: FileResult, isEachTold: boolean): string {
  const { source, noticed, survivors } = result;
  const told = survivors.filter(({ why }) => isEachTold || why === undefined);
  const explained = survivors.filter(({ why }) => why !== undefined).length;
  const sum = `${noticed} of ${noticed + survivors.length}${explained > 0 ? `, ${explained} explained` : ""}`;
  return [`${String(percentOf(result)).padStart(3)} %  ${source}  ${sum}`, ...told.map(describeSurvivor)].join("\n");
}

function describeSurvivor({ mutant, why }: Survivor): string {
  const { location, mutatorName, status } = mutant;
  const untested = status === "NoCoverage" ? ", never run" : "";
  const reason = why === undefined ? "" : ` (${why})`;
  const place = `${location.start.line}:${location.start.column}`;
  return `       ${place} ${mutatorName}${untested} → ${oneLine(mutant).slice(0, 100)}${reason}`;
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @returns the changed files, or a small set where the checkout has no earlier commit */
function chooseChanged(base = findBase()): readonly string[] {
  if (base === undefined) {
    tell(`No earlier commit to compare with: ${SMALL_SET.join(" and ")} instead of what has changed.`);
    return SMALL_SET;
  }
  const changed = listChanged(base);
  tell(`${changed.length} files of lib/domain and lib/sync differ from ${base}.`);
  return changed;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      base: { type: "string" },
      changed: { type: "boolean", default: false },
      minutes: { type: "string", default: "600" },
      all: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const isChanged = values.changed || values.base !== undefined;
  const chosen = positionals.length > 0 ? positionals : isChanged ? chooseChanged(values.base) : listSources();
  const endAtMs = Date.now() + Number(values.minutes) * 60_000;
  const results: FileResult[] = [];
  const left: string[] = [];
  for (const group of groupByTests(chosen)) {
    if (Date.now() > endAtMs) {
      left.push(...group.sources);
      continue;
    }
    const ofGroup = await mutate(group);
    for (const result of ofGroup) tell(describeResult(result, values.all));
    results.push(...ofGroup);
  }
  const noticed = results.reduce((sum, result) => sum + result.noticed, 0);
  const mutants = results.reduce((sum, { survivors }) => sum + survivors.length, noticed);
  tell(`\n${noticed} of ${mutants} changes in ${results.length} files were noticed.`);
  if (left.length > 0) tell(`Not begun within ${values.minutes} minutes: ${left.join(", ")}`);
  const weak = results.filter((result) => percentOf(result) < result.expectation.least);
  for (const { source, expectation } of weak) tell(`Below its ${expectation.least} %: ${source}`);
  return weak.length === 0 ? 0 : 1;
}

process.exit(await main());
