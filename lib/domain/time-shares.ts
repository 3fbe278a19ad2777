import type { ObjectType } from "./hubspot-object.ts";

/**
 * Shares time out among the types that are worked on at once, by how many pieces of work each has, as what takes place at
 * the same time would be counted several times otherwise. Time in which nothing is worked on is nobody's:
 *
 * ```
 * company  ├──── 10 s ────┤                 half of 10 s           =  5 s
 * contact  ├──── 10 s ────┼──── 10 s ────┤  the other half, and 10 s = 15 s
 * ```
 */
export class TimeShares {
  readonly #atWork = new Map<ObjectType, number>();
  readonly #sharesMs = new Map<ObjectType, number>();
  #settledMs: number;

  /** @param nowMs epoch milliseconds, here and in what follows */
  constructor(nowMs: number) {
    this.#settledMs = nowMs;
  }

  /** A piece of work begins. */
  begin(type: ObjectType, nowMs: number): void {
    this.#settle(nowMs);
    this.#atWork.set(type, (this.#atWork.get(type) ?? 0) + 1);
  }

  /** A piece of work that was begun is over. */
  end(type: ObjectType, nowMs: number): void {
    this.#settle(nowMs);
    this.#atWork.set(type, (this.#atWork.get(type) ?? 0) - 1);
  }

  /** The share of a type so far, milliseconds. */
  shareOf(type: ObjectType, nowMs: number): number {
    this.#settle(nowMs);
    return this.#sharesMs.get(type) ?? 0;
  }

  #settle(nowMs: number): void {
    const pieces = [...this.#atWork.values()].reduce((sum, count) => sum + count, 0);
    const passedMs = nowMs - this.#settledMs;
    this.#settledMs = nowMs;
    if (pieces === 0) return;
    for (const [type, count] of this.#atWork)
      this.#sharesMs.set(type, (this.#sharesMs.get(type) ?? 0) + (passedMs * count) / pieces);
  }
}
