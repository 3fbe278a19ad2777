/** What an operational failure is about; callers branch on it, never on the message. */
export type FailureCode =
  | "unreachable"
  | "timeout"
  | "rateLimited"
  | "dailyLimit"
  | "migrating"
  | "locked"
  | "serverError"
  | "tokenRejected"
  | "scopeMissing"
  | "wrongPortal"
  | "badAnswer"
  | "refused"
  | "throttled"
  | "misconfigured"
  | "timeUp";

interface FailureDetails {
  readonly code: FailureCode;
  readonly cause?: unknown;
  /** What the other side asked us to wait, if it did. */
  readonly retryAfterSeconds?: number;
}

/** Failed, and the same call may succeed later. The message holds no secret, payload or personal data. */
export class RetryableError extends Error {
  override readonly name = "RetryableError";
  readonly code: FailureCode;
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, details: FailureDetails) {
    super(message, { cause: details.cause });
    this.code = details.code;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** Failed, and the same call will fail again until a person changes something. The message says what. */
export class NonRetryableError extends Error {
  override readonly name = "NonRetryableError";
  readonly code: FailureCode;

  constructor(message: string, details: FailureDetails) {
    super(message, { cause: details.cause });
    this.code = details.code;
  }
}

/** The cursor of a list is not one that this list handed out. */
export class BadCursorError extends NonRetryableError {
  constructor(cursor: string) {
    const message = `The cursor of ${cursor.length} characters is none of this list; leave it out to start anew`;
    super(message, { code: "refused" });
  }
}

/** Codes that say nothing about the object at hand: every other object would fail as well. */
const OUTAGE_CODES: ReadonlySet<FailureCode> = new Set([
  "unreachable",
  "timeout",
  "rateLimited",
  "dailyLimit",
  "migrating",
  "serverError",
  "tokenRejected",
  "scopeMissing",
  "wrongPortal",
  "throttled",
  "misconfigured",
  "timeUp",
]);

/** Whether the failure is the other side's and not the object's. */
export function isOutage(error: unknown): error is RetryableError | NonRetryableError {
  return (error instanceof RetryableError || error instanceof NonRetryableError) && OUTAGE_CODES.has(error.code);
}
