import { formatDuration, formatTime } from "../terminal/display-text.ts";
import { note, ok, problem, type CheckLine } from "./check-line.ts";

/** A portal where nobody changes anything for this long is unusual on a working day, and usual at a weekend. */
const QUIET_MS = 3 * 24 * 3_600_000;

/** Whether webhooks arrive. */
export function checkLastEvent(lastEventAtMs: number | undefined, nowMs: number): readonly CheckLine[] {
  if (lastEventAtMs === undefined) {
    const remedy =
      "Change a company's name in HubSpot and wait ten seconds. If nothing comes: check the app's target URL and subscriptions, and the client secret.";
    return [problem("last event", "no webhook has arrived yet", remedy)];
  }
  const ago = formatDuration(Math.max(0, nowMs - lastEventAtMs));
  const finding = `the last webhook arrived ${ago} ago (${formatTime(lastEventAtMs)})`;
  if (nowMs - lastEventAtMs < QUIET_MS) return [ok("last event", finding)];
  return [note("last event", finding, "Change something in HubSpot to see whether it arrives.")];
}
