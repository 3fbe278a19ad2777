import { Duration } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Construct } from "constructs";
import { QUEUE } from "../../lib/contract.ts";
import type { ChangeQueue } from "./change-queue.ts";
import type { RecordTable } from "./record-table.ts";
import { buildWorkerEnvironment, type RuleEnvironment } from "./rule-environment.ts";
import { SyncFunction } from "./sync-function.ts";

export interface ChangeWorkerProps {
  readonly changes: ChangeQueue;
  readonly records: RecordTable;
  readonly shared: RuleEnvironment;
  readonly timeout: Duration;
}

/** process-changes behind the change queue. */
export class ChangeWorker extends Construct {
  readonly worker: SyncFunction;

  constructor(scope: Construct, id: string, { changes, records, shared, timeout }: ChangeWorkerProps) {
    super(scope, id);
    this.worker = new SyncFunction(this, "Worker", {
      file: "process-changes",
      description: "Re-reads changed objects from HubSpot and writes the records",
      timeout,
      handsBack: true,
      memoryMegabytes: 1024,
      environment: buildWorkerEnvironment(shared),
    });
    records.grantStore(this.worker);
    this.worker.allow(["sqs:SendMessage"], [changes.queue.queueArn]);
    this.worker.allow(["secretsmanager:GetSecretValue"], [shared.accessToken.secretArn]);
    this.worker.lambda.addEventSource(
      new SqsEventSource(changes.queue, {
        batchSize: QUEUE.batchSize,
        maxBatchingWindow: Duration.seconds(QUEUE.batchWindowSeconds),
        // HubSpot's limit, not our speed, bounds the throughput; two is the least that SQS accepts.
        maxConcurrency: 2,
        reportBatchItemFailures: true,
      }),
    );
  }
}
