import { METRICS } from "../contract.ts";
import { NonRetryableError, RetryableError } from "../sync/errors.ts";
import type { Clock, Telemetry } from "../sync/ports.ts";
import { classifyCall, versionPath } from "./api-paths.ts";
import type { HeaderSource, Pacer } from "./pacing.ts";
import { judgeAnswer, judgeToken } from "./retry-policy.ts";
import type { AnswerVerdict, ApiAnswer } from "./retry-policy.ts";

/** The part of `fetch` that is used; tests and the simulation put a function of their own in its place. */
export type FetchFunction = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly signal: AbortSignal;
    readonly redirect: "manual";
  },
) => Promise<{ readonly status: number; readonly headers: HeaderSource; readonly text: () => Promise<string> }>;

/** The access token: usually one value, two while it is being rotated, the newer first. */
export interface AccessToken {
  readonly read: () => Promise<readonly string[]>;
  /** Fetches it anew; limits by itself how often that happens. */
  readonly reread: () => Promise<readonly string[]>;
}

/** One request with the path of the generated clients (v3 or v4). */
export interface ApiRequest {
  readonly method: string;
  readonly url: string;
  readonly body?: string;
  /** See {@link Pacer.take}. */
  readonly urgency?: number | undefined;
  /** Time left to begin attempts in; without end when absent. Milliseconds. */
  readonly leftMs?: (() => number) | undefined;
}

/** Sends requests to HubSpot. */
export interface HttpTransport {
  /**
   * Answers a success or a 404.
   * @throws RetryableError, NonRetryableError for everything else, after the repetitions that are worth it
   */
  readonly send: (request: ApiRequest) => Promise<ApiAnswer>;
}

/** What a transport is built of. */
export interface TransportOptions {
  readonly apiVersion: string;
  readonly accessToken: AccessToken;
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly telemetry: Pick<Telemetry, "count">;
  readonly fetch: FetchFunction;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** For one attempt. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Attempts of one request. Default 4. */
  readonly attempts?: number | undefined;
  /** For one request with its pauses; the wait for its turn does not count. Default 30,000. */
  readonly budgetMs?: number | undefined;
}

type Settled = TransportOptions & {
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly budgetMs: number;
};

type RetryVerdict = Extract<AnswerVerdict, { readonly kind: "retry" }>;

type Outcome = AnswerVerdict | { readonly kind: "answered"; readonly answer: ApiAnswer };

/** Pause before the first repetition after the network failed. Seconds. */
const NETWORK_PAUSE_SECONDS = 0.5;

/**
 * Creates the one way to HubSpot: a pace, a timeout, repetitions by error class with jitter, dated paths and errors
 * without personal data. The SDK itself has no timeout and shares its retry settings process-wide.
 */
export function createTransport(options: TransportOptions): HttpTransport {
  const settled: Settled = {
    ...options,
    timeoutMs: options.timeoutMs ?? 10_000,
    attempts: options.attempts ?? 4,
    budgetMs: options.budgetMs ?? 30_000,
  };
  return { send: (request) => sendWithRetries(settled, request) };
}

async function sendWithRetries(options: Settled, request: ApiRequest): Promise<ApiAnswer> {
  const { clock, accessToken } = options;
  let token = firstOf(await accessToken.read());
  let mayChangeToken = true;
  let spentMs = 0;
  for (let attempt = 1; ;) {
    const { outcome, tookMs } = await attemptOnce(options, request, token);
    spentMs += tookMs;
    switch (outcome.kind) {
      case "answered":
        return outcome.answer;
      case "fail":
        throw outcome.error.code === "scopeMissing" ? countRejection(options, outcome.error) : outcome.error;
      case "tokenRejected": {
        const other = mayChangeToken ? await findOtherToken(accessToken, token) : undefined;
        if (other === undefined) throw countRejection(options, outcome.error);
        mayChangeToken = false;
        token = other;
        break;
      }
      case "retry": {
        const pauseMs = pauseBefore(attempt, outcome, options.random);
        const budgetMs = Math.min(options.budgetMs - spentMs, request.leftMs?.() ?? Infinity);
        if (attempt >= options.attempts || pauseMs > budgetMs) throw outcome.error;
        attempt += 1;
        spentMs += pauseMs;
        await clock.sleep(pauseMs);
        break;
      }
    }
  }
}

/**
 * Doubled with each repetition, never less than HubSpot asks for, plus up to half of it so that callers do not march in
 * step. Milliseconds.
 */
function pauseBefore(attempt: number, verdict: RetryVerdict, random: () => number): number {
  const seconds = Math.max(verdict.waitSeconds * 2 ** (attempt - 1), verdict.error.retryAfterSeconds ?? 0);
  return Math.ceil(seconds * 1_000 * (1 + random() / 2));
}

async function attemptOnce(
  options: Settled,
  request: ApiRequest,
  token: string,
): Promise<{ readonly outcome: Exclude<Outcome, { kind: "accept" }>; readonly tookMs: number }> {
  const { pacer, clock, apiVersion, telemetry } = options;
  const refused = judgeToken(token);
  if (refused !== undefined) return { outcome: refused, tookMs: 0 };
  const url = new URL(request.url);
  url.pathname = versionPath(url.pathname, apiVersion);
  const call = `${request.method} ${url.pathname}`;
  const ticket = await pacer.take(classifyCall(url.pathname), request);
  const startMs = clock.now();
  telemetry.count(METRICS.hubspotCalls, 1);
  const answer = await fetchOnce(options, { ...request, url: url.href }, token).catch((error: unknown) =>
    describeNetworkFailure(error, call),
  );
  const tookMs = clock.now() - startMs;
  if (answer instanceof RetryableError) {
    return { outcome: { kind: "retry", waitSeconds: NETWORK_PAUSE_SECONDS, error: answer }, tookMs };
  }
  const isRateLimited = answer.status === 429;
  if (isRateLimited) telemetry.count(METRICS.hubspotRateLimited, 1);
  pacer.observe(ticket, { headers: answer.headers, isRateLimited });
  const verdict = judgeAnswer(answer, call);
  const isUsedUp = verdict.kind === "fail" && verdict.error.code === "dailyLimit";
  const dailyUsedPercent = isUsedUp ? 100 : pacer.counters().dailyUsedPercent;
  if (dailyUsedPercent > 0) telemetry.count(METRICS.hubspotDailyUsedPercent, dailyUsedPercent);
  return { outcome: verdict.kind === "accept" ? { kind: "answered", answer } : verdict, tookMs };
}

async function fetchOnce(options: Settled, request: ApiRequest, token: string): Promise<ApiAnswer> {
  const response = await options.fetch(request.url, {
    method: request.method,
    headers: {
      accept: "application/json",
      authorization: `Bearer ${token}`,
      ...(request.body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(request.body === undefined ? {} : { body: request.body }),
    signal: AbortSignal.timeout(options.timeoutMs),
    // Followed, a batch read would become a GET of another page, whose 404 looks like HubSpot's own.
    redirect: "manual",
  });
  // The signal covers the body as well: a connection may stall in the middle of it.
  return { status: response.status, headers: response.headers, body: await response.text() };
}

/** Only the error's name is kept: its message may quote the request. */
function describeNetworkFailure(error: unknown, call: string): RetryableError {
  const name = error instanceof Error ? error.name : "unknown";
  if (name === "TimeoutError" || name === "AbortError") {
    return new RetryableError(`HubSpot did not answer ${call} in time`, { code: "timeout" });
  }
  return new RetryableError(`HubSpot could not be reached for ${call}: ${name}`, { code: "unreachable" });
}

/** A token that is refused, or may not read what it must. */
function countRejection<T extends Error>({ telemetry }: Settled, error: T): T {
  telemetry.count(METRICS.tokenRejected, 1);
  return error;
}

/** After a rotation the stored token is another one than the one we remember. */
async function findOtherToken(accessToken: AccessToken, rejected: string): Promise<string | undefined> {
  return (await accessToken.reread()).find((token) => token !== rejected && token !== "");
}

function firstOf(tokens: readonly string[]): string {
  const [token] = tokens;
  if (token === undefined || token === "") {
    throw new NonRetryableError("There is no access token for HubSpot", { code: "misconfigured" });
  }
  return token;
}
