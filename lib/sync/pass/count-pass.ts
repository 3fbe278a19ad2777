import { METRICS, PASS_COUNTS, PASS_METRICS, PASS_USE } from "../../contract.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
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
  for (const type of pass.types) {
    const {
      hubspotCalls = 0,
      readUnits = 0,
      writeUnits = 0,
      durationMs: shareMs = 0,
      ...counts
    } = pass.counts[type] ?? {};
    const used = { hubSpotCalls: hubspotCalls, readUnits, writeUnits, seconds: shareMs / 1_000 };
    for (const name of PASS_COUNTS) telemetry.count(nameMetric(type, name), counts[name] ?? 0);
    for (const name of PASS_USE) telemetry.count(nameMetric(type, name), used[name]);
  }
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

function nameMetric(type: ObjectType, name: string): string {
  return `Pass${capitalise(type)}${capitalise(name)}`;
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
