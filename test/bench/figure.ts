/** One line of the benchmark's table: what was measured beside its goal and the least that is possible. */
export interface Figure {
  /** Number of the row, "1" … "19" or "10a". */
  readonly row: string;
  readonly name: string;
  readonly goal: string;
  readonly minimum: string;
  readonly measured: string;
  readonly isMet: boolean;
  /** A count or a size that cannot be noisy: the build fails when it is not met. */
  readonly isGate: boolean;
  /** Why a goal is missed and what was tried, or how the figure was taken. */
  readonly note?: string;
}

/** Something that yields one or more figures. */
export interface Measurement {
  /** Rows that it yields, separated by commas. */
  readonly rows: string;
  readonly title: string;
  readonly measure: (report: (progress: string) => void) => Promise<readonly Figure[]>;
}
