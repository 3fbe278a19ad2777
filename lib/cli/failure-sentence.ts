import { NonRetryableError, RetryableError } from "../sync/errors.ts";

/** Whether an adapter made this failure: then its message is written for people. */
export function isOperationalFailure(error: unknown): error is RetryableError | NonRetryableError {
  return error instanceof RetryableError || error instanceof NonRetryableError;
}

/** What to tell of a failure in one line. */
export function toFailureSentence(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? error.name) : String(error);
}
