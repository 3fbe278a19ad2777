import { formatDuration } from "../terminal/display-text.ts";
import { note, ok, problem, type CheckLine } from "./check-line.ts";

/** The newest pass. */
export interface PassFacts {
  readonly passId: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly startedAtMs: number;
}

/** A nightly pass is late after a day and two hours; the alarm says the same. */
const LATE_MS = 26 * 3_600_000;

/** Whether the nightly pass runs and ends well. */
export function checkLastPass(
  pass: PassFacts | undefined,
  { nowMs, target }: { readonly nowMs: number; readonly target: string },
): readonly CheckLine[] {
  const run = `Run \`npx hubspot-zep reconcile ${target} --watch\`.`;
  if (pass === undefined) return [problem("last pass", "no pass has run yet", run)];
  const { passId, status, reason, startedAtMs } = pass;
  const when = `pass ${passId}, ${formatDuration(Math.max(0, nowMs - startedAtMs))} ago,`;
  const why = reason === undefined ? "" : `: ${reason}`;
  if (status === "running") {
    return [
      note("last pass", `${when} is still running`, `Follow it: npx hubspot-zep reconciliations ${passId} ${target}`),
    ];
  }
  if (status === "stopped") {
    const remedy = `\`npx hubspot-zep preview ${target}\` names what it would deactivate; if that is right: \`npx hubspot-zep reconcile --confirm ${passId} ${target}\`.`;
    return [problem("last pass", `${when} was stopped by the brake${why}`, remedy)];
  }
  if (status !== "succeeded") return [problem("last pass", `${when} ${status}${why}`, `Mend that, then: ${run}`)];
  if (nowMs - startedAtMs > LATE_MS) return [problem("last pass", `${when} succeeded, and none since`, run)];
  return [ok("last pass", `${when} succeeded`)];
}
