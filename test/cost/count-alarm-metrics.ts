import type { Template } from "aws-cdk-lib/assertions";
import * as z from "zod";

const alarm = z.object({
  Properties: z.object({ Metrics: z.array(z.looseObject({ MetricStat: z.unknown().optional() })).optional() }),
});

/** Metrics that the alarms of a stack read; each is paid for. */
export function countAlarmMetrics(template: Template): number {
  return Object.values(template.findResources("AWS::CloudWatch::Alarm"))
    .map((found) => alarm.parse(found).Properties.Metrics)
    .reduce((sum, metrics) => sum + (metrics?.filter((part) => part.MetricStat !== undefined).length ?? 1), 0);
}
