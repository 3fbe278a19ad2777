import { setImmediate } from "node:timers/promises";

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** Time that passes only when nothing else is left to do. Timers of one moment run in the order they were set. */
export class VirtualTime {
  #nowMs: number;
  #timers: Timer[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly sleep = (milliseconds: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.after(milliseconds, resolve);
    return promise;
  };

  after(milliseconds: number, run: () => void): void {
    const atMs = this.#nowMs + Math.max(0, Math.ceil(milliseconds));
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, { atMs, run });
  }

  /** Moves the clock on without running anything; the timers that were due meanwhile run late. */
  advance(milliseconds: number): void {
    this.#nowMs += milliseconds;
  }

  /** Lets time pass until `isOver`, asked whenever everything rests, or until nothing is left. */
  async run(isOver: () => boolean): Promise<void> {
    for (;;) {
      // Nothing does real I/O, so one turn of the event loop ends all that can go on without time passing.
      await setImmediate();
      if (isOver()) return;
      const next = this.#timers.shift();
      if (next === undefined) return;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
  }
}
