/** How long older values are kept for reads that lag. */
const KEPT_MS = 3_600_000;

/** A value with its past, so that a lagging read can be answered with what was true a moment ago. */
export class Timeline<T> {
  #versions: { readonly atMs: number; readonly value: T }[] = [];

  get latest(): T | undefined {
    return this.#versions.at(-1)?.value;
  }

  /** The value as of a moment; `undefined` before the first one. */
  at(momentMs: number): T | undefined {
    for (let index = this.#versions.length - 1; index >= 0; index -= 1) {
      const version = this.#versions[index];
      if (version !== undefined && version.atMs <= momentMs) return version.value;
    }
    return undefined;
  }

  set(atMs: number, value: T): void {
    if (this.#versions.length > 8) this.#forget(atMs - KEPT_MS);
    this.#versions.push({ atMs, value });
  }

  /** Drops what no read can ask for any more, but keeps the version that was valid at that moment. */
  #forget(beforeMs: number): void {
    const firstKept = this.#versions.findLastIndex((version) => version.atMs <= beforeMs);
    if (firstKept > 0) this.#versions = this.#versions.slice(firstKept);
  }
}
