import { CliError } from "../cli-error.ts";
import type { AwsIdentity } from "../cli-io.ts";

/**
 * Finds the admin's own credentials the way the AWS command line does: environment, profile, single sign-on.
 * @throws CliError when there are none, or no region
 */
export async function loadAwsIdentity(choice: {
  readonly profile?: string;
  readonly region?: string;
}): Promise<AwsIdentity> {
  // Loaded here: most commands talk to the local stack, and these two take longer to load than all the rest.
  const { fromNodeProviderChain } = await import("@aws-sdk/credential-providers");
  const { SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
  const region = choice.region ?? (await findRegion(() => new SecretsManagerClient(pick(choice)).config.region()));
  try {
    const provide = fromNodeProviderChain(pick(choice));
    const { accessKeyId, secretAccessKey, sessionToken } = await provide();
    return { accessKeyId, secretAccessKey, region, ...(sessionToken !== undefined && { sessionToken }) };
  } catch (cause) {
    const which = choice.profile === undefined ? "" : ` in the profile "${choice.profile}"`;
    throw new CliError(`No AWS credentials found${which}. Sign in with \`aws sso login\` or name another --profile.`, {
      cause,
    });
  }
}

function pick({ profile }: { readonly profile?: string }): { readonly profile?: string } {
  return profile === undefined ? {} : { profile };
}

async function findRegion(read: () => Promise<string>): Promise<string> {
  try {
    return await read();
  } catch (cause) {
    throw new CliError("No AWS region is set. Add --region, such as --region eu-central-1, or set AWS_REGION.", {
      cause,
    });
  }
}
