import { RetryableError, type FailureCode } from "../sync/errors.ts";

/** Refusals that only a person can end; they are retried all the same, since nothing accepted may be lost. */
const MISCONFIGURED: ReadonlySet<string> = new Set([
  "AccessDeniedException",
  "AccessDenied",
  "CredentialsProviderError",
  "InvalidClientTokenId",
  "QueueDoesNotExist",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

/** SQS's and KMS's names for "too fast". */
const THROTTLED: ReadonlySet<string> = new Set([
  "RequestThrottled",
  "ThrottlingException",
  "KmsThrottled",
  "OverLimit",
]);

/** The failure of a request to SQS. Its message holds no body. */
export function toQueueFailure(error: unknown, operation: string): RetryableError {
  const name = error instanceof Error ? error.name : "unknown error";
  // A connection that fails is named by its code only.
  const words = name === "Error" && error instanceof Error && "code" in error ? String(error.code) : name;
  return new RetryableError(`SQS ${operation} failed: ${words}`, { code: codeOf(error, name), cause: error });
}

function codeOf(error: unknown, name: string): FailureCode {
  if (MISCONFIGURED.has(name)) return "misconfigured";
  if (THROTTLED.has(name)) return "throttled";
  const isServerFault = error instanceof Error && "$fault" in error && error.$fault === "server";
  return isServerFault ? "serverError" : "unreachable";
}

/** Sends one request and translates its failure. @throws RetryableError */
export async function sendRequest<T>(operation: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw toQueueFailure(error, operation);
  }
}
