import { toFailureSentence, isOperationalFailure } from "../failure-sentence.ts";
import { CliError } from "../cli-error.ts";

/**
 * What one check found.
 *
 * - `ok`: as it should be.
 * - `problem`: the sync does not work, or will not; `remedy` says what to do.
 * - `note`: worth knowing, or not to be seen from here.
 */
export interface CheckLine {
  readonly check: string;
  readonly status: "ok" | "problem" | "note";
  readonly finding: string;
  readonly remedy?: string;
  /** Something to copy, such as a definition to create. */
  readonly example?: unknown;
}

export function ok(check: string, finding: string): CheckLine {
  return { check, status: "ok", finding };
}

export function note(check: string, finding: string, remedy?: string): CheckLine {
  return { check, status: "note", finding, ...(remedy !== undefined && { remedy }) };
}

export function problem(check: string, finding: string, remedy: string): CheckLine {
  return { check, status: "problem", finding, remedy };
}

/**
 * Runs a check whose other side may fail: that is then its finding, and the checks after it still run.
 * @throws anything that is a bug and not a failure
 */
export async function guardCheck(
  check: string,
  remedy: string,
  run: () => Promise<readonly CheckLine[]>,
): Promise<readonly CheckLine[]> {
  try {
    return await run();
  } catch (error) {
    if (!isOperationalFailure(error) && !(error instanceof CliError)) throw error;
    return [problem(check, toFailureSentence(error), remedy)];
  }
}
