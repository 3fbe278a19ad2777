import { Validations } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import { type AlarmSpec, listAlarms, type Watched } from "./alarm-list.ts";
import { readRunbook } from "./runbook.ts";

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

  private createAlarm({ id, metric, threshold, periods = 1, badPeriods, isSilenceBad = false }: AlarmSpec): Alarm {
    const alarm = new Alarm(this, id, {
      alarmDescription: readRunbook(id),
      metric,
      threshold,
      evaluationPeriods: periods,
      datapointsToAlarm: badPeriods ?? periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: isSilenceBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    const tell = new SnsAction(this.topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
    return alarm;
  }
}
