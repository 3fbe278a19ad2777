import * as z from "zod";
import { parseSecret } from "../../secrets/secret-reader.ts";
import { CliError } from "../cli-error.ts";
import { AwsRefusal, type AwsAccount } from "./aws-account.ts";

const secretValue = z.looseObject({ SecretString: z.string().optional() });

/**
 * Reads a secret's values, the newest first; none while it is empty.
 * @throws AwsRefusal when this role may not read it
 */
export async function readStoredSecret(account: AwsAccount, arn: string): Promise<readonly string[]> {
  try {
    const answer = await account.call(
      { service: "secretsmanager", action: "GetSecretValue", input: { SecretId: arn } },
      secretValue,
    );
    const values = parseSecret(answer.SecretString ?? "");
    if (values === undefined)
      throw new CliError(`The secret ${arn} holds JSON that is not a list of texts; set it anew.`);
    return values;
  } catch (error) {
    // A secret that was created and never filled answers the same as one that is missing.
    if (error instanceof AwsRefusal && error.code === "ResourceNotFoundException") return [];
    throw error;
  }
}

/** Stores a secret's values, the newest first. */
export async function writeStoredSecret(account: AwsAccount, arn: string, values: readonly string[]): Promise<void> {
  const [only, ...others] = values;
  await account.call(
    {
      service: "secretsmanager",
      action: "PutSecretValue",
      input: {
        SecretId: arn,
        ClientRequestToken: crypto.randomUUID(),
        SecretString: others.length === 0 ? only : JSON.stringify(values),
      },
    },
    z.unknown(),
  );
}
