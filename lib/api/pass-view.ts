import type * as z from "zod";
import type { Pass } from "../sync/pass-ports.ts";
import type { PassReport } from "../sync/pass/pass-types.ts";
import type { passReportSchema, passSchema } from "./reconciliation-schemas.ts";
import { toIso } from "./record-views.ts";

/** A pass as the API shows it. */
export function viewPass(pass: Pass): z.infer<typeof passSchema> {
  const { passId, status, reason, startedAtMs, finishedAtMs, isDryRun, confirms, types, counts } = pass;
  return {
    id: passId,
    status,
    ...(reason !== undefined && { reason }),
    startedAt: toIso(startedAtMs),
    ...(finishedAtMs !== undefined && { finishedAt: toIso(finishedAtMs) }),
    dryRun: isDryRun,
    ...(confirms !== undefined && { confirms }),
    types: [...types],
    counts: Object.fromEntries(Object.entries(counts).map(([heading, sums]) => [heading, { ...sums }])),
  };
}

/** A pass and its report as the API shows them. */
export function viewPassReport(pass: Pass, report: PassReport | undefined): z.infer<typeof passReportSchema> {
  if (report === undefined) return viewPass(pass);
  const { warnings, durationMs, usage, brake, listed } = report;
  return {
    ...viewPass(pass),
    report: {
      warnings: [...warnings],
      durationSeconds: Math.round(durationMs / 1000),
      hubspotCalls: usage.hubspotCalls,
      rateLimitedCalls: usage.rateLimitedCalls,
      readUnits: usage.readUnits,
      writeUnits: usage.writeUnits,
      brake,
      listed: listed.map((entry) => ({ ...entry })),
    },
  };
}
