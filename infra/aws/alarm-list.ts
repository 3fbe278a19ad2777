import { Duration } from "aws-cdk-lib";
import { type IMetric, MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { METRICS } from "../../lib/contract.ts";
import { JUDGED_OVER, syncMetric } from "./sync-metrics.ts";
import type { SyncFunction } from "./sync-function.ts";

/** What is watched. */
export interface Watched {
  readonly changeQueue: Queue;
  readonly deadLetterQueues: readonly Queue[];
  readonly functions: readonly SyncFunction[];
}

export interface AlarmSpec {
  /** PascalCase and permanent; its section of the README's runbook says what it means. */
  readonly id: string;
  readonly metric: IMetric;
  /** Alarms at this value and above. */
  readonly threshold: number;
  /** Periods looked back on. Default 1. */
  readonly periods?: number;
  /** How many of these must be bad. Default all. */
  readonly badPeriods?: number;
  readonly isSilenceBad?: boolean;
}

/**
 * More repairs in one night than this say that the fast path loses changes. An initial import counts as created, not as
 * repaired.
 */
const DRIFT_PER_DAY = 100;
const HOUR = Duration.hours(1);
const DAY = Duration.days(1);

/**
 * A pass speaks once a night, and its word holds until the next one has: without this an alarm would be over, and say so by
 * e-mail, five minutes after it went off.
 */
const UNTIL_NEXT_PASS = { periods: 26, badPeriods: 1 } as const;

/** All alarms. */
export function listAlarms(scope: Construct, watched: Watched): readonly AlarmSpec[] {
  return [
    ...listDoorAlarms(scope),
    ...listQueueAlarms(scope, watched),
    ...listHubSpotAlarms(scope),
    ...listPassAlarms(scope),
  ];
}

function listDoorAlarms(scope: Construct): readonly AlarmSpec[] {
  return [
    {
      id: "SignatureRejected",
      metric: syncMetric(scope, METRICS.signatureRejected),
      threshold: 5,
    },
    {
      id: "EnqueueFailed",
      metric: syncMetric(scope, METRICS.enqueueFailed),
      threshold: 1,
    },
  ];
}

function listQueueAlarms(scope: Construct, watched: Watched): readonly AlarmSpec[] {
  return [
    {
      id: "OldestChange",
      // To SQS a change that was handed back is a new message, so the worker tells how old the change itself is.
      metric: new MathExpression({
        expression: "MAX([FILL(waiting, 0), FILL(handedBack, 0)])",
        label: "age of the oldest change, seconds",
        period: JUDGED_OVER,
        usingMetrics: {
          waiting: watched.changeQueue.metricApproximateAgeOfOldestMessage({ statistic: "Maximum" }),
          handedBack: syncMetric(scope, METRICS.oldestChangeSeconds, { statistic: "Maximum" }),
        },
      }),
      threshold: 15 * 60,
      // Handed back for up to fifteen minutes, a change is not heard of in between.
      periods: 4,
      badPeriods: 1,
    },
    {
      id: "DeadLetters",
      metric: sum(
        watched.deadLetterQueues.map((queue) =>
          queue.metricApproximateNumberOfMessagesVisible({ statistic: "Maximum" }),
        ),
      ),
      threshold: 1,
    },
    {
      id: "RecordsFailing",
      metric: syncMetric(scope, METRICS.recordsFailing, { period: HOUR }),
      threshold: 1,
      ...UNTIL_NEXT_PASS,
    },
    {
      id: "FunctionErrors",
      metric: sum(watched.functions.map(({ lambda }) => lambda.metricErrors())),
      threshold: 1,
    },
    {
      id: "FunctionThrottles",
      metric: sum(watched.functions.map(({ lambda }) => lambda.metricThrottles())),
      threshold: 1,
    },
  ];
}

function listHubSpotAlarms(scope: Construct): readonly AlarmSpec[] {
  return [
    {
      id: "RateLimited",
      metric: new MathExpression({
        // A handful of calls proves nothing.
        expression: "IF(calls > 100, 100 * FILL(limited, 0) / calls, 0)",
        label: "429 answers, % of calls",
        period: JUDGED_OVER,
        usingMetrics: {
          calls: syncMetric(scope, METRICS.hubspotCalls),
          limited: syncMetric(scope, METRICS.hubspotRateLimited),
        },
      }),
      threshold: 5,
      periods: 3,
    },
    {
      id: "DailyQuota",
      metric: syncMetric(scope, METRICS.hubspotDailyUsedPercent, { statistic: "Maximum" }),
      threshold: 80,
    },
    {
      id: "TokenRejected",
      metric: syncMetric(scope, METRICS.tokenRejected),
      threshold: 1,
    },
    {
      id: "StageUnknown",
      metric: syncMetric(scope, METRICS.stageUnknown, { period: HOUR }),
      threshold: 1,
      ...UNTIL_NEXT_PASS,
    },
  ];
}

function listPassAlarms(scope: Construct): readonly AlarmSpec[] {
  return [
    {
      id: "PassFailed",
      metric: syncMetric(scope, METRICS.passFailed, { period: HOUR }),
      threshold: 1,
      ...UNTIL_NEXT_PASS,
    },
    {
      id: "PassStopped",
      metric: syncMetric(scope, METRICS.passStopped, { period: HOUR }),
      threshold: 1,
      ...UNTIL_NEXT_PASS,
    },
    {
      id: "PassMissing",
      metric: new MathExpression({
        expression: "IF(FILL(succeeded, 0) > 0, 0, 1)",
        label: "hours without a successful pass",
        period: HOUR,
        usingMetrics: { succeeded: syncMetric(scope, METRICS.passSucceeded, { period: HOUR }) },
      }),
      threshold: 1,
      periods: 26,
      isSilenceBad: true,
    },
    {
      id: "WebhooksMissing",
      metric: syncMetric(scope, METRICS.webhooksMissing, { period: HOUR }),
      threshold: 1,
      ...UNTIL_NEXT_PASS,
    },
    {
      id: "Drift",
      metric: syncMetric(scope, METRICS.passRepaired, { period: DAY }),
      threshold: DRIFT_PER_DAY + 1,
    },
  ];
}

function sum(metrics: readonly IMetric[]): IMetric {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  return new MathExpression({ expression: `SUM(METRICS())`, label: "total", period: JUDGED_OVER, usingMetrics });
}
