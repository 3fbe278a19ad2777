import { CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { STACK } from "../../lib/contract.ts";
import { Alarms } from "./alarms.ts";
import { ChangeQueue } from "./change-queue.ts";
import { ChangeWorker } from "./change-worker.ts";
import { HubSpotSecrets } from "./hubspot-secrets.ts";
import { NightlyPass } from "./nightly-pass.ts";
import { OperationsDashboard } from "./operations-dashboard.ts";
import { RecordTable } from "./record-table.ts";
import { RecordsApi } from "./records-api.ts";
import type { DeploymentSettings } from "./settings.ts";
import { SettingsChange } from "./settings-change.ts";
import { WebhookDoor } from "./webhook-door.ts";

export interface SyncStackProps extends StackProps {
  readonly settings: DeploymentSettings;
}

/** 100 deliveries of 100 changes are 100 reads and at most 10,000 writes: half a minute, with room for a slow HubSpot. */
const WORKER_TIMEOUT = Duration.minutes(2);

/** Everything that one HubSpot portal needs. */
export class SyncStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...stackProps }: SyncStackProps) {
    super(scope, id, { description: "HubSpot companies, contacts and deals as ZEP records", ...stackProps });
    const secrets = new HubSpotSecrets(this, "Secrets");
    const records = new RecordTable(this, "RecordTable");
    const changes = new ChangeQueue(this, "ChangeQueue", { workerTimeout: WORKER_TIMEOUT });
    const shared = {
      tableName: records.table.tableName,
      changeQueueUrl: changes.queue.queueUrl,
      accessToken: secrets.accessToken,
      settings,
    };
    const webhook = new WebhookDoor(this, "WebhookDoor", {
      changeQueue: changes.queue,
      clientSecret: secrets.clientSecret,
      publicUrl: settings.publicUrl,
    });
    const { worker } = new ChangeWorker(this, "ChangeWorker", { changes, records, shared, timeout: WORKER_TIMEOUT });
    const pass = new NightlyPass(this, "NightlyPass", { changes, records, shared });
    const api = new RecordsApi(this, "RecordsApi", { changes, records, shared, passQueue: pass.queue });
    new SettingsChange(this, "SettingsChange", {
      settings,
      passQueue: pass.queue,
      after: [worker, pass.reconciler, api.api],
    });

    const watched = {
      changeQueue: changes.queue,
      deadLetterQueues: [changes.deadLetterQueue, pass.deadLetterQueue],
      functions: [webhook.receiver, worker, pass.reconciler, api.api],
    };
    const alarms = new Alarms(this, "Alarms", { ...watched, email: settings.alarmEmail });
    const { dashboard } = new OperationsDashboard(this, "Operations", { ...watched, alarms });

    const { outputs } = STACK;
    const webhookUrl = settings.publicUrl ?? `${webhook.door.url}/webhook`;
    this.tell(outputs.webhookUrl, webhookUrl, "Target URL of the HubSpot app's webhooks");
    this.tell(outputs.recordsApiUrl, api.door.url, "Records API; sign requests with AWS credentials");
    this.tell(outputs.tableName, records.table.tableName, "The records; kept when the stack is destroyed");
    this.tell(outputs.changeQueueUrl, changes.queue.queueUrl, "Changes on their way");
    this.tell(outputs.deadLetterQueueUrl, changes.deadLetterQueue.queueUrl, "Changes given up");
    this.tell(outputs.passQueueUrl, pass.queue.queueUrl, "Starts a pass");
    this.tell(outputs.passDeadLetterQueueUrl, pass.deadLetterQueue.queueUrl, "Passes given up");
    this.tell(outputs.accessTokenArn, secrets.accessToken.secretArn, "Secret of the access token, created empty");
    this.tell(outputs.clientSecretArn, secrets.clientSecret.secretArn, "Secret of the client secret, created empty");
    this.tell(outputs.scheduleName, pass.schedule.scheduleName, "Schedule of the nightly pass");
    this.tell(outputs.alarmTopicArn, alarms.topic.topicArn, "Where alarms are published");
    this.tell(outputs.dashboardUrl, this.dashboardUrl(dashboard.dashboardName), "Everything on one screen");
    this.tell(outputs.nextStep, "npx hubspot-zep secrets, then npx hubspot-zep doctor", "What to do after deploying");
  }

  private tell(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }

  private dashboardUrl(dashboardName: string): string {
    const { region } = this;
    return `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
  }
}
