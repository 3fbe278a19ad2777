import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import * as z from "zod";
import type { PassMessage, PassQueue } from "../sync/pass-ports.ts";
import type { QueueAddress } from "./change-queue.ts";
import { sendRequest } from "./queue-failure.ts";

const passMessage = z.union([
  z.object({ passId: z.string().min(1), handedBy: z.string().exactOptional() }),
  z.object({ start: z.literal(true), cause: z.enum(["schedule", "settings"]) }),
]);

/** Creates the queue that carries a pass from one invocation to the next. */
export function createPassQueue({ client, queueUrl }: QueueAddress): PassQueue {
  return {
    send: async (message, delaySeconds) => {
      const command = new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(message),
        ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
      });
      await sendRequest("SendMessage", () => client.send(command));
    },
  };
}

/**
 * What the messages of a batch ask for.
 * @throws Error when a message is not one of this queue
 */
export function parsePassEvent(event: SQSEvent): readonly PassMessage[] {
  return event.Records.map(({ body }) => passMessage.parse(JSON.parse(body)));
}
