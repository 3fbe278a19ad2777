import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type Message,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { sendRequest } from "./queue-failure.ts";

/** Messages that SQS hands out at once. */
const MESSAGES_PER_RECEIVE = 10;

interface Redrive {
  readonly client: Pick<SQSClient, "send">;
  readonly deadLetterQueueUrl: string;
  readonly queueUrl: string;
  /** Most messages to move. */
  readonly limit: number;
  /** Told after every few messages how many are moved so far. */
  readonly onProgress?: (moved: number) => void;
}

/**
 * Moves messages from the dead-letter queue back to their queue and answers how many. Each is sent before it is deleted:
 * a crash in between leaves it in both, and a duplicate does no harm.
 * @throws RetryableError
 */
export async function redriveDeadLetters(redrive: Redrive): Promise<number> {
  const { client, deadLetterQueueUrl, limit, onProgress } = redrive;
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
    await Promise.all(messages.map((message) => moveMessage(redrive, message)));
    moved += messages.length;
    onProgress?.(moved);
  }
  return moved;
}

async function moveMessage(
  { client, deadLetterQueueUrl, queueUrl }: Redrive,
  { Body: body, ReceiptHandle: receiptHandle }: Message,
): Promise<void> {
  const send = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body });
  await sendRequest("SendMessage", () => client.send(send));
  const remove = new DeleteMessageCommand({ QueueUrl: deadLetterQueueUrl, ReceiptHandle: receiptHandle });
  await sendRequest("DeleteMessage", () => client.send(remove));
}
