import { Stack, Validations } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
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
    this.letAlarmsTell();
    if (email !== "") this.topic.addSubscription(new EmailSubscription(email));
    this.alarms = listAlarms(this, watched).map((spec) => this.createAlarm(spec));
  }

  /**
   * A policy of its own, such as `enforceSSL` makes, replaces SNS' default one, by which alarms may publish; CDK's action
   * grants nothing. Without this no mail is ever sent. AWS docs: CloudWatch, notifying users on alarm changes.
   */
  private letAlarmsTell(): void {
    const { account, partition, region } = Stack.of(this);
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        actions: ["sns:Publish"],
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        resources: [this.topic.topicArn],
        conditions: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": `arn:${partition}:cloudwatch:${region}:${account}:alarm:*` },
        },
      }),
    );
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
