import { GetQueueAttributesCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { QUEUE } from "../contract.ts";
import type { ChangeQueue, QueueDepth } from "../sync/ports.ts";
import { encodeMessage } from "./encode-message.ts";
import { sendRequest } from "./queue-failure.ts";

/** A queue and the means to reach it. */
export interface QueueAddress {
  readonly client: Pick<SQSClient, "send">;
  readonly queueUrl: string;
}

/** Creates the change queue on SQS: one request a message. */
export function createChangeQueue({ client, queueUrl }: QueueAddress): ChangeQueue {
  return {
    send: async ({ delaySeconds, ...message }) => {
      if (message.changes.length > QUEUE.changesPerMessage) {
        throw new RangeError(
          `${message.changes.length} changes in a message, expected ${QUEUE.changesPerMessage} at most`,
        );
      }
      const command = new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: encodeMessage(message),
        ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
      });
      await sendRequest("SendMessage", () => client.send(command));
    },
    readDepth: () => readQueueDepth({ client, queueUrl }),
  };
}

/** About how many messages a queue holds. @throws RetryableError */
export async function readQueueDepth({ client, queueUrl }: QueueAddress): Promise<QueueDepth> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: queueUrl,
    AttributeNames: [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesNotVisible",
      "ApproximateNumberOfMessagesDelayed",
    ],
  });
  const { Attributes: counts } = await sendRequest("GetQueueAttributes", () => client.send(command));
  return {
    waiting: Number(counts?.["ApproximateNumberOfMessages"] ?? 0),
    inFlight: Number(counts?.["ApproximateNumberOfMessagesNotVisible"] ?? 0),
    delayed: Number(counts?.["ApproximateNumberOfMessagesDelayed"] ?? 0),
  };
}
