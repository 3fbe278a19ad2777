import type { AwsAccount } from "../aws/aws-account.ts";
import { callQuery, readPairs } from "../aws/query-service.ts";
import { note, ok, problem, type CheckLine } from "./check-line.ts";

/** Who listens to the alarms. */
export interface AlarmFacts {
  readonly confirmed: number;
  readonly pending: number;
}

/** Whether anybody is told when an alarm goes off. */
export function checkAlarms({ confirmed, pending }: AlarmFacts): readonly CheckLine[] {
  if (pending > 0) {
    const remedy =
      'Open the mail "AWS Notification - Subscription Confirmation" and follow its link; `npx cdk deploy` after removing and setting alarmEmail again sends a new one.';
    return [problem("alarms", "the subscription to the alarms was not confirmed, so nobody is told", remedy)];
  }
  if (confirmed > 0) return [ok("alarms", `${confirmed === 1 ? "one address is" : `${confirmed} are`} told of alarms`)];
  return [note("alarms", "nobody is told of alarms", "Set alarmEmail in cdk.json and run `npx cdk deploy`.")];
}

/**
 * Counts the subscriptions of a topic.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
 * @throws AwsRefusal
 */
export async function readAlarmFacts(account: AwsAccount, topicArn: string): Promise<AlarmFacts> {
  const xml = await callQuery(account, { service: "sns", action: "GetTopicAttributes", input: { TopicArn: topicArn } });
  const attributes = readPairs(xml, { element: "entry", key: "key", value: "value" });
  const count = (name: string): number => Number(attributes.get(name) ?? 0);
  return { confirmed: count("SubscriptionsConfirmed"), pending: count("SubscriptionsPending") };
}
