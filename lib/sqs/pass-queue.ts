import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import * as z from "zod";
import type { PassQueue } from "../sync/pass-ports.ts";
import type { QueueAddress } from "./change-queue.ts";
import { sendRequest } from "./queue-failure.ts";

const passMessage = z.object({ passId: z.string().min(1) });

/** Creates the queue that carries a pass from one invocation to the next. */
export function createPassQueue({ client, queueUrl }: QueueAddress): PassQueue {
  return {
    send: async (handOver, delaySeconds) => {
      const command = new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(handOver),
        ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
      });
      await sendRequest("SendMessage", () => client.send(command));
    },
  };
}

/**
 * The passes that the messages of a batch ask for.
 * @throws Error when a message is not one of this queue
 */
export function parsePassEvent(event: SQSEvent): readonly { readonly messageId: string; readonly passId: string }[] {
  return event.Records.map(({ messageId, body }) => ({ messageId, ...passMessage.parse(JSON.parse(body)) }));
}
