import * as z from "zod";
import { redriveDeadLetters } from "../../sqs/redrive-dead-letters.ts";
import { AWS_OPTIONS, openDeployment, type Deployment } from "../aws/deployment.ts";
import { parseOptions, printResult, type Command } from "../command.ts";

const DEFAULT_LIMIT = 10_000;

const redriveOptions = z.looseObject({
  limit: z.coerce.number("expected a number").int().min(1).default(DEFAULT_LIMIT),
});

/** Moves given-up messages back. */
export const REDRIVE: Command = {
  name: "redrive",
  summary: "Moves the messages of AWS' dead-letter queue back to their queue, to be processed again.",
  options: [
    ["--limit <count>", `most messages to move (default: ${DEFAULT_LIMIT})`],
    ["--aws", "always so"],
    ...AWS_OPTIONS,
  ],
  examples: ["hubspot-zep redrive", "hubspot-zep redrive --limit 10 --profile production"],
  run: async (call) => {
    const { limit } = parseOptions(redriveOptions, call.options);
    const deployment = await openDeployment(call.io, call.options);
    const moved = await redriveDeadLetters({ ...(await openQueues(deployment)), limit });
    printResult(call, { moved }, () => describeMoved(moved));
  },
};

async function openQueues({
  account,
  outputs,
}: Deployment): Promise<Omit<Parameters<typeof redriveDeadLetters>[0], "limit">> {
  const { SQSClient } = await import("@aws-sdk/client-sqs");
  const { region, ...credentials } = account.identity;
  return {
    client: new SQSClient({ region, credentials, endpoint: account.endpointOf("sqs") }),
    deadLetterQueueUrl: outputs.require("deadLetterQueueUrl"),
    queueUrl: outputs.require("changeQueueUrl"),
  };
}

function describeMoved(moved: number): string {
  if (moved === 0) return "The dead-letter queue is empty.\n";
  return `Moved ${moved} ${moved === 1 ? "message" : "messages"} back. Watch: npx hubspot-zep health --aws\n`;
}
