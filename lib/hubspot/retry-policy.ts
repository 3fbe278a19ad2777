import * as z from "zod";
import { NonRetryableError, RetryableError } from "../sync/errors.ts";
import type { FailureCode } from "../sync/errors.ts";
import type { HeaderSource } from "./pacing.ts";
import { REJECTED_TOKEN, REJECTED_TOKEN_REMEDY } from "./rejected-token.ts";

/** One answer of HubSpot. The body of an error may hold personal data: it is read here and goes no further. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: HeaderSource;
  readonly body: string;
}

/**
 * What to do with an answer.
 *
 * - `accept`: hand it on; a 404 as well, whose meaning depends on the call.
 * - `retry`: repeat after `waitSeconds`, or after what the error says that HubSpot asks for.
 * - `fail`: do not repeat it now. A `RetryableError` may succeed later, from the queue.
 * - `tokenRejected`: repeat once with another token, if there is one.
 */
export type AnswerVerdict =
  | { readonly kind: "accept" }
  | { readonly kind: "retry"; readonly waitSeconds: number; readonly error: RetryableError }
  | { readonly kind: "fail"; readonly error: RetryableError | NonRetryableError }
  | { readonly kind: "tokenRejected"; readonly error: NonRetryableError };

/** Pause before the first repetition, doubled for each further one. Seconds. */
const PAUSE_SECONDS = { rateLimited: 2, locked: 2, serverError: 1 } as const;

/** All fields of HubSpot's errors are optional. */
const errorBody = z.object({
  category: z.string().optional().catch(undefined),
  policyName: z.string().optional().catch(undefined),
  correlationId: z
    .string()
    .regex(/^[\w-]{1,64}$/u)
    .optional()
    .catch(undefined),
  errors: z.array(z.unknown()).catch([]),
});

type ErrorBody = z.output<typeof errorBody>;

const scopeName = z.string().regex(/^[\w.-]{1,100}$/u);

/** HubSpot was seen to name the lacking scopes under either key. */
const scopeError = z.object({
  context: z.object({
    requiredGranularScopes: z.array(scopeName).catch([]),
    requiredScopes: z.array(scopeName).catch([]),
  }),
});

/**
 * Judges an answer by HubSpot's error classes.
 *
 * @param call method and path, without a query
 * @see https://developers.hubspot.com/docs/api-reference/error-handling
 */
export function judgeAnswer(answer: ApiAnswer, call: string): AnswerVerdict {
  const { status } = answer;
  if (status === 404) return { kind: "accept" };
  if (status >= 200 && status < 300) return judgeSuccess(answer, call);
  const body = readErrorBody(answer.body);
  const message = describe(status, call, body);
  switch (status) {
    case 401:
      return { kind: "tokenRejected", error: tokenRejected(message) };
    case 403:
      return { kind: "fail", error: scopeMissing(message, body) };
    case 423:
      return retry(answer, message, "locked");
    case 429:
      return judgeRateLimit(answer, message, body);
    case 477:
      // The account moves between data centres, for up to a day: the queue can wait, this process cannot.
      return { kind: "fail", error: failure(answer, message, "migrating") };
    default:
      // The interface never redirects; what stands in front of it may, while it is being mended.
      if (status < 400 || status === 408 || status >= 500) return retry(answer, message, "serverError");
      return { kind: "fail", error: new NonRetryableError(message, { code: "badAnswer" }) };
  }
}

/** The verdict on a token that no header can carry, such as one copied as it is shown, with dots; HubSpot never sees it. */
export function judgeToken(token: string): Extract<AnswerVerdict, { kind: "tokenRejected" }> | undefined {
  if (/^[\x21-\x7E]*$/u.test(token)) return undefined;
  return {
    kind: "tokenRejected",
    error: tokenRejected("it has characters in it that no token has, such as spaces, … or •"),
  };
}

/** A gateway's error page may come as a success. */
function judgeSuccess(answer: ApiAnswer, call: string): AnswerVerdict {
  const isHtml = (answer.headers.get("content-type") ?? "").includes("html") || /^\s*</u.test(answer.body);
  if (!isHtml) return { kind: "accept" };
  return retry(answer, `HubSpot answered ${answer.status} with a page instead of JSON to ${call}`, "serverError");
}

/** The daily limit ends at midnight, so waiting is pointless; every other one lasts seconds. */
function judgeRateLimit(answer: ApiAnswer, message: string, body: ErrorBody): AnswerVerdict {
  if (body.policyName === "DAILY") {
    return { kind: "fail", error: failure(answer, `${message} (daily limit used up)`, "dailyLimit") };
  }
  return retry(answer, message, "rateLimited");
}

function retry(answer: ApiAnswer, message: string, code: keyof typeof PAUSE_SECONDS): AnswerVerdict {
  return { kind: "retry", waitSeconds: PAUSE_SECONDS[code], error: failure(answer, message, code) };
}

function failure(answer: ApiAnswer, message: string, code: FailureCode): RetryableError {
  const retryAfterSeconds = readRetryAfter(answer.headers);
  return new RetryableError(message, { code, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) });
}

/** `Retry-After` in seconds; HubSpot does not use the form with a date. */
function readRetryAfter(headers: HeaderSource): number | undefined {
  const text = headers.get("retry-after") ?? "";
  return /^\d{1,6}(?:\.\d+)?$/u.test(text) ? Number(text) : undefined;
}

/** Commands and the reason of a pass show this sentence as it is. */
function tokenRejected(message: string): NonRetryableError {
  return new NonRetryableError(`${REJECTED_TOKEN}: ${message}. ${REJECTED_TOKEN_REMEDY}`, { code: "tokenRejected" });
}

function scopeMissing(message: string, body: ErrorBody): NonRetryableError {
  const scopes = body.errors.flatMap((error) => {
    const { success, data } = scopeError.safeParse(error);
    return success ? [...data.context.requiredGranularScopes, ...data.context.requiredScopes] : [];
  });
  const lacking = scopes.length === 0 ? "" : `; the access token lacks ${[...new Set(scopes)].join(", ")}`;
  return new NonRetryableError(message + lacking, { code: "scopeMissing" });
}

function readErrorBody(text: string): ErrorBody {
  try {
    return errorBody.catch({ errors: [] }).parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return { errors: [] };
    throw error;
  }
}

function describe(status: number, call: string, { correlationId }: ErrorBody): string {
  const suffix = correlationId === undefined ? "" : ` (correlation id ${correlationId})`;
  return `HubSpot answered ${status} to ${call}${suffix}`;
}
