import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { readAmount, runTool } from "../fixtures/tool-call.ts";
import { findBase, groupByTests, listChanged, listSources, type MutationTarget } from "./choose-files.ts";
import { describeFile, judgeFile, type FileResult } from "./judge-file.ts";

const USAGE = `Changes the rules and use cases in thousands of small ways and counts which changes the tests notice.

  npm run mutate                          everything
  npm run mutate -- lib/domain/fence.ts   some files
  npm run mutate -- --changed             what differs from where the branch began, or from the commit before
  npm run mutate -- --base v1             what differs from a commit
    --minutes 10                          tries no further change after so long; what is not done is not judged
    --all                                 prints survivors that are explained, too
`;

/** Where there is nothing to compare with: shows in seconds that a mutant is noticed at all. */
const SMALL_SET = ["lib/domain/exclusion.ts", "lib/domain/fence.ts"];

/** Mutates files and runs their tests for each mutant. */
async function mutate({ sources, tests }: MutationTarget): Promise<readonly FileResult[]> {
  process.env["MUTATION_TESTS"] = tests.join(",");
  const reporters = process.stdout.isTTY ? ["progress"] : [];
  const options = { configFile: "test/mutation/stryker.config.json", mutate: [...sources], reporters };
  const results = await new Stryker(options).runMutationTest();
  const bySource = Map.groupBy(results, ({ fileName }) => relative(".", fileName));
  return sources.map((source) =>
    judgeFile(source, readFileSync(source, "utf8"), { mutants: bySource.get(source) ?? [] }),
  );
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
  tell(`${changed.length} files to mutate differ from ${base}.`);
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
  const endAtMs = Date.now() + readAmount("--minutes", values.minutes) * 60_000;
  process.env["MUTATION_END_AT_MS"] = String(endAtMs);
  const results: FileResult[] = [];
  const left: string[] = [];
  for (const group of groupByTests(chosen)) {
    if (Date.now() > endAtMs) {
      left.push(...group.sources);
      continue;
    }
    const ofGroup = await mutate(group);
    for (const result of ofGroup) tell(describeFile(result, values.all));
    results.push(...ofGroup);
  }
  const noticed = results.reduce((sum, result) => sum + result.noticed, 0);
  const mutants = results.reduce((sum, { survivors }) => sum + survivors.length, noticed);
  tell(`\n${noticed} of ${mutants} changes in ${results.length} files were noticed.`);
  if (left.length > 0) tell(`Not begun within ${values.minutes} minutes: ${left.join(", ")}`);
  const weak = results.filter(({ percent, least, untried }) => untried === 0 && percent < least);
  for (const { source, least } of weak) tell(`Below its ${least} %: ${source}`);
  return weak.length === 0 ? 0 : 1;
}

process.exit(await runTool(main));
