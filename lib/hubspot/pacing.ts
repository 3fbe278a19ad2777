import type { Clock } from "../sync/ports.ts";
import { createLane } from "./pacing-lane.ts";
import type { Lane, Waiting } from "./pacing-lane.ts";

/** What a call is for, as progress displays and benchmarks count it. */
export type CallKind = "list" | "batchRead" | "associations" | "object" | "settings";

/** Permission for one request, to be handed back with its answer. */
export interface Ticket {
  readonly kind: CallKind;
  readonly sentAtMs: number;
}

/** What one process has called so far and how fast it goes. */
export interface PaceCounters {
  readonly calls: Readonly<Record<CallKind, number>>;
  readonly rateLimited: number;
  /** Calls a second that this process allows itself now; association calls apart. */
  readonly pacePerSecond: number;
  /** From a call's leaving to its answer, on average of the latest; association calls apart. 0 before the first. */
  readonly answerMs: number;
  /** HubSpot's limit for the account, calls per ten seconds; 0 before HubSpot has told it. */
  readonly limitMax: number;
  /** Used share of the account's daily calls, 0 to 100; 0 before HubSpot has told it. */
  readonly dailyUsedPercent: number;
}

/** Spaces one process' calls to HubSpot. */
export interface Pacer {
  /**
   * Waits for the turn of a call: the highest urgency first, those without one before all; then first come, first served.
   * @throws RetryableError `timeUp` when no time is left before its turn has come
   */
  readonly take: (kind: CallKind, waiting?: Waiting) => Promise<Ticket>;
  /** Learns from an answer. */
  readonly observe: (
    ticket: Ticket,
    answer: { readonly headers: HeaderSource; readonly isRateLimited: boolean },
  ) => void;
  readonly counters: () => PaceCounters;
}

/** Response headers by any-case name; `Headers` is one. */
export interface HeaderSource {
  readonly get: (name: string) => string | null;
}

interface PacerOptions {
  readonly clock: Clock;
  /** Upper bound for this process, whatever HubSpot allows. */
  readonly requestsPerSecond?: number | undefined;
  /** Part of the account's limit that this process may use, above 0 and at most 1. */
  readonly share: number;
}

/** HubSpot's smallest account limit: what is assumed until an answer tells the real one. Calls per ten seconds. */
const ASSUMED_LIMIT = 100;

/** Weight of one answer in the average of the latest: eight or so of them count. */
const ANSWER_WEIGHT = 1 / 8;

/**
 * Creates a pacer. Processes share no state: each keeps to its share, subtracts what HubSpot's headers show that others
 * use, halves on a 429 and recovers step by step.
 *
 * Association batch reads count in no ten-second window; their own budget is not published, so they get a lane of their
 * own that assumes the smallest limit.
 *
 * @see https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export function createPacer({ clock, requestsPerSecond, share }: PacerOptions): Pacer {
  const window = createLane({ clock, limit: ASSUMED_LIMIT, share, requestsPerSecond });
  const associations = createLane({ clock, limit: ASSUMED_LIMIT, share, requestsPerSecond });
  const laneOf = (kind: CallKind): Lane => (kind === "associations" ? associations : window);
  const calls = { list: 0, batchRead: 0, associations: 0, object: 0, settings: 0 };
  let rateLimited = 0;
  let answerMs = 0;
  let limitMax = 0;
  let dailyUsedPercent = 0;

  return {
    take: async (kind, waiting) => {
      const sentAtMs = await laneOf(kind).take(waiting);
      calls[kind] += 1;
      return { kind, sentAtMs };
    },
    observe: (ticket, { headers, isRateLimited }) => {
      const limits = readLimits(headers);
      dailyUsedPercent = limits.dailyUsedPercent ?? dailyUsedPercent;
      const isWindowed = ticket.kind !== "associations";
      if (isWindowed) {
        limitMax = limits.max ?? limitMax;
        const tookMs = clock.now() - ticket.sentAtMs;
        answerMs = answerMs === 0 ? tookMs : answerMs + (tookMs - answerMs) * ANSWER_WEIGHT;
      }
      if (isRateLimited) rateLimited += 1;
      laneOf(ticket.kind).observe({ sentAtMs: ticket.sentAtMs, isRateLimited, ...(isWindowed ? limits : {}) });
    },
    counters: () => ({
      calls: { ...calls },
      rateLimited,
      pacePerSecond: window.pacePerSecond(),
      answerMs,
      limitMax,
      dailyUsedPercent,
    }),
  };
}

interface Limits {
  readonly max?: number;
  readonly remaining?: number;
  readonly intervalMs?: number;
  readonly dailyUsedPercent?: number;
}

function readLimits(headers: HeaderSource): Limits {
  const read = (name: string): number | undefined => {
    const text = headers.get(`x-hubspot-ratelimit-${name}`);
    return text !== null && /^\d{1,9}$/u.test(text) ? Number(text) : undefined;
  };
  const [max, remaining, intervalMs] = [read("max"), read("remaining"), read("interval-milliseconds")];
  const [daily, dailyRemaining] = [read("daily"), read("daily-remaining")];
  return {
    ...(max ? { max } : {}),
    ...(remaining === undefined ? {} : { remaining }),
    ...(intervalMs ? { intervalMs } : {}),
    ...(daily && dailyRemaining !== undefined ? { dailyUsedPercent: 100 * (1 - dailyRemaining / daily) } : {}),
  };
}
