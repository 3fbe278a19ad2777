import { join } from "node:path";
import { APP_FOLDER, readAppFolder } from "../app-folder.ts";
import type { Deployment } from "../aws/deployment.ts";
import { readStoredSecret } from "../aws/stored-secret.ts";
import type { CdkSettings } from "../cdk-settings.ts";
import type { CliIo } from "../cli-io.ts";
import { guardCheck, type CheckLine } from "./check-line.ts";
import { checkQueues, countMessages } from "./check-queues.ts";
import { checkSchedule, readScheduleFacts } from "./check-schedule.ts";
import { checkSecrets } from "./check-secrets.ts";
import { checkTable, readTableFacts } from "./check-table.ts";
import { checkWebhookDoor, probeWebhookDoor } from "./check-webhook-door.ts";
import { checkWebhooks } from "./check-webhooks.ts";

/** What the AWS part of the doctor looks at. */
export interface DeploymentSubject {
  readonly io: CliIo;
  readonly deployment: Deployment;
  readonly settings: CdkSettings;
}

const AWS_REMEDY = "Run `npx cdk deploy` again, or use credentials that may read this.";

/** All checks of what stands on AWS. */
export async function checkDeployment(subject: DeploymentSubject): Promise<readonly CheckLine[]> {
  const { io, deployment } = subject;
  const { account, outputs } = deployment;
  const webhookUrl = outputs.require("webhookUrl");
  return [
    ...(await guardCheck("secrets", AWS_REMEDY, async () => checkSecrets(await countSecrets(deployment)))),
    ...(await guardCheck("webhooks", AWS_REMEDY, () => checkApp(subject))),
    ...checkWebhookDoor(webhookUrl, await probeWebhookDoor(io, webhookUrl)),
    ...(await guardCheck("queue", AWS_REMEDY, async () => checkQueues(await countQueues(deployment)))),
    ...(await guardCheck("table", AWS_REMEDY, async () =>
      checkTable(await readTableFacts(account, outputs.require("tableName"))),
    )),
    ...(await guardCheck("schedule", AWS_REMEDY, async () =>
      checkSchedule(await readScheduleFacts(account, outputs.require("scheduleName"))),
    )),
  ];
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

async function checkApp({ io, deployment, settings }: DeploymentSubject): Promise<readonly CheckLine[]> {
  const webhookUrl = deployment.outputs.require("webhookUrl");
  const app = await readAppFolder(join(io.folder, APP_FOLDER), settings.exclusionProperty);
  if (app === undefined) return checkWebhooks({ webhookUrl });
  return checkWebhooks({ webhookUrl, appTargetUrl: app.targetUrl, isAppCurrent: app.isCurrent });
}
