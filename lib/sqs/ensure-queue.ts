import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { QUEUE } from "../contract.ts";
import { sendRequest } from "./queue-failure.ts";

/** A queue to create locally. */
export interface QueueToEnsure {
  readonly queueName: string;
  readonly deadLetterQueueName: string;
  readonly delaySeconds: number;
  readonly visibilityTimeoutSeconds: number;
}

/**
 * Creates a queue and its dead-letter queue if they are missing. Only used locally; in AWS the deployment does it.
 * @throws RetryableError
 */
export async function ensureQueue(
  client: Pick<SQSClient, "send">,
  queue: QueueToEnsure,
): Promise<{ readonly queueUrl: string; readonly deadLetterQueueUrl: string }> {
  const deadLetterQueueUrl = await createQueue(client, queue.deadLetterQueueName, {});
  const deadLetterTargetArn = await readArn(client, deadLetterQueueUrl);
  const queueUrl = await createQueue(client, queue.queueName, {
    DelaySeconds: String(queue.delaySeconds),
    VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: QUEUE.maxReceives }),
  });
  return { queueUrl, deadLetterQueueUrl };
}

async function createQueue(
  client: Pick<SQSClient, "send">,
  name: string,
  attributes: Record<string, string>,
): Promise<string> {
  const command = new CreateQueueCommand({ QueueName: name, Attributes: attributes });
  const { QueueUrl: url } = await sendRequest("CreateQueue", () => client.send(command));
  if (url === undefined) throw new Error(`CreateQueue answered no URL for ${name}`);
  return url;
}

async function readArn(client: Pick<SQSClient, "send">, queueUrl: string): Promise<string> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["QueueArn"] });
  const { Attributes: attributes } = await sendRequest("GetQueueAttributes", () => client.send(command));
  const arn = attributes?.["QueueArn"];
  if (arn === undefined) throw new Error(`GetQueueAttributes answered no ARN for ${queueUrl}`);
  return arn;
}
