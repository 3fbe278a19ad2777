import { Duration, TimeZone } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Schedule, ScheduleExpression, ScheduleTargetInput } from "aws-cdk-lib/aws-scheduler";
import { SqsSendMessage } from "aws-cdk-lib/aws-scheduler-targets";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { ChangeQueue } from "./change-queue.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import type { RecordTable } from "./record-table.ts";
import { buildPassEnvironment, type RuleEnvironment } from "./rule-environment.ts";
import { SyncFunction } from "./sync-function.ts";

export interface NightlyPassProps {
  readonly changes: ChangeQueue;
  readonly records: RecordTable;
  readonly shared: RuleEnvironment;
}

/** The longest that Lambda allows. */
const TIMEOUT = Duration.minutes(15);

/**
 * reconcile behind a queue of its own. A pass that outlasts an invocation stores its checkpoint and sends itself the
 * next message; one that crashes comes back when its message becomes visible again. A queue does this in every region,
 * costs nothing while idle, and runs in a test as it runs here. Durable functions are not offered in every region, and
 * Step Functions would keep the pass' progress in a second place beside its checkpoint.
 */
export class NightlyPass extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  readonly reconciler: SyncFunction;
  readonly schedule: Schedule;

  constructor(scope: Construct, id: string, props: NightlyPassProps) {
    super(scope, id);
    this.deadLetterQueue = new DeadLetterQueue(this, "DeadLetters");
    this.queue = new Queue(this, "Passes", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // One minute past the timeout, and not six times it: nobody should wait 90 minutes for a crashed pass to go on,
      // and a message seen twice does no harm, for the pass takes a lease in the table.
      visibilityTimeout: TIMEOUT.plus(Duration.minutes(1)),
      retentionPeriod: Duration.days(1),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: 5 },
    });
    this.reconciler = this.createReconciler(props);
    this.schedule = this.createSchedule(props.shared);
  }

  private createReconciler({ changes, records, shared }: NightlyPassProps): SyncFunction {
    const reconciler = new SyncFunction(this, "Reconciler", {
      file: "reconcile",
      description: "Compares all of HubSpot with all records and repairs what differs",
      timeout: TIMEOUT,
      handsBack: true,
      memoryMegabytes: 1024,
      environment: buildPassEnvironment(shared, this.queue.queueUrl),
    });
    records.grantStore(reconciler);
    records.grantPassesAndLists(reconciler);
    reconciler.allow(["sqs:SendMessage"], [changes.queue.queueArn, this.queue.queueArn]);
    reconciler.allow(["secretsmanager:GetSecretValue"], [shared.accessToken.secretArn]);
    // Two is the least that SQS accepts; the lease lets only one of them work. Reserved concurrency of one would do it
    // too, and would make the deployment fail in accounts with the initial limit of ten.
    reconciler.lambda.addEventSource(
      new SqsEventSource(this.queue, { batchSize: 1, maxConcurrency: 2, reportBatchItemFailures: true }),
    );
    return reconciler;
  }

  private createSchedule({ settings }: RuleEnvironment): Schedule {
    return new Schedule(this, "Schedule", {
      description: "Starts the nightly pass",
      schedule: ScheduleExpression.expression(settings.reconcileSchedule, TimeZone.of(settings.reconcileTimeZone)),
      target: new SqsSendMessage(this.queue, {
        input: ScheduleTargetInput.fromObject({ start: true, cause: "schedule" }),
        retryAttempts: 10,
        maxEventAge: Duration.hours(2),
        deadLetterQueue: this.deadLetterQueue,
      }),
    });
  }
}
