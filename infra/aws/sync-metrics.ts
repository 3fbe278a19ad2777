import { Duration, Stack } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { METRICS } from "../../lib/contract.ts";

/** How long a figure is gathered before it is judged. */
export const JUDGED_OVER = Duration.minutes(5);

/** One of our own metrics, of all functions of this stack together. */
export function syncMetric(
  scope: Construct,
  metricName: string,
  { statistic = "Sum", period = JUDGED_OVER }: { readonly statistic?: string; readonly period?: Duration } = {},
): Metric {
  return new Metric({
    namespace: METRICS.namespace,
    metricName,
    dimensionsMap: { service: Stack.of(scope).stackName },
    statistic,
    period,
  });
}
