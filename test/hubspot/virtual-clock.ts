import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../lib/sync/ports.ts";

/** A clock that jumps to the next sleeper's time whenever nothing else is left to do. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #held = 0;
  #sleepers: { readonly wakeAtMs: number; readonly wake: () => void }[] = [];

  constructor(startMs = 1_800_000_000_000) {
    this.#nowMs = startMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly sleep = (milliseconds: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wakeAtMs = this.#nowMs + Math.max(0, milliseconds);
    const index = this.#sleepers.findIndex((sleeper) => sleeper.wakeAtMs > wakeAtMs);
    this.#sleepers.splice(index === -1 ? this.#sleepers.length : index, 0, { wakeAtMs, wake: resolve });
    return promise;
  };

  /** Work that takes turns of the event loop but no time: none passes until it is done. */
  readonly hold = async <T>(work: Promise<T>): Promise<T> => {
    this.#held += 1;
    try {
      return await work;
    } finally {
      this.#held -= 1;
    }
  };

  /** Lets time pass until the work is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => undefined);
    for (;;) {
      await setImmediate();
      if (isDone) return done;
      if (this.#held > 0) continue;
      const next = this.#sleepers.shift();
      if (next === undefined) throw new Error("the work waits for something that no clock will bring");
      this.#nowMs = next.wakeAtMs;
      next.wake();
    }
  }
}
