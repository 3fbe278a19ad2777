import { Duration } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { QUEUE } from "../../lib/contract.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";

/** The change queue and the dead-letter queue for what could not be processed. */
export class ChangeQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  /** @param workerTimeout the time process-changes has for one batch */
  constructor(scope: Construct, id: string, { workerTimeout }: { readonly workerTimeout: Duration }) {
    super(scope, id);
    this.deadLetterQueue = new DeadLetterQueue(this, "DeadLetters");
    this.queue = new Queue(this, "Changes", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deliveryDelay: Duration.seconds(QUEUE.deliveryDelaySeconds),
      // Six times, as Lambda asks: throttled pollers may hold a message for several timeouts before it is tried.
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      visibilityTimeout: Duration.seconds(6 * workerTimeout.toSeconds()),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: QUEUE.maxReceives },
    });
  }
}
