import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { groupByTests, listSources } from "./choose-files.ts";
import { describeFile, judgeFile, type Outcome } from "./judge-file.ts";
import { NOT_TRIED } from "./questions.ts";
import { EXPECTATIONS } from "./survivors.ts";

const TEXT = `export function isOld(age: number): boolean {
  return age !== undefined && age >= 18;
}
`;
const expectation = { least: 80, explained: [{ at: "age !== undefined", to: "true", why: "a guard for types" }] };

function mutant(status: Outcome["status"], replacement = "", line = 2): Outcome {
  const start = { line, column: 9 };
  return { status, mutatorName: "ConditionalExpression", replacement, location: { start, end: start } };
}

describe("judgeFile", () => {
  it("counts what was noticed or is explained, and leaves out what could not run", () => {
    const mutants = [
      mutant("Killed"),
      mutant("Timeout"),
      mutant("RuntimeError"),
      mutant("Survived", "true"),
      mutant("Survived", "false"),
      mutant("NoCoverage", "{}", 1),
    ];
    const result = judgeFile("lib/x.ts", TEXT, { mutants, expectation });
    expect(result).toMatchObject({ noticed: 2, percent: 60, least: 80 });
    expect(result.survivors.map(({ why }) => why)).toEqual(["a guard for types", undefined, undefined]);
    expect(describeFile(result, false)).toBe(
      [
        " 60 %  lib/x.ts  2 of 5, 1 explained",
        "       2:9 ConditionalExpression → false",
        "       1:9 ConditionalExpression, never run → {}",
      ].join("\n"),
    );
    expect(describeFile(result, true)).toContain("2:9 ConditionalExpression → true (a guard for types)");
  });

  it("counts apart what there was no time for", () => {
    const mutants = [mutant("Killed"), { ...mutant("RuntimeError"), statusReason: NOT_TRIED }];
    const result = judgeFile("lib/x.ts", TEXT, { mutants, expectation });
    expect(result).toMatchObject({ noticed: 1, untried: 1 });
    expect(describeFile(result, false)).toBe("100 %  lib/x.ts  1 of 1, 1 not tried for lack of time");
  });

  it("rounds down, and asks nothing of a file without mutants", () => {
    const mutants = [mutant("Killed"), mutant("Killed"), mutant("Survived", "x")];
    expect(judgeFile("lib/x.ts", TEXT, { mutants, expectation }).percent).toBe(66);
    expect(judgeFile("lib/x.ts", TEXT, { mutants: [], expectation }).percent).toBe(100);
  });

  it("holds a file that is not listed to 90 %", () => {
    expect(judgeFile("lib/domain/new.ts", TEXT, { mutants: [] }).least).toBe(90);
    expect(judgeFile("lib/sync/new.ts", TEXT, { mutants: [] }).least).toBe(90);
    expect(judgeFile("lib/sync/pass/new.ts", TEXT, { mutants: [] }).least).toBe(90);
  });
});

describe("EXPECTATIONS", () => {
  it.each(Object.entries(EXPECTATIONS))("of %s speak of lines that are there", (source, { explained = [] }) => {
    expect(existsSync(source)).toBe(true);
    const text = readFileSync(source, "utf8");
    expect(explained.filter(({ at }) => !text.includes(at))).toEqual([]);
  });
});

describe("groupByTests", () => {
  it("takes for a rule the tests that import it, but none that only search", () => {
    const [group] = groupByTests(["lib/domain/verdict.ts"]);
    expect(group).toEqual({ sources: ["lib/domain/verdict.ts"], tests: ["test/domain/verdict.test.ts"] });
    const ofCustomer = groupByTests(["lib/domain/customer.ts"]).flatMap(({ tests }) => tests);
    expect(ofCustomer).toContain("test/domain/customer.test.ts");
    expect(ofCustomer).not.toContain("test/domain/record-life.test.ts");
  });

  it("takes for use cases all tests of their folder, once for all of them", () => {
    const groups = groupByTests(["lib/sync/run.ts", "lib/sync/apply-deals.ts", "lib/sync/pass/end-pass.ts"]);
    expect(groups.map(({ sources }) => sources)).toEqual([
      ["lib/sync/run.ts", "lib/sync/apply-deals.ts"],
      ["lib/sync/pass/end-pass.ts"],
    ]);
    expect(groups[0]?.tests).toContain("test/sync/process-changes.test.ts");
    expect(groups[0]?.tests.filter((path) => path.startsWith("test/sync/pass/"))).toEqual([]);
    expect(groups[1]?.tests).toContain("test/sync/pass/run-pass.test.ts");
  });

  it("takes tests of large portals only for what they are about", () => {
    const large = "test/sync/pass/lane-runner.test.ts";
    const groups = groupByTests(["lib/sync/pass/lane-runner.ts", "lib/sync/pass/end-pass.ts"]);
    expect(groups.map(({ tests }) => tests.includes(large))).toEqual([true, false]);
  });

  it("finds tests for every file", () => {
    expect(groupByTests(listSources()).filter(({ tests }) => tests.length === 0)).toEqual([]);
  });
});
