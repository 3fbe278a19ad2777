// The SDK's client adds 14 kB to a bundle that already holds the SQS client and costs no extra cold start, for both
// share their core. A signed fetch (aws4fetch, 7 kB) would load undici, about 20 ms; the Parameters and Secrets
// extension is a layer whose ARN differs by region and cannot be tested here.
import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  ResourceNotFoundException,
  SecretsManagerClient,
  SecretsManagerServiceException,
} from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import { NonRetryableError, RetryableError } from "../sync/errors.ts";
import type { Clock } from "../sync/ports.ts";

/** Reads one secret. Both methods answer at least one value; during a rotation there are two, the newer one first. */
export interface SecretReader {
  /**
   * The values, fetched once and then remembered.
   * @throws NonRetryableError `misconfigured` when the secret is empty or cannot be read by this role
   * @throws RetryableError when Secrets Manager cannot be reached
   */
  readonly read: () => Promise<readonly string[]>;
  /**
   * The values, fetched anew after the other side refused the remembered ones; at most every 30 seconds.
   * @throws NonRetryableError, RetryableError as `read`
   */
  readonly reread: () => Promise<readonly string[]>;
}

interface SecretReaderOptions {
  readonly arn: string;
  readonly client?: Pick<SecretsManagerClient, "send">;
  readonly clock?: Pick<Clock, "now">;
}

/** A stream of forged requests must not become a stream of calls to Secrets Manager. */
const REREAD_INTERVAL_MS = 30_000;

/** Both attempts fit into the four seconds that receive-webhook has. The SDK's `requestTimeout` would only warn. */
const CLIENT_CONFIG = { maxAttempts: 2, requestHandler: { connectionTimeout: 500, socketTimeout: 1_200 } } as const;

/** Creates a reader of one secret, which caches for the life of the process. */
export function createSecretReader({
  arn,
  client = new SecretsManagerClient(CLIENT_CONFIG),
  clock = { now: Date.now },
}: SecretReaderOptions): SecretReader {
  let remembered: Promise<readonly string[]> | undefined;
  let fetchedAtMs = 0;

  const fetchValues = (): Promise<readonly string[]> => {
    const before = remembered;
    fetchedAtMs = clock.now();
    const fetching = fetchSecret(client, arn);
    remembered = fetching;
    // A failure is told to its callers and not remembered: what was known before may still be right.
    fetching.catch(() => {
      if (remembered === fetching) remembered = before;
    });
    return fetching;
  };

  return {
    read: () => remembered ?? fetchValues(),
    reread: () =>
      remembered !== undefined && clock.now() - fetchedAtMs < REREAD_INTERVAL_MS ? remembered : fetchValues(),
  };
}

async function fetchSecret(client: Pick<SecretsManagerClient, "send">, arn: string): Promise<readonly string[]> {
  let answer: GetSecretValueCommandOutput;
  try {
    answer = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  } catch (error) {
    throw translateFailure(error, arn);
  }
  const values = parseSecret(answer.SecretString ?? "");
  if (values === undefined) throw misconfigured(`The secret ${arn} holds JSON that is not a list of texts`);
  if (values.length === 0) throw misconfigured(`The secret ${arn} is empty`);
  return values;
}

/**
 * Splits a secret into its values: one, or two while it is being rotated, separated by white space or as a JSON array.
 * A JSON object, which the AWS console offers, counts as the list of its values.
 *
 * @returns undefined when it looks like JSON and is not a list of texts
 */
export function parseSecret(text: string): readonly string[] | undefined {
  const trimmed = text.trim();
  if (!/^[[{]/u.test(trimmed)) return trimmed.split(/\s+/u).filter((value) => value !== "");
  const parsed = jsonTexts.safeParse(trimmed);
  if (!parsed.success) return undefined;
  return Object.values(parsed.data)
    .map((value) => value.trim())
    .filter((value) => value !== "");
}

const jsonTexts = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      // Its message would quote the secret.
      context.issues.push({ code: "custom", message: "not JSON", input: undefined });
      return z.NEVER;
    }
  })
  .pipe(z.union([z.array(z.string()), z.record(z.string(), z.string())]));

function translateFailure(error: unknown, arn: string): unknown {
  if (error instanceof ResourceNotFoundException) return misconfigured(`The secret ${arn} is empty or missing`, error);
  if (!(error instanceof SecretsManagerServiceException)) {
    const message = `Secrets Manager could not be reached for ${arn}`;
    return new RetryableError(message, { code: "unreachable", cause: error });
  }
  const status = error.$metadata.httpStatusCode ?? 0;
  const message = `Secrets Manager answered ${error.name} (${status}) for ${arn}`;
  return error.$fault === "server" || error.name.startsWith("Throttling")
    ? new RetryableError(message, { code: "unreachable", cause: error })
    : misconfigured(message, error);
}

function misconfigured(problem: string, cause?: unknown): NonRetryableError {
  const message = `${problem}. Fill it with \`npx hubspot-zep secrets\`.`;
  return new NonRetryableError(message, { code: "misconfigured", cause });
}
