import { METRICS, PASS_COUNTS, PASS_METRICS } from "../../contract.ts";
import type { Pass } from "../pass-ports.ts";
import type { Telemetry } from "../ports.ts";
import type { PassReport } from "./pass-types.ts";

const METRIC_OF = {
  succeeded: METRICS.passSucceeded,
  failed: METRICS.passFailed,
  stopped: METRICS.passStopped,
} as const;

/** Tells the metrics what a pass came to. Not for a trial: it changes nothing, so it must neither wake nor reassure. */
export function countPass(
  telemetry: Pick<Telemetry, "count">,
  pass: Pick<Pass, "types" | "counts"> & { readonly status: keyof typeof METRIC_OF },
  { durationMs, usage }: Pick<PassReport, "durationMs" | "usage">,
): void {
  const sum = (name: string): number => pass.types.reduce((total, type) => total + (pass.counts[type]?.[name] ?? 0), 0);
  telemetry.count(METRIC_OF[pass.status], 1);
  for (const type of pass.types)
    for (const name of PASS_COUNTS)
      telemetry.count(`Pass${capitalise(type)}${capitalise(name)}`, pass.counts[type]?.[name] ?? 0);
  telemetry.count(PASS_METRICS.seconds, durationMs / 1_000);
  telemetry.count(PASS_METRICS.hubspotCalls, usage.hubspotCalls);
  telemetry.count(PASS_METRICS.rateLimited, usage.rateLimitedCalls);
  telemetry.count(PASS_METRICS.readUnits, usage.readUnits);
  telemetry.count(PASS_METRICS.writeUnits, usage.writeUnits);
  if (pass.status !== "succeeded") return;
  // What was to be expected is no sign of events that got lost.
  telemetry.count(METRICS.passRepaired, sum("repaired") - sum("by.firstImport") - sum("by.settings"));
  telemetry.count(METRICS.recordsFailing, sum("failing"));
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
