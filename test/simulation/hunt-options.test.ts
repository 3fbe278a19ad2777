import { execFile } from "node:child_process";
import { describe, expect, it } from "vitest";
import { MISCALLED } from "../fixtures/tool-call.ts";
import { parseHuntOptions } from "./hunt-options.ts";

describe("parseHuntOptions", () => {
  it("hunts through a hundred seeds from 1 on, or through those that are named", () => {
    expect(parseHuntOptions([])).toEqual({ first: 1, last: 100, steps: 250, without: [], stats: false, story: false });
    expect(parseHuntOptions(["--from", "7", "--seeds", "3"])).toMatchObject({ first: 7, last: 9 });
    expect(parseHuntOptions(["--seed", "0"])).toMatchObject({ first: 0, last: 0 });
  });

  it("takes what a failure names to see it again", () => {
    const told = ["--seed", "82", "--plot", "bursts", "--keep", "0,1,12", "--without", "lag,drops", "--story"];
    expect(parseHuntOptions(told)).toMatchObject({
      plot: "bursts",
      keep: [0, 1, 12],
      without: ["lag", "drops"],
      story: true,
    });
  });

  it.each([
    [["--seeds", "abc"], '--seeds is "abc"; give a whole number from 1 on.'],
    [["--seeds", "0"], '--seeds is "0"; give a whole number from 1 on.'],
    [["--seed", "x"], '--seed is "x"; give a whole number from 0 on.'],
    [["--from=-1"], '--from is "-1"; give a whole number from 0 on.'],
    [["--steps", "1.5"], '--steps is "1.5"; give a whole number from 1 on.'],
    [["--keep", "1,,2"], '--keep is ""; give a whole number from 0 on.'],
    [["--without", "rain"], '--without names "rain"; known are faults, deaths, lag,'],
    [
      ["--plot", "nonsense"],
      '--plot names "nonsense"; known are backAndForth, bursts, labels, removals, settings, unanswerable.',
    ],
    [["--bogus"], "Unknown option '--bogus'"],
  ])("refuses %j, which would hunt through nothing or something else", (argv, message) => {
    expect(() => parseHuntOptions(argv)).toThrow(message);
  });
});

describe("npm run simulate", () => {
  it.each([
    ["--bogus", "Unknown option '--bogus'"],
    ["--seeds=abc", '--seeds is "abc"'],
    ["--fault=noSuchFault", '--fault names "noSuchFault"; known are fenceWithoutReadAt'],
  ])("answers %s with a sentence, no stack, and its own exit code", async (option, message) => {
    const { code, stdout, stderr } = await run([option]);
    expect(stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(message)]);
    expect([stdout, code]).toEqual(["", MISCALLED]);
  });
});

function run(options: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [`${import.meta.dirname}/simulate.ts`, ...options], (error, stdout, stderr) => {
      resolve({ code: error?.code, stdout, stderr });
    });
  });
}
