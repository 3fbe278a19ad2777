import { CliError } from "../cli-error.ts";
import type { Deployment } from "./deployment.ts";
import { readStoredSecret } from "./stored-secret.ts";

/**
 * Reads the access token of a stack.
 * @throws CliError while it is empty, or when it cannot be read
 */
export async function readAccessToken({ account, outputs }: Deployment): Promise<string> {
  const [token] = await readStoredSecret(account, outputs.require("accessTokenArn"));
  if (token !== undefined) return token;
  throw new CliError("The access token on AWS is empty. Run `npx hubspot-zep secrets set access-token`.");
}
