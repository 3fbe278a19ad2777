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
  return [checkBacklog(changes), ...checkDeadLetters(deadChanges, deadPasses)];
}

function checkBacklog(changes: number): CheckLine {
  const finding = `${changes} ${changes === 1 ? "delivery is" : "deliveries are"} in line`;
  if (changes <= BACKLOG) return ok("queue", finding);
  const remedy =
    "An import drains by itself. Otherwise the lines below, or process-changes' log, tell what holds it back.";
  return problem("queue", finding, remedy);
}

function checkDeadLetters(deadChanges: number, deadPasses: number): readonly CheckLine[] {
  if (deadChanges + deadPasses === 0) return [ok("dead letters", "no change and no pass was given up")];
  const redrive = "then `npx hubspot-zep redrive --aws`.";
  const ofChanges = `${deadChanges} ${deadChanges === 1 ? "message of changes was" : "messages of changes were"} given up`;
  const ofPasses = `${deadPasses} ${deadPasses === 1 ? "message of a pass was" : "messages of passes were"} given up`;
  const look = "`npx hubspot-zep health --aws` names failing records with their reasons: mend those,";
  return [
    ...(deadChanges > 0 ? [problem("dead letters", ofChanges, `${look} ${redrive}`)] : []),
    ...(deadPasses > 0 ? [problem("dead letters", ofPasses, `Mend what the log of reconcile says, ${redrive}`)] : []),
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
