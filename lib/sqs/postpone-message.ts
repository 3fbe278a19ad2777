import { ChangeMessageVisibilityCommand } from "@aws-sdk/client-sqs";
import type { QueueAddress } from "./change-queue.ts";
import { sendRequest } from "./queue-failure.ts";

/** Has a received message shown again after so many seconds. @throws RetryableError */
export type PostponeMessage = (receiptHandle: string, delaySeconds: number) => Promise<void>;

/** Creates the way to postpone messages of a queue whose own time would be too long for a first retry. */
export function createPostponement({ client, queueUrl }: QueueAddress): PostponeMessage {
  return async (receiptHandle, delaySeconds) => {
    const command = new ChangeMessageVisibilityCommand({
      QueueUrl: queueUrl,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: delaySeconds,
    });
    await sendRequest("ChangeMessageVisibility", () => client.send(command));
  };
}
