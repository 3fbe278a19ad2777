import type { Deployment } from "../aws/deployment.ts";
import { readCdkSettings } from "../cdk-settings.ts";
import { CliError } from "../cli-error.ts";
import type { CliIo } from "../cli-io.ts";
import { announce, say } from "./narration.ts";
import { findDeployment, type PreparedAws } from "./prepare-aws.ts";

/**
 * Shows what would change on AWS, asks, and deploys.
 * @throws CliError when there is no stack in the end
 */
export async function deployStack(io: CliIo, aws: PreparedAws): Promise<Deployment> {
  announce(io, "Deployment");
  const { dealStages, exclusionProperty, exclusionValues, alarmEmail } = await readCdkSettings(io.folder);
  say(
    io,
    `Settings: dealStages ${JSON.stringify(dealStages)}, exclusionProperty "${exclusionProperty}" (${exclusionValues.join(", ")}), alarmEmail ${JSON.stringify(alarmEmail)}.`,
    `\`${aws.cdk.spell(["diff"])}\` shows what would change on AWS; it changes nothing:`,
  );
  await aws.cdk.run(["diff"]);
  say(io, `\`${aws.cdk.spell(["deploy"])}\` carries that out. The table and the secrets stay even if the stack goes.`);
  const isThere = aws.deployment !== undefined;
  if (isThere) say(io, "`npx hubspot-zep preview --aws` names the records that other settings would change.");
  if (await io.prompts.confirm(isThere ? "Deploy these changes?" : "Deploy now?", true)) {
    // The changes were shown and agreed to just now.
    await aws.cdk.run(["deploy", "--require-approval", "never"]);
  }
  const deployment = await findDeployment(aws.account, aws.stackName);
  if (deployment !== undefined) return deployment;
  throw new CliError(`Stopped: ${aws.stackName} is not deployed. Run setup again when it may be.`);
}
