/** Survivors that are no gap: changes of a line that leave what it does as it is, or as good. */
export interface Explained {
  /** Part of the line. */
  readonly at: string;
  /** What it is changed to, where only that is meant. */
  readonly to?: string;
  readonly why: string;
}

export interface FileExpectation {
  /** Changes that are noticed or explained, in percent, as was measured. */
  readonly least: number;
  readonly explained?: readonly Explained[];
}

/** Why a condition is there that only the type checker needs. */
export const GUARD = "for the type checker: it holds whenever the line is reached";
/** Why a change is none that leaves the slower way. */
export const SHORTCUT = "a quicker way to the same answer";
/** Why a text among records changes nothing. */
export const NO_RECORD = "a text in the place of a record is neither active nor failing, and holds no number";
