/** Survivors that are no gap: changes of a line that leave what it does as it is, or as good. */
export interface Explained {
  /** Part of the line. */
  readonly at: string;
  /** What it is changed to, where only that is meant. */
  readonly to?: string;
  readonly why: string;
}

export interface FileExpectation {
  /** Changes that are noticed or explained, in percent: as many as were measured. */
  readonly least: number;
  readonly explained?: readonly Explained[];
}

/** What is asked of a file that is not listed. */
export const DEFAULT_EXPECTATION: FileExpectation = { least: 90 };

export const EXPECTATIONS: Readonly<Record<string, FileExpectation>> = {};
