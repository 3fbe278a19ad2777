import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { sendRequest } from "./queue-failure.ts";

/** Messages that SQS hands out at once. */
const MESSAGES_PER_RECEIVE = 10;

interface Redrive {
  readonly client: Pick<SQSClient, "send">;
  readonly deadLetterQueueUrl: string;
  readonly queueUrl: string;
  /** Most messages to move. */
  readonly limit: number;
}

/**
 * Moves messages from the dead-letter queue back to their queue and answers how many. Each is sent before it is deleted:
 * a crash in between leaves it in both, and a duplicate does no harm.
 * @throws RetryableError
 */
export async function redriveDeadLetters({ client, deadLetterQueueUrl, queueUrl, limit }: Redrive): Promise<number> {
  let moved = 0;
  while (moved < limit) {
    const receive = new ReceiveMessageCommand({
      QueueUrl: deadLetterQueueUrl,
      MaxNumberOfMessages: Math.min(MESSAGES_PER_RECEIVE, limit - moved),
      // Asks all of SQS's servers; without waiting, a few messages may look like none.
      WaitTimeSeconds: 1,
    });
    const { Messages: messages = [] } = await sendRequest("ReceiveMessage", () => client.send(receive));
    if (messages.length === 0) return moved;
    for (const { Body: body, ReceiptHandle: receiptHandle } of messages) {
      const send = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body });
      await sendRequest("SendMessage", () => client.send(send));
      const remove = new DeleteMessageCommand({ QueueUrl: deadLetterQueueUrl, ReceiptHandle: receiptHandle });
      await sendRequest("DeleteMessage", () => client.send(remove));
      moved += 1;
    }
  }
  return moved;
}
