import type { VirtualTime } from "./virtual-time.ts";
import type { Dice } from "./dice.ts";
import { isPersonalLine } from "./personal-data.ts";
import type { Trouble } from "./scenario.ts";
import type { Tally } from "./tally.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import type { Clock, Telemetry } from "../../lib/sync/ports.ts";

/** Lambda ends a function that takes longer. Milliseconds. */
export const LONGEST_LIFE_MS = 120_000;

export interface ProcessOptions {
  /** What kind of function it is a run of, such as `worker`. */
  readonly role: string;
  /** Such as `worker#12`. */
  readonly name: string;
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly trouble: Trouble;
  readonly tally: Tally;
  readonly tell: (line: string) => void;
  /** Something was logged that never may be. */
  readonly complain: (rule: string) => void;
  readonly longestLifeMs?: number;
}

/** What one read showed of an object, or of its companies. */
interface ReadingOf {
  /** When it was asked for. */
  readonly atMs: number;
  /** Of an object: whether it was live. Of companies: those it named. */
  readonly isLive: boolean;
}

/**
 * One run of a function. Whatever it calls comes through {@link call}: it takes time, fails or fails after it has taken
 * effect, and a process that dies never hears of it again.
 */
export class SimProcess {
  readonly role: string;
  readonly name: string;
  readonly dice: Dice;
  readonly trouble: Trouble;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly #time: VirtualTime;
  readonly #isSlow: boolean;
  readonly #tell: (line: string) => void;
  /** What batch reads of this process showed, by `company/17` or `deal/17 companies`. */
  readonly #readings = new Map<string, ReadingOf[]>();
  #isDead = false;
  #onDeath: (() => void) | undefined;

  constructor(options: ProcessOptions) {
    const { role, name, time, dice, trouble, tally, tell, longestLifeMs = LONGEST_LIFE_MS } = options;
    this.role = role;
    this.name = name;
    this.dice = dice;
    this.trouble = trouble;
    this.tally = tally;
    this.#time = time;
    this.#tell = tell;
    this.#isSlow = dice.hits(trouble.slowness);
    this.clock = { now: time.now, sleep: (milliseconds) => this.rest(milliseconds) };
    const log = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      if (isPersonalLine(message, fields)) options.complain(`${name} logs personal data: ${message}`);
    };
    const warn = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      log(message, fields);
      if (!message.startsWith("record written")) this.tell(`${message} ${JSON.stringify(fields)}`);
    };
    this.telemetry = { info: log, warn, error: warn, count: () => undefined };
    time.after(longestLifeMs, () => this.die("ran out of time"));
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  tell(line: string): void {
    this.#tell(`${this.name}: ${line}`);
  }

  noteReading(key: string, reading: ReadingOf): void {
    this.#readings.set(key, [...(this.#readings.get(key) ?? []), reading]);
  }

  /** Whether a batch read of this process, no older than the moment, did not find the object live. */
  hasMissed(key: string, sinceMs: number): boolean {
    return (this.#readings.get(key) ?? []).some(({ atMs, isLive }) => !isLive && atMs >= sinceMs);
  }

  /** Whether this process has asked for the companies of a contact or deal on their own, no earlier than this. */
  hasRead(key: string, sinceMs: number): boolean {
    return (this.#readings.get(key) ?? []).some(({ atMs }) => atMs >= sinceMs);
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
    if (this.#onDeath) {
      this.tell(`dies (${why})`);
      this.tally.count(`process: ${this.role} ${why}`);
    }
    this.#onDeath?.();
  }

  /**
   * A call of a store or queue: may be throttled before, or time out after its effect, or take effect twice, unless it is
   * `several` requests in one.
   */
  async call<T>(name: string, effect: () => Promise<T>, requests: "one" | "several" = "one"): Promise<T> {
    await this.pause();
    const { dice, trouble } = this;
    const faults = requests === "one" ? (["before", "after", "twice"] as const) : (["before", "after"] as const);
    const fault = dice.hits(trouble.faults) ? dice.pick(faults) : undefined;
    if (fault !== undefined) {
      this.tell(`${name} fails (${fault})`);
      this.tally.count(`AWS: ${name === "send" ? "queue" : "table"} ${FAULT_WORDS[fault]}`);
    }
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

const FAULT_WORDS = {
  before: "throttles",
  after: "does its work, and the answer is lost",
  twice: "hears the same request twice",
} as const;
