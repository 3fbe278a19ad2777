import { readStoredSecret } from "../aws/stored-secret.ts";
import type { Deployment } from "../aws/deployment.ts";
import { readCdkSettings } from "../cdk-settings.ts";
import type { CommandCall } from "../command.ts";
import type { CheckLine } from "../doctor/check-line.ts";
import { renderCheckLine } from "../doctor/check-report.ts";
import { readAndCheckScopes } from "../doctor/check-scopes.ts";
import { checkToken } from "../doctor/check-token.ts";
import { openHubSpot, readGivenToken, type OpenHubSpot } from "../open-hubspot.ts";
import { APP_WORDS, tellHowToCreateApp, type AppKind } from "./app-kind.ts";
import { announce, say } from "./narration.ts";

/**
 * Opens the portal: with the token on AWS or in the environment, else with one that is asked for until it may read
 * everything.
 */
export async function openPortal(
  call: CommandCall,
  { deployment, appKind }: { readonly deployment: Deployment | undefined; readonly appKind: AppKind },
): Promise<OpenHubSpot> {
  const { io } = call;
  announce(io, "HubSpot access");
  const { exclusionProperty } = await readCdkSettings(io.folder);
  let token = readGivenToken(io) ?? (await findStoredToken(deployment));
  if (token === undefined) tellHowToCreateApp(io, appKind);
  for (;;) {
    token ??= await io.prompts.askSecret("Access token of the HubSpot app (not shown)");
    const hubspot = openHubSpot(call, token, exclusionProperty);
    const lines = await examine(call, hubspot);
    for (const line of lines) io.write(renderCheckLine(io, line));
    if (lines.every(({ status }) => status !== "problem")) return hubspot;
    say(io, `Mend that, or use another token; it is on ${APP_WORDS[appKind].tokenPlace}.`);
    token = undefined;
  }
}

async function findStoredToken(deployment: Deployment | undefined): Promise<string | undefined> {
  const arn = deployment?.outputs.find("accessTokenArn");
  if (deployment === undefined || arn === undefined) return undefined;
  const [token] = await readStoredSecret(deployment.account, arn);
  return token;
}

async function examine({ io }: CommandCall, hubspot: OpenHubSpot): Promise<readonly CheckLine[]> {
  const token = await checkToken(hubspot.reader);
  if (token.some(({ status }) => status === "problem")) return token;
  return [...token, ...(await readAndCheckScopes(io, hubspot))];
}
