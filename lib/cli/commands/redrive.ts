import type { SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { redriveDeadLetters } from "../../sqs/redrive-dead-letters.ts";
import { AWS_OPTIONS, openDeployment, type Deployment } from "../aws/deployment.ts";
import { parseOptions, printResult, type Command, type CommandCall } from "../command.ts";

const DEFAULT_LIMIT = 10_000;

const redriveOptions = z.looseObject({
  limit: z.coerce
    .number("expected a whole number from 1")
    .int("expected a whole number from 1")
    .min(1, "expected a whole number from 1")
    .default(DEFAULT_LIMIT),
});

/** The queues whose given-up messages go back, and what their messages are of. */
const QUEUES = [
  { of: "changes", queue: "changeQueueUrl", deadLetters: "deadLetterQueueUrl" },
  { of: "passes", queue: "passQueueUrl", deadLetters: "passDeadLetterQueueUrl" },
] as const;

type Moved = Readonly<Record<(typeof QUEUES)[number]["of"], number>>;

/** Moves given-up messages back. */
export const REDRIVE: Command = {
  name: "redrive",
  summary: "Moves given-up changes and passes on AWS back to their queues, to be processed again.",
  options: [
    ["--limit <count>", `most messages to move from each queue (default: ${DEFAULT_LIMIT})`],
    ["--aws", "always so"],
    ...AWS_OPTIONS,
  ],
  examples: ["npx hubspot-zep redrive", "npx hubspot-zep redrive --limit 10 --profile production"],
  run: redrive,
};

async function redrive(call: CommandCall): Promise<void> {
  const { limit } = parseOptions(redriveOptions, call.options);
  const deployment = await openDeployment(call.io, call.options);
  const client = await openSqs(deployment);
  try {
    const moved = { changes: 0, passes: 0 };
    for (const { of, queue, deadLetters } of QUEUES) {
      moved[of] = await redriveDeadLetters({
        client,
        queueUrl: deployment.outputs.require(queue),
        deadLetterQueueUrl: deployment.outputs.require(deadLetters),
        limit,
        onProgress: (count) => showProgress(call, `${count} messages of ${of} moved`),
      });
      showProgress(call, "");
    }
    printResult(call, { moved }, () => describeMoved(moved));
  } finally {
    client.destroy();
  }
}

/** Draws the line anew on a terminal; says nothing elsewhere. */
function showProgress({ io, options }: CommandCall, text: string): void {
  if (io.isTerminal && options["json"] !== true) io.write(`\r\u001B[K${text}`);
}

async function openSqs({ account }: Deployment): Promise<SQSClient> {
  // Loaded here, for the other commands do without.
  const { SQSClient: Client } = await import("@aws-sdk/client-sqs");
  const { region, ...credentials } = account.identity;
  return new Client({ region, credentials, endpoint: account.endpointOf("sqs") });
}

function describeMoved({ changes, passes }: Moved): string {
  if (changes + passes === 0) return "Nothing was given up: the dead-letter queues are empty.\n";
  const parts = [
    ...(changes > 0 ? [`${changes} ${changes === 1 ? "message" : "messages"} of changes`] : []),
    ...(passes > 0 ? [`${passes} ${passes === 1 ? "message" : "messages"} of passes`] : []),
  ];
  return `Moved ${parts.join(" and ")} back. Watch: npx hubspot-zep health --aws\n`;
}
