import type { MutantResult } from "@stryker-mutator/api/core";
import { NOT_TRIED } from "./questions.ts";
import { findExpectation } from "./survivors.ts";
import type { FileExpectation } from "./expectation.ts";

/** What counts of a mutant's result. */
export type Outcome = Pick<MutantResult, "status" | "statusReason" | "mutatorName" | "replacement" | "location">;

interface Survivor {
  readonly mutant: Outcome;
  /** Why it is no gap; undefined when nobody has said so. */
  readonly why: string | undefined;
}

export interface FileResult {
  readonly source: string;
  readonly noticed: number;
  /** Mutants for which there was no time; then the percentage says nothing. */
  readonly untried: number;
  readonly survivors: readonly Survivor[];
  /** Noticed or explained, rounded down. */
  readonly percent: number;
  readonly least: number;
}

/** Counts what became of a file's mutants. Those that do not compile, so to say, count for nothing. */
export function judgeFile(
  source: string,
  text: string,
  {
    mutants,
    expectation = findExpectation(source),
  }: { readonly mutants: readonly Outcome[]; readonly expectation?: FileExpectation },
): FileResult {
  const lines = text.split("\n");
  const noticed = mutants.filter(({ status }) => status === "Killed" || status === "Timeout").length;
  const survivors = mutants
    .filter(({ status }) => status === "Survived" || status === "NoCoverage")
    .map((mutant) => ({ mutant, why: explain(mutant, lines[mutant.location.start.line - 1] ?? "", expectation) }));
  const all = noticed + survivors.length;
  const unexplained = survivors.filter(({ why }) => why === undefined).length;
  const percent = all === 0 ? 100 : Math.floor((100 * (all - unexplained)) / all);
  const untried = mutants.filter(({ statusReason }) => statusReason === NOT_TRIED).length;
  return { source, noticed, untried, survivors, percent, least: expectation.least };
}

function explain(mutant: Outcome, line: string, { explained = [] }: FileExpectation): string | undefined {
  return explained.find(({ at, to }) => line.includes(at) && (to === undefined || to === oneLine(mutant)))?.why;
}

function oneLine({ replacement }: Outcome): string {
  return replacement.replaceAll(/\s+/gu, " ");
}

/** A line for the file and one for each survivor; those that are explained only if asked for. */
export function describeFile(
  { source, noticed, untried, survivors, percent }: FileResult,
  isEachTold: boolean,
): string {
  const told = survivors.filter(({ why }) => isEachTold || why === undefined);
  const explained = survivors.filter(({ why }) => why !== undefined).length;
  const sum = [
    `${noticed} of ${noticed + survivors.length}`,
    ...(explained > 0 ? [`${explained} explained`] : []),
    ...(untried > 0 ? [`${untried} not tried for lack of time`] : []),
  ].join(", ");
  return [`${String(percent).padStart(3)} %  ${source}  ${sum}`, ...told.map(describeSurvivor)].join("\n");
}

function describeSurvivor({ mutant, why }: Survivor): string {
  const { location, mutatorName, status } = mutant;
  const untested = status === "NoCoverage" ? ", never run" : "";
  const reason = why === undefined ? "" : ` (${why})`;
  const place = `${location.start.line}:${location.start.column}`;
  return `       ${place} ${mutatorName}${untested} → ${oneLine(mutant).slice(0, 100)}${reason}`;
}
