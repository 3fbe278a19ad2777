import { readAccessToken } from "../aws/deployed-token.ts";
import { chooseStackName, openAwsAccount, type Deployment } from "../aws/deployment.ts";
import { readStackOutputs } from "../aws/stack-outputs.ts";
import type { HealthAnswer } from "../api-answers.ts";
import { readCdkSettings, type CdkSettings } from "../cdk-settings.ts";
import { CliError } from "../cli-error.ts";
import type { CommandCall } from "../command.ts";
import { chooseHubSpotUrl, openHubSpot, readGivenToken } from "../open-hubspot.ts";
import type { RecordsClient } from "../records-client.ts";
import { isAwsChosen, isTargetNamed, openDeployedRecords, openRecords, spellTarget } from "../target.ts";
import { readAndCheckClock } from "./check-clock.ts";
import { checkDeployment } from "./check-deployment.ts";
import { checkHubSpot } from "./check-hubspot.ts";
import { describeFailure, guardCheck, note, problem, type CheckLine } from "./check-line.ts";
import { checkRecords, describeSilentRecords, readHealth } from "./check-records.ts";
import { checkWebhooks, readWebhookFacts, type WebhookFacts } from "./check-webhooks.ts";

type Lines = AsyncGenerator<readonly CheckLine[]>;

/**
 * Yields what each part of the installation says, as soon as it is known. Whatever fails is a line, and the parts that do
 * not need it still have their say.
 * @throws CliError when cdk.json or an option cannot be read; anything that is a bug
 */
export async function* runChecks(call: CommandCall): Lines {
  const settings = await readCdkSettings(call.io.folder);
  if (isAwsChosen(call.options)) yield* runDeployedChecks(call, settings);
  else yield* runLocalChecks(call, settings);
}

async function* runDeployedChecks(call: CommandCall, settings: CdkSettings): Lines {
  const { io } = call;
  yield await readAndCheckClock(io, chooseHubSpotUrl(call));
  const opened = await openStack(call);
  if ("check" in opened) {
    yield [opened];
    yield await checkTokenIfAny(call, { settings, token: readGivenToken(io) });
    yield await checkApp(call, settings, {});
    return;
  }
  yield await checkDeployment(io, opened);
  const health = await askHealth(() => openDeployedRecords(opened));
  const token = (await findStoredToken(opened)) ?? readGivenToken(io);
  yield await checkTokenIfAny(call, { settings, token, health: health.answer });
  const webhookUrl = opened.outputs.find("webhookUrl");
  yield await checkApp(call, settings, { webhookUrl, hasEvents: health.answer?.lastEventAt !== undefined });
  yield health.answer === undefined
    ? describeSilentRecords(health.silence)
    : checkRecords(health.answer, { nowMs: io.clock.now(), target: spellTarget(call.options) });
}

async function* runLocalChecks(call: CommandCall, settings: CdkSettings): Lines {
  const { io, options } = call;
  const records = await openRecords(io, options);
  const health = await askHealth(() => records);
  const isNamed = isTargetNamed(io, options);
  const token = readGivenToken(io) ?? (await askTokenIfNeeded(call, health.answer));
  // A local stack alone needs nothing from outside this machine.
  if (token !== undefined || health.answer === undefined) yield await readAndCheckClock(io, chooseHubSpotUrl(call));
  yield await checkTokenIfAny(call, { settings, token, health: health.answer });
  yield await checkApp(call, settings, { hasEvents: health.answer?.lastEventAt !== undefined });
  if (health.answer !== undefined)
    yield checkRecords(health.answer, { nowMs: io.clock.now(), target: `--url ${records.url}` });
  else if (isNamed) yield describeSilentRecords(health.silence);
  else yield [note("records", "no local stack is running here", "Start it with `npm start`, or check AWS with --aws.")];
}

/** The stack, or the line that says why there is none to look at. */
async function openStack({ io, options }: CommandCall): Promise<Deployment | CheckLine> {
  let part = "AWS";
  try {
    const account = await openAwsAccount(io, options);
    part = "stack";
    return { account, outputs: await readStackOutputs(account, await chooseStackName(io, options)) };
  } catch (error) {
    return describeFailure(part, error, "Until then doctor can only check HubSpot.");
  }
}

type HealthOutcome =
  | { readonly answer: HealthAnswer; readonly silence?: never }
  | { readonly answer?: never; readonly silence: string };

async function askHealth(open: () => RecordsClient): Promise<HealthOutcome> {
  try {
    return { answer: await readHealth(open()) };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { silence: error.message };
  }
}

/** A local stack has a token of its own, and a simulated portal none that a person would know. */
async function askTokenIfNeeded({ io }: CommandCall, health: HealthAnswer | undefined): Promise<string | undefined> {
  if (health !== undefined || !io.isInteractive) return undefined;
  return (
    (await io.prompts.askSecret("Access token of the HubSpot app (not shown; empty to go on without)")) || undefined
  );
}

/** An empty or unreadable secret has a line of its own. */
async function findStoredToken(deployment: Deployment): Promise<string | undefined> {
  try {
    return await readAccessToken(deployment);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return undefined;
  }
}

async function checkTokenIfAny(
  call: CommandCall,
  {
    settings,
    token,
    health,
  }: {
    readonly settings: CdkSettings;
    readonly token: string | undefined;
    readonly health?: HealthAnswer | undefined;
  },
): Promise<readonly CheckLine[]> {
  const { io } = call;
  if (token !== undefined) {
    const hubspot = openHubSpot(call, token, settings.exclusionProperty);
    const expectedPortalId = health?.portal?.portalId;
    return checkHubSpot({ io, hubspot, settings, ...(expectedPortalId !== undefined && { expectedPortalId }) });
  }
  const finding = "no access token here, so portal, scopes, exclusion property and stages are not checked";
  const remedy = "Set HUBSPOT_ACCESS_TOKEN (`read -rs HUBSPOT_ACCESS_TOKEN && export HUBSPOT_ACCESS_TOKEN`).";
  return [health === undefined ? problem("token", finding, remedy) : note("token", finding, remedy)];
}

function checkApp(
  { io }: CommandCall,
  settings: CdkSettings,
  known: Pick<WebhookFacts, "webhookUrl" | "hasEvents">,
): Promise<readonly CheckLine[]> {
  return guardCheck("webhooks", "Look at the folder's files.", async () =>
    checkWebhooks(await readWebhookFacts(io, settings, known)),
  );
}
