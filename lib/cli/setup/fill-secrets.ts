import type { Deployment } from "../aws/deployment.ts";
import { readStoredSecret } from "../aws/stored-secret.ts";
import type { CliIo } from "../cli-io.ts";
import { BadSecret, storeSecret } from "../commands/secrets.ts";
import { APP_WORDS, type AppKind } from "./app-kind.ts";
import { announce, say } from "./narration.ts";

/** Stores the access token that opened the portal. */
export async function fillAccessToken(io: CliIo, deployment: Deployment, token: string): Promise<void> {
  announce(io, "Access token");
  const [stored] = await readStoredSecret(deployment.account, deployment.outputs.require("accessTokenArn"));
  if (stored === token) {
    say(io, "It is stored already.");
    return;
  }
  say(io, "Stores the access token in AWS Secrets Manager, encrypted; no file and no log holds it.");
  const isAgreed = stored === undefined || (await io.prompts.confirm("Replace the one that is there?", true));
  if (!isAgreed) return;
  await storeSecret(deployment, "access-token", token);
  say(io, "Stored.");
}

/** Asks for the client secret unless there is one. */
export async function fillClientSecret(io: CliIo, deployment: Deployment, kind: AppKind): Promise<void> {
  announce(io, "Client secret");
  const stored = await readStoredSecret(deployment.account, deployment.outputs.require("clientSecretArn"));
  if (stored.length > 0) {
    say(io, "It is stored already; `npx hubspot-zep secrets set client-secret --add` changes it.");
    return;
  }
  say(io, `HubSpot signs webhooks with it. It is on ${APP_WORDS[kind].tokenPlace}, and goes to AWS Secrets Manager.`);
  for (;;) {
    const typed = await io.prompts.askSecret("Client secret of the HubSpot app (not shown)");
    const flaw = await tryStore(deployment, typed);
    say(io, flaw ?? "Stored.");
    if (flaw === undefined) return;
  }
}

/** @returns what is wrong with the value */
async function tryStore(deployment: Deployment, typed: string): Promise<string | undefined> {
  try {
    await storeSecret(deployment, "client-secret", typed);
    return undefined;
  } catch (error) {
    if (error instanceof BadSecret) return error.message;
    throw error;
  }
}
