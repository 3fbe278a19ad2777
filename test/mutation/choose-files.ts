import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, relative } from "node:path";

/** A file whose code is changed on purpose, and the tests that must notice. */
export interface MutationTarget {
  readonly source: string;
  readonly tests: readonly string[];
}

/** What is mutated at all: the rules and the use cases. */
const SOURCES = ["lib/domain/**/*.ts", "lib/sync/**/*.ts"];

/** Files of types alone have nothing to change. */
export function listSources(): readonly string[] {
  return globSync(SOURCES)
    .filter((path) => /\bfunction\b|=>|\bclass\b|= new |= \[|= \{/u.test(readFileSync(path, "utf8")))
    .toSorted();
}

/** The sources that differ from a commit. */
export function listChanged(base: string): readonly string[] {
  const changed = execFileSync("git", ["diff", "--name-only", "--diff-filter=d", base, "--", "lib/domain", "lib/sync"]);
  const paths = new Set(changed.toString().split("\n"));
  return listSources().filter((path) => paths.has(path));
}

/**
 * The tests of a file: those that import it, else those of its folder. Every other test would find some mutant as well,
 * but a rule should have a test that names it, and a mutant takes a second this way.
 */
export function findTests(source: string, tests = readTests(dirname(source).replace(/^lib/u, "test"))): MutationTarget {
  const importing = tests.filter(({ text }) => new RegExp(`/${basename(source)}"`, "u").test(text));
  return { source, tests: (importing.length > 0 ? importing : tests).map(({ path }) => path) };
}

interface TestFile {
  readonly path: string;
  readonly text: string;
}

function readTests(folder: string): readonly TestFile[] {
  const paths = globSync(`${folder}/*.test.ts`).toSorted();
  return paths.map((path) => ({ path: relative(".", path), text: readFileSync(path, "utf8") }));
}
