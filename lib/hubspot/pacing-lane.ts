import { RetryableError } from "../sync/errors.ts";
import type { Clock } from "../sync/ports.ts";

/** How a call waits for its turn. */
export interface Waiting {
  readonly urgency?: number | undefined;
  /** Milliseconds; without end when absent. */
  readonly leftMs?: (() => number) | undefined;
}

/** Calls that one limit counts together. */
export interface Lane {
  /** Waits for the turn of one call and answers its time, epoch milliseconds; see `Pacer.take`. */
  readonly take: (waiting?: Waiting) => Promise<number>;
  readonly observe: (answer: LaneAnswer) => void;
  readonly pacePerSecond: () => number;
}

interface LaneAnswer {
  readonly sentAtMs: number;
  readonly isRateLimited: boolean;
  /** The account's limit and what it has left, per interval, if the answer told. */
  readonly max?: number;
  readonly remaining?: number;
  readonly intervalMs?: number;
}

interface LaneOptions {
  readonly clock: Clock;
  /** Calls per interval until an answer tells. */
  readonly limit: number;
  readonly share: number;
  readonly requestsPerSecond?: number | undefined;
}

/**
 * The part of what others leave of the limit that is used. Calls arrive at HubSpot with varying delay, so its window sees
 * a few more of them than ours; this keeps them below the limit. A smaller share keeps below it by itself.
 */
const UTILISATION = 0.97;

/** How much of a full pace comes back in a second without a 429. */
const RECOVERY_PER_SECOND = 0.02;

/** Calls may catch up with this much time lost to oversleeping or idling. Milliseconds. */
const CATCH_UP_MS = 250;

/** A sleeper wakes at least this often to see whether the limit has changed. Milliseconds. */
const LONGEST_SLEEP_MS = 1_000;

/**
 * Creates a lane: calls leave evenly spaced, and never more of them in a rolling interval than allowed.
 *
 * ```text
 * allowed = the least of   share × limit
 *                          UTILISATION × (limit − calls of others)     others: limit − remaining − ours in the window
 *                          requestsPerSecond × interval
 *           × pace,   pace ∈ (0, 1]: halved by a 429, +2 % a second after that
 * ```
 *
 * When the limit drops, the window still holds calls made under the old one. Nothing is sent until enough of them have
 * left it: going on at half the pace would earn a 429 for every call until then.
 */
export function createLane({ clock, limit, share, requestsPerSecond }: LaneOptions): Lane {
  let max = limit;
  let intervalMs = 10_000;
  let othersCalls = 0;
  let pace = 1;
  let paceAtMs = clock.now();
  let halvedAtMs = Number.NEGATIVE_INFINITY;
  let slotAtMs = Number.NEGATIVE_INFINITY;
  const sentAtMs: number[] = [];

  const currentPace = (nowMs: number): number => Math.min(1, pace + ((nowMs - paceAtMs) / 1_000) * RECOVERY_PER_SECOND);

  const allowed = (nowMs: number): number => {
    const ownCap = requestsPerSecond === undefined ? Infinity : (requestsPerSecond * intervalMs) / 1_000;
    const fair = Math.min(share * max, (max - othersCalls) * UTILISATION);
    return Math.max(1, Math.min(fair * currentPace(nowMs), ownCap));
  };

  const countOwn = (nowMs: number): number => {
    const oldest = sentAtMs.findIndex((atMs) => atMs > nowMs - intervalMs);
    sentAtMs.splice(0, oldest === -1 ? sentAtMs.length : oldest);
    return sentAtMs.length;
  };

  /** Milliseconds until the next call may leave. */
  const waitMs = (nowMs: number): number => {
    const calls = allowed(nowMs);
    // None as long as there is room.
    const leaving = sentAtMs[countOwn(nowMs) - Math.floor(calls)];
    const untilRoomMs = leaving === undefined ? 0 : leaving + intervalMs - nowMs;
    const untilSlotMs = slotAtMs + intervalMs / calls - nowMs;
    return Math.max(0, untilRoomMs, untilSlotMs);
  };

  const takeTurn = async (isWanted: () => boolean): Promise<number | undefined> => {
    while (isWanted()) {
      const nowMs = clock.now();
      const delayMs = waitMs(nowMs);
      if (delayMs <= 0) {
        slotAtMs = Math.max(slotAtMs + intervalMs / allowed(nowMs), nowMs - CATCH_UP_MS);
        sentAtMs.push(nowMs);
        return nowMs;
      }
      await clock.sleep(Math.min(Math.ceil(delayMs), LONGEST_SLEEP_MS));
    }
    return undefined;
  };

  const setPace = (value: number, nowMs: number): void => {
    pace = Math.min(1, value);
    paceAtMs = nowMs;
  };

  const observe = (answer: LaneAnswer): void => {
    const nowMs = clock.now();
    // Calls that left before the last halving say nothing about the pace since then.
    if (answer.isRateLimited && answer.sentAtMs > halvedAtMs) {
      setPace(currentPace(nowMs) / 2, nowMs);
      halvedAtMs = nowMs;
    }
    intervalMs = answer.intervalMs ?? intervalMs;
    if (answer.max !== undefined) {
      // The pace is a share of the limit: a lower limit must not slow down once more what a 429 has slowed down.
      if (answer.max < max) setPace((currentPace(nowMs) * max) / answer.max, nowMs);
      max = answer.max;
    }
    if (answer.remaining !== undefined) othersCalls = Math.max(0, max - answer.remaining - countOwn(nowMs));
  };

  return {
    take: createLine(takeTurn),
    observe,
    pacePerSecond: () => (allowed(clock.now()) * 1_000) / intervalMs,
  };
}

interface WaitingCall {
  readonly urgency: number;
  readonly leftMs: () => number;
  readonly leave: (atMs: number) => void;
  readonly giveUp: (error: RetryableError) => void;
}

/** Answers when a turn is there, or undefined as soon as nobody wants it any more. */
type TakeTurn = (isWanted: () => boolean) => Promise<number | undefined>;

/** Calls that wait, as many turns as calls. Who takes a turn is known only when it is there. */
function createLine(takeTurn: TakeTurn): Lane["take"] {
  let waiting: readonly WaitingCall[] = [];
  let turns = Promise.resolve();
  const isWanted = (): boolean => {
    const late = waiting.filter(({ leftMs }) => leftMs() <= 0);
    waiting = waiting.filter((call) => !late.includes(call));
    for (const { giveUp } of late)
      giveUp(new RetryableError("no time was left for a call to HubSpot", { code: "timeUp" }));
    return waiting.length > 0;
  };
  const letMostUrgentGo = (atMs: number | undefined): void => {
    if (atMs === undefined) return;
    const most = Math.max(...waiting.map(({ urgency }) => urgency));
    const next = waiting.find(({ urgency }) => urgency === most);
    waiting = waiting.filter((call) => call !== next);
    next?.leave(atMs);
  };
  return ({ urgency = Number.POSITIVE_INFINITY, leftMs = () => Number.POSITIVE_INFINITY } = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    waiting = [...waiting, { urgency, leftMs, leave: resolve, giveUp: reject }];
    // One after the other, so that each sees what the last answers taught.
    turns = turns.then(() => takeTurn(isWanted)).then(letMostUrgentGo);
    return Promise.race([promise, turns.then(() => promise)]);
  };
}
