/** Counts what happened in a run, so that one can see that each disorder really occurs. */
export class Tally {
  readonly #counts = new Map<string, number>();

  count(kind: string, times = 1): void {
    if (times > 0) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + times);
  }

  /** Adds all counts of another run. */
  add(other: Tally): void {
    for (const [kind, times] of other.#counts) this.count(kind, times);
  }

  of(kind: string): number {
    return this.#counts.get(kind) ?? 0;
  }

  /** One line for each kind that is listed or was counted, in alphabetical order. */
  describe(kinds: readonly string[] = []): readonly string[] {
    const all = [...new Set([...kinds, ...this.#counts.keys()])].toSorted();
    return all.map((kind) => `${String(this.of(kind)).padStart(9)}  ${kind}`);
  }
}
