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
  /** PascalCase and permanent; in kebab case it is the runbook's anchor. */
  readonly id: string;
  /** What it means, in one sentence. */
  readonly meaning: string;
  readonly metric: IMetric;
  /** Alarms at this value and above. */
  readonly threshold: number;
  /** Periods in a row. */
  readonly periods?: number;
  readonly isSilenceBad?: boolean;
}

/**
 * More repairs in one night than this say that the fast path loses changes. An initial import counts as created, not as
 * repaired.
 */
const DRIFT_PER_DAY = 100;
const HOUR = Duration.hours(1);
const DAY = Duration.days(1);

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
      meaning: "Requests to the webhook URL carry no valid HubSpot signature; if they are HubSpot's, events get lost.",
      metric: syncMetric(scope, METRICS.signatureRejected),
      threshold: 5,
    },
    {
      id: "EnqueueFailed",
      meaning: "SQS did not accept changes; HubSpot repeats the deliveries for a day.",
      metric: syncMetric(scope, METRICS.enqueueFailed),
      threshold: 1,
    },
  ];
}

function listQueueAlarms(scope: Construct, watched: Watched): readonly AlarmSpec[] {
  return [
    {
      id: "OldestChange",
      meaning: "A change has waited for more than fifteen minutes: records are behind HubSpot.",
      metric: watched.changeQueue.metricApproximateAgeOfOldestMessage({ period: JUDGED_OVER, statistic: "Maximum" }),
      threshold: 15 * 60,
    },
    {
      id: "DeadLetters",
      meaning: "Messages were given up and lie in a dead-letter queue, kept for fourteen days.",
      metric: sum(
        watched.deadLetterQueues.map((queue) =>
          queue.metricApproximateNumberOfMessagesVisible({ statistic: "Maximum" }),
        ),
      ),
      threshold: 1,
    },
    {
      id: "RecordsFailing",
      meaning: "Records cannot be written as HubSpot has them, such as for a number that is taken.",
      metric: syncMetric(scope, METRICS.recordsFailing),
      threshold: 1,
    },
    {
      id: "FunctionErrors",
      meaning: "A function ended with an error or ran out of time.",
      metric: sum(watched.functions.map(({ lambda }) => lambda.metricErrors())),
      threshold: 1,
    },
    {
      id: "FunctionThrottles",
      meaning: "Lambda had no room to run a function: the account's concurrency is used up.",
      metric: sum(watched.functions.map(({ lambda }) => lambda.metricThrottles())),
      threshold: 1,
    },
  ];
}

function listHubSpotAlarms(scope: Construct): readonly AlarmSpec[] {
  return [
    {
      id: "RateLimited",
      meaning: "HubSpot refuses more than 5 % of the calls for their rate; another app may use up the account's limit.",
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
      meaning: "More than 80 % of the account's daily calls to HubSpot are used; at 100 % the sync waits for midnight.",
      metric: syncMetric(scope, METRICS.hubspotDailyUsedPercent, { statistic: "Maximum" }),
      threshold: 80,
    },
    {
      id: "TokenRejected",
      meaning: "HubSpot rejects the access token or a scope is missing: nothing is synced.",
      metric: syncMetric(scope, METRICS.tokenRejected),
      threshold: 1,
    },
    {
      id: "StageUnknown",
      meaning: "The setting dealStages names a stage that HubSpot no longer has.",
      metric: syncMetric(scope, METRICS.stageUnknown),
      threshold: 1,
    },
  ];
}

function listPassAlarms(scope: Construct): readonly AlarmSpec[] {
  return [
    {
      id: "PassFailed",
      meaning: "A pass ended with an error; it changed nothing that it was not sure of.",
      metric: syncMetric(scope, METRICS.passFailed),
      threshold: 1,
    },
    {
      id: "PassStopped",
      meaning: "The brake stopped a pass that was about to deactivate unusually many records; somebody has to confirm.",
      metric: syncMetric(scope, METRICS.passStopped),
      threshold: 1,
    },
    {
      id: "PassMissing",
      meaning: "No pass has succeeded for 26 hours. Right after the first deployment this is expected.",
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
      id: "Drift",
      meaning: `The passes of a day repaired more than ${DRIFT_PER_DAY} records that the webhooks should have kept right.`,
      metric: syncMetric(scope, METRICS.passRepaired, { period: DAY }),
      threshold: DRIFT_PER_DAY,
    },
  ];
}

function sum(metrics: readonly IMetric[]): IMetric {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  return new MathExpression({ expression: `SUM(METRICS())`, label: "total", period: JUDGED_OVER, usingMetrics });
}
