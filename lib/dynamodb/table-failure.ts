import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { NonRetryableError, RetryableError, type FailureCode } from "../sync/errors.ts";

/** DynamoDB's names for "too fast". https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const THROTTLED: ReadonlySet<string> = new Set([
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "ThrottlingException",
  "ReplicatedWriteConflictException",
]);

/** Another request is at work on the same item at this very moment; a plain write meets a transaction in that way. */
const CONTENDED: ReadonlySet<string> = new Set(["TransactionConflictException", "TransactionInProgressException"]);

/** Refusals that concern one item and not the set-up. */
const REFUSED: ReadonlySet<string> = new Set(["ValidationException", "ItemCollectionSizeLimitExceededException"]);

/** What Node and the SDK call a connection that failed or took too long. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "TimeoutError",
  "AbortError",
]);

/** Whether a conditional write did not hold. */
export function isConditionFailure(error: unknown): boolean {
  return error instanceof ConditionalCheckFailedException;
}

/**
 * The failure of a request as `RetryableError` or `NonRetryableError`. Anything that is no failure of a request is a bug
 * and comes back as it is.
 *
 * @param operation such as `PutItem`; the message holds no key and no value
 */
export function toTableFailure(error: unknown, operation: string): unknown {
  if (!(error instanceof Error) || error instanceof RetryableError || error instanceof NonRetryableError) return error;
  const { code, status, fault } = readFailure(error);
  const words = UNREACHABLE.has(error.name) ? error.name : (code ?? error.name);
  const message = `DynamoDB ${operation} failed: ${words}`;
  const retryable = (failure: FailureCode): RetryableError =>
    new RetryableError(message, { code: failure, cause: error });
  if (THROTTLED.has(error.name)) return retryable("throttled");
  if (CONTENDED.has(error.name)) return retryable("locked");
  if (UNREACHABLE.has(error.name) || (code !== undefined && UNREACHABLE.has(code))) return retryable("unreachable");
  if (fault === "server" || (status !== undefined && status >= 500)) return retryable("serverError");
  if (REFUSED.has(error.name)) return new NonRetryableError(message, { code: "refused", cause: error });
  if (fault === "client" || error.name === "CredentialsProviderError") {
    return new NonRetryableError(message, { code: "misconfigured", cause: error });
  }
  return error;
}

function readFailure(error: Error): { code?: string; status?: number; fault?: string } {
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const fault = "$fault" in error && typeof error.$fault === "string" ? error.$fault : undefined;
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  const status =
    typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata
      ? metadata.httpStatusCode
      : undefined;
  return {
    ...(code !== undefined && { code }),
    ...(fault !== undefined && { fault }),
    ...(typeof status === "number" && { status }),
  };
}
