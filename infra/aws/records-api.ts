import { Duration } from "aws-cdk-lib";
import { HttpIamAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { ENV } from "../../lib/contract.ts";
import type { ChangeQueue } from "./change-queue.ts";
import { HttpDoor } from "./http-door.ts";
import type { RecordTable } from "./record-table.ts";
import { buildPassEnvironment, type RuleEnvironment } from "./rule-environment.ts";
import { SyncFunction } from "./sync-function.ts";

export interface RecordsApiProps {
  readonly changes: ChangeQueue;
  readonly passQueue: Queue;
  readonly records: RecordTable;
  readonly shared: RuleEnvironment;
}

/** The records API: every request is signed with the caller's own AWS credentials. */
export class RecordsApi extends Construct {
  readonly door: HttpDoor;
  readonly api: SyncFunction;

  constructor(scope: Construct, id: string, { changes, passQueue, records, shared }: RecordsApiProps) {
    super(scope, id);
    this.api = new SyncFunction(this, "Function", {
      file: "records-api",
      description: "Shows records and why they are as they are; changes what ZEP owns",
      // API Gateway itself gives up after thirty.
      timeout: Duration.seconds(29),
      memoryMegabytes: 1024,
      environment: {
        ...buildPassEnvironment(shared, passQueue.queueUrl),
        [ENV.deadLetterQueueUrl]: changes.deadLetterQueue.queueUrl,
        [ENV.timeZone]: shared.settings.reconcileTimeZone,
      },
    });
    records.grantStore(this.api);
    records.grantPassesAndLists(this.api);
    this.api.allow(["sqs:SendMessage"], [changes.queue.queueArn, passQueue.queueArn]);
    this.api.allow(["sqs:GetQueueAttributes"], [changes.queue.queueArn, changes.deadLetterQueue.queueArn]);
    this.api.allow(["secretsmanager:GetSecretValue"], [shared.accessToken.secretArn]);
    this.door = new HttpDoor(this, "Door", {
      throttle: { rateLimit: 20, burstLimit: 40 },
      defaultAuthorizer: new HttpIamAuthorizer(),
      defaultIntegration: new HttpLambdaIntegration("Serve", this.api.lambda),
    });
  }
}
