import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** Files whose code is changed on purpose, and the tests that must notice. */
export interface MutationTarget {
  readonly sources: readonly string[];
  readonly tests: readonly string[];
}

/** What is mutated at all: the rules and the use cases. */
const SOURCES = ["lib/domain/**/*.ts", "lib/sync/**/*.ts"];

/** Tests that search: slow, and what they find deserves a test that names it. */
const SEARCHES: readonly string[] = [
  "test/domain/record-life.test.ts",
  "test/sync/crash-anywhere.test.ts",
  "test/sync/hand-over.test.ts",
  "test/sync/record-life.test.ts",
  "test/sync/unique-numbers.test.ts",
  "test/sync/pass/interrupted-pass.test.ts",
  "test/sync/pass/lost-webhooks.test.ts",
  "test/sync/pass/scale.test.ts",
];

/** Tests of portals so large that they are run only for the files they are about. */
const LARGE: Readonly<Record<string, readonly string[]>> = {
  "test/sync/pass/harmful-answers.test.ts": ["lib/sync/pass/lane-runner.ts", "lib/sync/pass/work-on-pass.ts"],
  "test/sync/pass/lane-limits.test.ts": ["lib/sync/pass/lane-runner.ts"],
  "test/sync/pass/lane-runner.test.ts": [
    "lib/sync/pass/lane-runner.ts",
    "lib/sync/pass/lane-set.ts",
    "lib/sync/pass/probe-after.ts",
    "lib/sync/pass/record-cursor.ts",
    "lib/sync/pass/typed-page.ts",
  ],
};

/** Files of types alone have nothing to change. */
export function listSources(): readonly string[] {
  return globSync(SOURCES)
    .filter((path) => /\bfunction\b|=>|\bclass\b|= new |= \[|= \{/u.test(readFileSync(path, "utf8")))
    .toSorted();
}

/** The sources that differ from a commit. */
export function listChanged(base: string): readonly string[] {
  const paths = new Set(
    git("diff", "--name-only", "--diff-filter=d", base, "--", "lib/domain", "lib/sync").split("\n"),
  );
  return listSources().filter((path) => paths.has(path));
}

/**
 * The commit that a change is compared with: where its branch left `main`, on `main` itself the commit before.
 *
 * @returns undefined where the checkout has no earlier commit
 */
export function findBase(): string | undefined {
  const candidates = [
    ["merge-base", "HEAD", "origin/main"],
    ["rev-parse", "--verify", "--quiet", "HEAD^"],
  ];
  const head = tryGit("rev-parse", "HEAD");
  return candidates.map((command) => tryGit(...command)).find((commit) => commit !== undefined && commit !== head);
}

function git(...command: readonly string[]): string {
  return execFileSync("git", command, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}

function tryGit(...command: readonly string[]): string | undefined {
  try {
    return git(...command);
  } catch {
    return undefined;
  }
}

/**
 * A rule's tests are those that import it, for a rule should have a test that names it. A use case is tested by what it
 * does to a world, so its tests are those of its folder. Files with the same tests are mutated together.
 */
export function groupByTests(sources: readonly string[]): readonly MutationTarget[] {
  const tests = new Map(listTests().map((path) => [path, readFileSync(path, "utf8")]));
  const targets = sources.map((source) => ({ source, tests: findTests(source, tests) }));
  const groups = Map.groupBy(targets, (target) => target.tests.join());
  return [...groups.values()].map((group) => ({
    sources: group.map(({ source }) => source),
    tests: group[0]?.tests ?? [],
  }));
}

function listTests(): readonly string[] {
  const paths = globSync("test/{domain,sync,sync/pass}/*.test.ts");
  return paths.filter((path) => !SEARCHES.includes(path)).toSorted();
}

function findTests(source: string, tests: ReadonlyMap<string, string>): readonly string[] {
  const folder = source.slice(0, source.lastIndexOf("/")).replace(/^lib/u, "test");
  const ofFolder = [...tests.keys()].filter(
    (path) =>
      path.startsWith(`${folder}/`) &&
      !path.slice(folder.length + 1).includes("/") &&
      (LARGE[path]?.includes(source) ?? true),
  );
  if (!source.startsWith("lib/domain/")) return ofFolder;
  const importing = ofFolder.filter((path) => tests.get(path)?.includes(`/${basename(source)}"`));
  return importing.length > 0 ? importing : ofFolder;
}
