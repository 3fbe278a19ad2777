import { Duration } from "aws-cdk-lib";
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryWidget,
  SingleValueWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { METRICS } from "../../lib/contract.ts";
import type { Watched } from "./alarm-list.ts";
import type { Alarms } from "./alarms.ts";
import { syncMetric } from "./sync-metrics.ts";

export interface OperationsDashboardProps extends Watched {
  readonly alarms: Alarms;
}

const DAY = Duration.days(1);

/** One screen that answers: is anything wrong, is it keeping up, what did the last passes find. */
export class OperationsDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: OperationsDashboardProps) {
    super(scope, id);
    this.dashboard = new Dashboard(this, "Dashboard", {
      defaultInterval: Duration.days(3),
      widgets: [
        [new AlarmStatusWidget({ title: "Alarms", alarms: [...props.alarms.alarms], width: 24, height: 4 })],
        this.listFlowWidgets(props),
        this.listHubSpotWidgets(props),
        this.listPassWidgets(),
        [this.createProblemList(props)],
      ],
    });
  }

  private listFlowWidgets({ changeQueue, deadLetterQueues }: OperationsDashboardProps): IWidget[] {
    return [
      graph("Changes", this.metrics(METRICS.changesProcessed, METRICS.changesFailed, METRICS.recordsWritten)),
      graph("Seconds the oldest change has waited", [
        changeQueue.metricApproximateAgeOfOldestMessage(),
        syncMetric(this, METRICS.oldestChangeSeconds, { statistic: "Maximum" }),
      ]),
      graph(
        "Dead letters",
        deadLetterQueues.map((queue) => queue.metricApproximateNumberOfMessagesVisible()),
      ),
    ];
  }

  private listHubSpotWidgets({ functions }: OperationsDashboardProps): IWidget[] {
    return [
      graph("Calls to HubSpot", this.metrics(METRICS.hubspotCalls, METRICS.hubspotRateLimited)),
      graph(
        "Refused at the door",
        this.metrics(METRICS.signatureRejected, METRICS.deliveryTooLarge, METRICS.enqueueFailed, METRICS.unknownEvents),
      ),
      graph(
        "Function errors and throttles",
        functions.flatMap(({ lambda }) => [lambda.metricErrors(), lambda.metricThrottles()]),
      ),
    ];
  }

  private listPassWidgets(): IWidget[] {
    const daily = (metric: string): IMetric => syncMetric(this, metric, { period: DAY });
    const passes = [METRICS.passSucceeded, METRICS.passFailed, METRICS.passStopped, METRICS.passRepaired].map(daily);
    const quota = syncMetric(this, METRICS.hubspotDailyUsedPercent, { statistic: "Maximum" });
    return [
      new SingleValueWidget({ title: "Passes, last day", metrics: passes, period: DAY, width: 16, height: 4 }),
      new SingleValueWidget({ title: "Daily quota, % used", metrics: [quota], width: 8, height: 4 }),
    ];
  }

  private createProblemList({ functions }: OperationsDashboardProps): IWidget {
    return new LogQueryWidget({
      title: "Latest warnings and errors",
      logGroupNames: functions.map(({ logGroup }) => logGroup.logGroupName),
      queryLines: [
        "fields @timestamp, level, function, message, correlationId, errorCode, errorMessage, record.status, record.errorType",
        // Of a function that ran out of time or memory only Lambda itself tells, and without a level.
        // https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#Status
        'filter level in ["WARN", "ERROR", "CRITICAL"] or record.status in ["timeout", "error", "failure"]',
        "sort @timestamp desc",
        "limit 50",
      ],
      width: 24,
      height: 8,
    });
  }

  private metrics(...names: readonly string[]): IMetric[] {
    return names.map((name) => syncMetric(this, name));
  }
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 8, height: 6 });
}
