import { AwsRefusal } from "../aws/aws-account.ts";
import { CliError } from "../cli-error.ts";
import { isOperationalFailure, toFailureSentence } from "../failure-sentence.ts";

/**
 * What one check found.
 *
 * - `ok`: as it should be.
 * - `problem`: the sync does not work, or will not; `remedy` says what to do.
 * - `note`: worth knowing, or not to be seen from here.
 */
export interface CheckLine {
  readonly check: string;
  readonly status: "ok" | "problem" | "note";
  readonly finding: string;
  readonly remedy?: string;
  /** Something to copy, such as a definition to create. */
  readonly example?: unknown;
}

export function ok(check: string, finding: string): CheckLine {
  return { check, status: "ok", finding };
}

export function note(check: string, finding: string, remedy?: string): CheckLine {
  return { check, status: "note", finding, ...(remedy !== undefined && { remedy }) };
}

export function problem(check: string, finding: string, remedy: string): CheckLine {
  return { check, status: "problem", finding, remedy };
}

/** What stopped a check, as a line. @throws the error itself when it is a bug and not a failure */
export function describeFailure(check: string, error: unknown, remedy: string): CheckLine {
  if (!isOperationalFailure(error) && !(error instanceof CliError)) throw error;
  return problem(check, toFailureSentence(error), (error instanceof AwsRefusal && AWS_REMEDIES[error.code]) || remedy);
}

/**
 * Runs a check whose other side may fail: that is then its finding, and the checks after it still run.
 * @throws anything that is a bug and not a failure
 */
export async function guardCheck(
  check: string,
  remedy: string,
  run: () => Promise<readonly CheckLine[]>,
): Promise<readonly CheckLine[]> {
  try {
    return await run();
  } catch (error) {
    return [describeFailure(check, error, remedy)];
  }
}

const SIGN_IN =
  "These AWS credentials are not, or no longer, valid: sign in again (`aws sso login`), or name a --profile.";
const PERMIT = "These AWS credentials may not read this: use others with --profile, or have the permission granted.";
const REMOVED =
  "Somebody removed it by hand, which CloudFormation does not notice. `npx cdk synth` shows its definition to create it again.";

/** By AWS' own codes; some services spell the same refusal in two ways. */
const AWS_REMEDIES: Readonly<Record<string, string>> = {
  ExpiredToken: SIGN_IN,
  ExpiredTokenException: SIGN_IN,
  InvalidClientTokenId: SIGN_IN,
  UnrecognizedClientException: SIGN_IN,
  InvalidSignatureException: SIGN_IN,
  SignatureDoesNotMatch: "Set this machine's clock (NTP); if it is right, sign in again (`aws sso login`).",
  RequestExpired: "Set this machine's clock (NTP): AWS refuses requests that are more than five minutes off.",
  RequestTimeTooSkewed: "Set this machine's clock (NTP): AWS refuses requests that are more than five minutes off.",
  AccessDenied: PERMIT,
  AccessDeniedException: PERMIT,
  ResourceNotFoundException: REMOVED,
  QueueDoesNotExist: REMOVED,
  "AWS.SimpleQueueService.NonExistentQueue": REMOVED,
};
