import { openDeployment } from "../aws/deployment.ts";
import { readAccessToken } from "../aws/deployed-token.ts";
import { readCdkSettings } from "../cdk-settings.ts";
import { CliError } from "../cli-error.ts";
import type { Command, CommandCall } from "../command.ts";
import { checkDeployment } from "../doctor/check-deployment.ts";
import { checkHubSpot } from "../doctor/check-hubspot.ts";
import { note, problem, type CheckLine } from "../doctor/check-line.ts";
import { checkRecords, describeSilentRecords } from "../doctor/check-records.ts";
import { checkWebhooks } from "../doctor/check-webhooks.ts";
import { renderCheckLine, summarizeChecks } from "../doctor/check-report.ts";
import { findAccessToken, HUBSPOT_OPTIONS, openHubSpot } from "../open-hubspot.ts";
import { isAwsChosen, openDeployedRecords, openRecords, TARGET_OPTIONS } from "../target.ts";

/** Checks an installation from end to end. */
export const DOCTOR: Command = {
  name: "doctor",
  summary: "Checks the installation: each line is ok, a problem with its remedy, or a note.",
  options: [...TARGET_OPTIONS, ...HUBSPOT_OPTIONS],
  examples: [
    "HUBSPOT_ACCESS_TOKEN=… hubspot-zep doctor      (before deployment: the HubSpot part)",
    "hubspot-zep doctor --aws --profile production  (everything)",
    "hubspot-zep doctor --url http://127.0.0.1:8787 (HubSpot and the local stack)",
  ],
  run: async (call) => {
    const lines: CheckLine[] = [];
    for await (const found of runChecks(call)) {
      lines.push(...found);
      if (call.options["json"] !== true) for (const line of found) call.io.write(renderCheckLine(call.io, line));
    }
    if (call.options["json"] === true) call.io.write(`${JSON.stringify(lines, undefined, 2)}\n`);
    else call.io.write(summarizeChecks(call.io, lines));
    return lines.some(({ status }) => status === "problem") ? 1 : 0;
  },
};

/** Yields each part when it is done, so that nobody waits before an empty screen. */
async function* runChecks(call: CommandCall): AsyncGenerator<readonly CheckLine[]> {
  const { io, options } = call;
  const settings = await readCdkSettings(io.folder);
  if (isAwsChosen(options)) {
    yield* runDeployedChecks(call);
    return;
  }
  const token = await findAccessToken(io);
  const hubspot = openHubSpot(call, token, settings.exclusionProperty);
  yield await checkHubSpot({ io, hubspot, settings });
  yield checkWebhooks({});
  if (options["url"] !== undefined) yield await checkRecords(io, await openRecords(io, options));
}

async function* runDeployedChecks(call: CommandCall): AsyncGenerator<readonly CheckLine[]> {
  const { io, options } = call;
  const settings = await readCdkSettings(io.folder);
  const deployment = await openDeployment(io, options);
  yield [note("stack", `${deployment.outputs.stackName} in ${deployment.account.identity.region}`)];
  yield await checkDeployment({ io, deployment, settings });
  let token: string | undefined;
  try {
    token = await readAccessToken(deployment);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    yield [problem("token", "HubSpot was not asked: there is no access token to ask with", error.message)];
  }
  if (token !== undefined) {
    yield await checkHubSpot({ io, hubspot: openHubSpot(call, token, settings.exclusionProperty), settings });
  }
  try {
    yield await checkRecords(io, openDeployedRecords(deployment));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    yield describeSilentRecords(error.message);
  }
}
