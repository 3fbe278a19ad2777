import type { Deployment } from "../aws/deployment.ts";
import { readStoredSecret } from "../aws/stored-secret.ts";
import type { CliIo } from "../cli-io.ts";
import { checkAlarms, readAlarmFacts } from "./check-alarms.ts";
import { guardCheck, type CheckLine } from "./check-line.ts";
import { checkQueues, countMessages } from "./check-queues.ts";
import { checkSchedule, readScheduleFacts } from "./check-schedule.ts";
import { checkSecrets } from "./check-secrets.ts";
import { checkStack } from "./check-stack.ts";
import { checkBackups, checkTable, readIsRecoverable, readTableFacts } from "./check-table.ts";
import { checkWebhookDoor, probeWebhookDoor } from "./check-webhook-door.ts";

const AWS_REMEDY = "Run `npx cdk deploy` again, and look at https://health.aws.amazon.com/health/status.";

/** All checks of what stands on AWS. Each one stands alone: whatever fails leaves the others their say. */
export async function checkDeployment(
  io: Pick<CliIo, "fetch">,
  { account, outputs }: Deployment,
): Promise<readonly CheckLine[]> {
  const checks: readonly (readonly [check: string, run: () => Promise<readonly CheckLine[]>])[] = [
    ["secrets", async () => checkSecrets(await countSecrets({ account, outputs }))],
    ["door", () => knock(io, outputs.require("webhookUrl"))],
    ["queue", async () => checkQueues(await countQueues({ account, outputs }))],
    ["table", async () => checkTable(await readTableFacts(account, outputs.require("tableName")))],
    ["backups", async () => checkBackups(await readIsRecoverable(account, outputs.require("tableName")))],
    ["schedule", async () => checkSchedule(await readScheduleFacts(account, outputs.require("scheduleName")))],
    ["alarms", async () => checkAlarms(await readAlarmFacts(account, outputs.require("alarmTopicArn")))],
  ];
  const lines: CheckLine[] = [...checkStack(outputs, account.identity.region)];
  for (const [check, run] of checks) lines.push(...(await guardCheck(check, AWS_REMEDY, run)));
  return lines;
}

async function knock(io: Pick<CliIo, "fetch">, webhookUrl: string): Promise<readonly CheckLine[]> {
  return checkWebhookDoor(webhookUrl, await probeWebhookDoor(io, webhookUrl));
}

async function countSecrets({ account, outputs }: Deployment): Promise<Parameters<typeof checkSecrets>[0]> {
  const accessTokens = await readStoredSecret(account, outputs.require("accessTokenArn"));
  const clientSecrets = await readStoredSecret(account, outputs.require("clientSecretArn"));
  return { accessTokens: accessTokens.length, clientSecrets: clientSecrets.length };
}

async function countQueues({ account, outputs }: Deployment): Promise<Parameters<typeof checkQueues>[0]> {
  return {
    changes: await countMessages(account, outputs.require("changeQueueUrl")),
    deadChanges: await countMessages(account, outputs.require("deadLetterQueueUrl")),
    deadPasses: await countMessages(account, outputs.require("passDeadLetterQueueUrl")),
  };
}
