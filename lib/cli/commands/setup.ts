import { AWS_OPTIONS } from "../aws/deployment.ts";
import { CliError } from "../cli-error.ts";
import type { Command, CommandCall } from "../command.ts";
import { HUBSPOT_OPTIONS } from "../open-hubspot.ts";
import { chooseAppKind, connectApp } from "../setup/app-kind.ts";
import { chooseAlarmEmail, chooseDealStages, offerExclusionProperty } from "../setup/choose-settings.ts";
import { deployStack } from "../setup/deploy-stack.ts";
import { fillAccessToken, fillClientSecret } from "../setup/fill-secrets.ts";
import { say, STEPS } from "../setup/narration.ts";
import { openPortal } from "../setup/open-portal.ts";
import { prepareAws } from "../setup/prepare-aws.ts";
import { runFirstPass, verify } from "../setup/verify.ts";

/** Walks an admin from nothing to a verified installation. */
export const SETUP: Command = {
  name: "setup",
  summary: "Walks you from nothing to a verified installation; asks before it changes anything, and can be repeated.",
  options: [["--aws", "always so"], ...AWS_OPTIONS, ...HUBSPOT_OPTIONS],
  examples: [
    "npx hubspot-zep setup",
    "npx hubspot-zep setup --profile production --region eu-central-1",
    "npx hubspot-zep setup --stack HubSpotZepSyncBerlin\n      a second portal in the same account",
  ],
  run: setUp,
};

async function setUp(call: CommandCall): Promise<number> {
  const { io, options } = call;
  if (!io.isInteractive || options["json"] === true) {
    throw new CliError(
      "setup asks questions and needs a terminal; in a script run `npx cdk deploy`, `npx hubspot-zep secrets set`, `npx hubspot-zep hubspot-app`, `npx hubspot-zep reconcile --aws` and `npx hubspot-zep doctor --aws` instead.",
    );
  }
  say(
    io,
    `This leads through ${STEPS.length} steps: ${STEPS.join(", ")}.`,
    "Each one looks first at what is done already and says what it will do before it does it. Ctrl-C stops; run it again to go on.",
  );
  const aws = await prepareAws(call);
  const appKind = await chooseAppKind(io, aws.deployment);
  const hubspot = await openPortal(call, { deployment: aws.deployment, appKind });
  await offerExclusionProperty(io, hubspot);
  await chooseDealStages(io, hubspot);
  await chooseAlarmEmail(io);
  const deployment = await deployStack(io, aws);
  await fillAccessToken(io, deployment, hubspot.token);
  await connectApp(io, deployment, appKind);
  await fillClientSecret(io, deployment, appKind);
  await runFirstPass(call, deployment);
  return verify(call, deployment);
}
