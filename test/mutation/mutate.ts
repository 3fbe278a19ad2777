import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { findTests, listChanged, listSources, type MutationTarget } from "./choose-files.ts";

const USAGE = `Changes the rules and use cases in thousands of small ways and counts which changes the tests notice.

  npm run mutate                          everything
  npm run mutate -- lib/domain/fence.ts   some files
  npm run mutate -- --base main           what differs from a commit
    --minutes 10                          begins no further file after so long
    --least 90                            noticed changes of a file that are enough, in percent
`;

type MutantResult = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];

interface FileResult {
  readonly source: string;
  readonly noticed: number;
  readonly survivors: readonly MutantResult[];
}

/** Mutates one file and runs its tests once for each mutant. */
async function mutate({ source, tests }: MutationTarget): Promise<FileResult> {
  process.env["MUTATION_TESTS"] = tests.join(",");
  const options = { configFile: "test/mutation/stryker.config.json", mutate: [source] };
  const results = await new Stryker(options).runMutationTest();
  const noticed = results.filter(({ status }) => status === "Killed" || status === "Timeout").length;
  const survivors = results.filter(({ status }) => status === "Survived" || status === "NoCoverage");
  return { source, noticed, survivors };
}

function percentOf({ noticed, survivors }: FileResult): number {
  const all = noticed + survivors.length;
  return all === 0 ? 100 : Math.floor((100 * noticed) / all);
}

function describeResult(result: FileResult): string {
  const { source, noticed, survivors } = result;
  const line = `${String(percentOf(result)).padStart(3)} %  ${noticed} of ${noticed + survivors.length}  ${source}`;
  return [line, ...survivors.map(describeSurvivor)].join("\n");
}

function describeSurvivor({ location, mutatorName, replacement, status }: MutantResult): string {
  const to = (replacement ?? "").replaceAll(/\s+/gu, " ").slice(0, 100);
  const untested = status === "NoCoverage" ? ", never run" : "";
  return `       ${location.start.line}:${location.start.column} ${mutatorName}${untested} → ${to}`;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      base: { type: "string" },
      minutes: { type: "string", default: "600" },
      least: { type: "string", default: "90" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const all = values.base === undefined ? listSources() : listChanged(values.base);
  const chosen = positionals.length === 0 ? all : positionals;
  const endAtMs = Date.now() + Number(values.minutes) * 60_000;
  const results: FileResult[] = [];
  const left: string[] = [];
  for (const source of chosen) {
    if (Date.now() > endAtMs) {
      left.push(source);
      continue;
    }
    const result = await mutate(findTests(source));
    process.stdout.write(`${describeResult(result)}\n`);
    results.push(result);
  }
  const noticed = results.reduce((sum, result) => sum + result.noticed, 0);
  const mutants = results.reduce((sum, { survivors }) => sum + survivors.length, noticed);
  process.stdout.write(`\n${noticed} of ${mutants} changes in ${results.length} files were noticed.\n`);
  if (left.length > 0) process.stdout.write(`Not begun within ${values.minutes} minutes: ${left.join(", ")}\n`);
  const weak = results.filter((result) => percentOf(result) < Number(values.least));
  for (const { source } of weak) process.stdout.write(`Below ${values.least} %: ${source}\n`);
  return weak.length === 0 ? 0 : 1;
}

process.exit(await main());
