import type { VirtualTime } from "./virtual-time.ts";
import type { Dice } from "./dice.ts";
import type { Trouble } from "./scenario.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import type { Clock, Telemetry } from "../../lib/sync/ports.ts";

/** Lambda ends a function that takes longer. Milliseconds. */
export const LONGEST_LIFE_MS = 120_000;

export interface ProcessOptions {
  /** Such as `worker#12`. */
  readonly name: string;
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly trouble: Trouble;
  readonly tell: (line: string) => void;
  readonly longestLifeMs?: number;
}

/**
 * One run of a function. Whatever it calls comes through {@link call}: it takes time, fails or fails after it has taken
 * effect, and a process that dies never hears of it again.
 */
export class SimProcess {
  readonly name: string;
  readonly dice: Dice;
  readonly trouble: Trouble;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly #time: VirtualTime;
  readonly #isSlow: boolean;
  readonly #tell: (line: string) => void;
  #isDead = false;
  #onDeath: (() => void) | undefined;

  constructor({ name, time, dice, trouble, tell, longestLifeMs = LONGEST_LIFE_MS }: ProcessOptions) {
    this.name = name;
    this.dice = dice;
    this.trouble = trouble;
    this.#time = time;
    this.#tell = tell;
    this.#isSlow = dice.hits(trouble.slowness);
    this.clock = { now: time.now, sleep: (milliseconds) => this.rest(milliseconds) };
    const log = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      if (fields["type"] !== undefined || message.startsWith("batch went"))
        this.tell(`${message} ${JSON.stringify(fields)}`);
    };
    this.telemetry = { info: () => undefined, warn: log, error: log, count: () => undefined };
    time.after(longestLifeMs, () => this.die("ran out of time"));
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  tell(line: string): void {
    this.#tell(`${this.name}: ${line}`);
  }

  /** Runs the work; answers `died` when the process does not live to see its end. */
  async live<T>(work: () => Promise<T>): Promise<{ readonly kind: "ended"; readonly value: T } | { kind: "died" }> {
    const { promise: death, resolve } = Promise.withResolvers<{ kind: "died" }>();
    this.#onDeath = () => resolve({ kind: "died" });
    const end = work().then((value) => ({ kind: "ended" as const, value }));
    const outcome = await Promise.race([end, death]).catch((error: unknown) => {
      this.#isDead = true;
      throw error;
    });
    // An end that comes after death is nobody's business.
    end.catch(() => undefined);
    this.#onDeath = undefined;
    if (outcome.kind === "ended") this.#isDead = true;
    return outcome;
  }

  die(why: string): void {
    if (this.#isDead) return;
    this.#isDead = true;
    if (this.#onDeath) this.tell(`dies (${why})`);
    this.#onDeath?.();
  }

  /** A call of a store or queue: may be throttled before, or time out after its effect, or take effect twice. */
  async call<T>(name: string, effect: () => Promise<T>): Promise<T> {
    await this.pause();
    const { dice, trouble } = this;
    const fault = dice.hits(trouble.faults) ? dice.pick(["before", "after", "twice"] as const) : undefined;
    if (fault !== undefined) this.tell(`${name} fails (${fault})`);
    if (fault === "before") throw new RetryableError(`${name} was throttled`, { code: "throttled" });
    let result = await effect();
    // A client that heard no answer repeats the request on its own.
    if (fault === "twice") result = await effect();
    await this.pause();
    if (fault === "after") throw new RetryableError(`${name} was not answered`, { code: "unreachable" });
    return result;
  }

  /** The time between two steps; the process may die in it. */
  async pause(): Promise<void> {
    const { dice } = this;
    if (dice.hits(this.trouble.deaths)) this.die("killed");
    const isLong = this.#isSlow && dice.hits(0.1);
    if (isLong) return this.rest(dice.between(1_000, 40_000));
    return dice.hits(0.5) && !this.#isDead ? undefined : this.rest(dice.between(0, 40));
  }

  async rest(milliseconds: number): Promise<void> {
    if (!this.#isDead) await this.#time.sleep(milliseconds);
    if (this.#isDead) await new Promise<never>(() => undefined);
  }
}
