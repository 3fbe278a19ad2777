import { Validations } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import { type AlarmSpec, listAlarms, type Watched } from "./alarm-list.ts";

export interface AlarmsProps extends Watched {
  /** Empty when nobody is to be told. */
  readonly email: string;
}

/** The alarms, their topic and who is told. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { email, ...watched }: AlarmsProps) {
    super(scope, id);
    this.topic = new Topic(this, "Topic", { displayName: "HubSpot to ZEP", enforceSSL: true });
    Validations.of(this.topic).acknowledge({
      id: "Serverless-SNSRedrivePolicy",
      reason: "The only subscriber is a mailbox; the alarm's state in CloudWatch is what counts.",
    });
    if (email !== "") this.topic.addSubscription(new EmailSubscription(email));
    this.alarms = listAlarms(this, watched).map((spec) => this.createAlarm(spec));
  }

  private createAlarm({ id, meaning, metric, threshold, periods = 1, isSilenceBad = false }: AlarmSpec): Alarm {
    const alarm = new Alarm(this, id, {
      alarmDescription: `${meaning} What to do: README.md#${runbookAnchor(id)}`,
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: isSilenceBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    const tell = new SnsAction(this.topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
    return alarm;
  }
}

/** Heading of an alarm's section in the README's runbook, as a link: `TokenRejected` has `runbook-token-rejected`. */
export function runbookAnchor(alarmId: string): string {
  return `runbook${alarmId.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}
