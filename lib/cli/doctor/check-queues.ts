import * as z from "zod";
import type { AwsAccount } from "../aws/aws-account.ts";
import { ok, problem, type CheckLine } from "./check-line.ts";

/** How many messages wait. */
export interface QueueFacts {
  readonly changes: number;
  readonly deadChanges: number;
  readonly deadPasses: number;
}

/** More than this many deliveries in line say that the worker does not keep up. */
const BACKLOG = 10_000;

/** Whether changes flow and none was given up. */
export function checkQueues({ changes, deadChanges, deadPasses }: QueueFacts): readonly CheckLine[] {
  const look =
    "Look at its reasons with `npx hubspot-zep list --state failing --aws`, mend them, then `npx hubspot-zep redrive`.";
  return [
    changes > BACKLOG
      ? problem(
          "queue",
          `${changes} deliveries are in line`,
          "See whether process-changes fails, or HubSpot's limit holds it back (dashboard).",
        )
      : ok("queue", `${changes} ${changes === 1 ? "delivery is" : "deliveries are"} in line`),
    deadChanges > 0
      ? problem(
          "dead letters",
          `${deadChanges} ${deadChanges === 1 ? "message of changes was" : "messages of changes were"} given up`,
          look,
        )
      : ok("dead letters", "no change was given up"),
    ...(deadPasses > 0
      ? [
          problem(
            "dead letters",
            `${deadPasses} passes were given up`,
            "Mend what `doctor` and reconcile's log say, then run `npx hubspot-zep reconcile --aws`.",
          ),
        ]
      : []),
  ];
}

const attributes = z.looseObject({
  Attributes: z.looseObject({
    ApproximateNumberOfMessages: z.coerce.number(),
    ApproximateNumberOfMessagesNotVisible: z.coerce.number(),
    ApproximateNumberOfMessagesDelayed: z.coerce.number(),
  }),
});

/**
 * Counts the messages of a queue: waiting, in flight and delayed.
 * @throws AwsRefusal
 */
export async function countMessages(account: AwsAccount, queueUrl: string): Promise<number> {
  const names = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
  ];
  const { Attributes: counts } = await account.call(
    { service: "sqs", action: "GetQueueAttributes", input: { QueueUrl: queueUrl, AttributeNames: names } },
    attributes,
  );
  return (
    counts.ApproximateNumberOfMessages +
    counts.ApproximateNumberOfMessagesNotVisible +
    counts.ApproximateNumberOfMessagesDelayed
  );
}
