import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { METRICS, PASS_METRICS } from "../contract.ts";
import type { Telemetry } from "../sync/ports.ts";
import { selectLogFields } from "./log-fields.ts";

/** Structured logs and metrics of one function. */
export interface LambdaTelemetry extends Telemetry {
  /** The same telemetry, with this delivery's id on every line. */
  readonly withCorrelation: (deliveryId: string) => Telemetry;
  /** Writes the metrics counted so far; call it at the end of every invocation, also of a failed one. */
  readonly flush: () => void;
}

type Level = "info" | "warn" | "error";
type Fields = Readonly<Record<string, unknown>>;

/** Of these the highest counts; all others are added up. */
const HIGHEST: Readonly<Record<string, (typeof MetricUnit)["Percent" | "Seconds"]>> = {
  [METRICS.hubspotDailyUsedPercent]: MetricUnit.Percent,
  [METRICS.oldestChangeSeconds]: MetricUnit.Seconds,
  [PASS_METRICS.seconds]: MetricUnit.Seconds,
};

function unitOf(metric: string): (typeof MetricUnit)["Percent" | "Seconds" | "Count"] {
  return HIGHEST[metric] ?? (/^Pass\w+Seconds$/u.test(metric) ? MetricUnit.Seconds : MetricUnit.Count);
}

/**
 * Creates a function's telemetry: JSON lines and CloudWatch's embedded metric format on standard output. The metrics'
 * only dimension is `service`, the stack's name, which Powertools takes from `POWERTOOLS_SERVICE_NAME`: several
 * deployments share an account, and an alarm sums over the functions of one.
 */
export function createTelemetry({ functionName }: { readonly functionName: string }): LambdaTelemetry {
  const logger = new Logger({ persistentKeys: { function: functionName } });
  const metrics = new Metrics({ namespace: METRICS.namespace });
  // One figure a metric and invocation: a pass calls HubSpot thousands of times, and each value is paid for as a log.
  const counted = new Map<string, number>();

  const write = (level: Level, message: string, fields: Fields): void => {
    logger[level](message, { ...selectLogFields(fields) });
  };
  const count = (metric: string, value: number): void => {
    const known = counted.get(metric) ?? 0;
    counted.set(metric, metric in HIGHEST ? Math.max(known, value) : known + value);
  };
  const withFields = (more: Fields): Telemetry => ({
    info: (message, fields) => write("info", message, { ...fields, ...more }),
    warn: (message, fields) => write("warn", message, { ...fields, ...more }),
    error: (message, fields) => write("error", message, { ...fields, ...more }),
    count,
  });

  return {
    ...withFields({}),
    withCorrelation: (deliveryId) => withFields({ correlationId: deliveryId }),
    flush: () => {
      for (const [metric, value] of counted) metrics.addMetric(metric, unitOf(metric), value);
      counted.clear();
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
