import type { CliIo } from "../cli-io.ts";
import { CliError } from "../cli-error.ts";
import { formatDuration } from "../terminal/display-text.ts";
import { guardCheck, note, ok, problem, type CheckLine } from "./check-line.ts";

/** HubSpot's signatures and AWS' both end to hold after five minutes; a minute off is a sign of worse to come. */
const TOLERANCE_MS = 60_000;
const TIMEOUT_MS = 20_000;

/** Asks HubSpot for the time and compares; needs no token. */
export function readAndCheckClock(io: Pick<CliIo, "fetch" | "clock">, baseUrl: string): Promise<readonly CheckLine[]> {
  return guardCheck("clock", "Check the network, a proxy, and --hubspot-url.", async () =>
    checkClock(await readClockSkewMs(io, baseUrl)),
  );
}

/** Whether this machine's clock agrees with HubSpot's. */
export function checkClock(skewMs: number | undefined): readonly CheckLine[] {
  if (skewMs === undefined) return [note("clock", "HubSpot's answer carries no time to compare with")];
  if (Math.abs(skewMs) < TOLERANCE_MS) return [ok("clock", "this machine's clock agrees with HubSpot's")];
  const finding = `this machine's clock is ${formatDuration(Math.abs(skewMs))} ${skewMs > 0 ? "ahead of" : "behind"} HubSpot's`;
  const remedy =
    "Set the clock (NTP). Signatures of webhooks and of AWS requests are refused when clocks differ by five minutes.";
  return [problem("clock", finding, remedy)];
}

/**
 * Compares this machine's clock with the `Date` that HubSpot's servers answer with, to the second.
 * @returns milliseconds that this machine is ahead; undefined when HubSpot does not tell
 * @throws CliError when HubSpot does not answer
 */
async function readClockSkewMs(io: Pick<CliIo, "fetch" | "clock">, baseUrl: string): Promise<number | undefined> {
  const before = io.clock.now();
  const response = await io
    .fetch(baseUrl, { method: "HEAD", signal: AbortSignal.timeout(TIMEOUT_MS) })
    .catch((cause: unknown) => {
      throw new CliError(`No answer from ${baseUrl}`, { cause });
    });
  const date = response.headers.get("date");
  if (date === null) return undefined;
  const halfway = (before + io.clock.now()) / 2;
  const skewMs = halfway - Date.parse(date);
  return Number.isNaN(skewMs) ? undefined : Math.round(skewMs);
}
