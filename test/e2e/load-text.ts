/** Where a load stands. */
export interface LoadProgress {
  readonly seconds: number;
  /** Events that receive-webhook took in. */
  readonly events: number;
  readonly deliveries: number;
  /** Messages that are not done, one for each delivery. */
  readonly waiting: number;
  readonly hubspotCalls: number;
  readonly rateLimited: number;
  readonly writes: number;
}

/** What a load led to. */
export interface LoadResult extends Omit<LoadProgress, "waiting"> {
  readonly objects: number;
  /** The most messages that waited at once, for HubSpot's limit or for the table. */
  readonly mostWaiting: number;
  /** How old the oldest change of a batch was at most when it was worked on. Milliseconds. */
  readonly longestWaitMs: number;
  /** Objects that were read again because the answer looked old. */
  readonly lookedAgain: number;
  /** Object changes that failed and were repeated. */
  readonly failed: number;
  /** HubSpot's limit of the portal, calls in ten seconds; association reads apart. */
  readonly limitPerTenSeconds: number;
  readonly differences: readonly string[];
}

const number = (value: number): string => value.toLocaleString("en-US");

/** One line that replaces the one before it. */
export function formatProgress(progress: LoadProgress): string {
  const { seconds, events, waiting, writes, hubspotCalls, rateLimited } = progress;
  const parts = [
    `${number(events)} events in`,
    `${number(waiting)} messages to do`,
    `${number(writes)} writes`,
    `${number(hubspotCalls)} HubSpot calls`,
    `${number(rateLimited)} refused (429)`,
  ];
  return `\r\u001b[2K${String(seconds).padStart(4)} s  ${parts.join(" · ")}`;
}

/** What was sent, what was held back, and whether anything was lost. */
export function formatResult(result: LoadResult): string {
  const { differences, seconds, hubspotCalls, limitPerTenSeconds, rateLimited } = result;
  const pace = hubspotCalls / Math.max(1, seconds);
  const share = hubspotCalls === 0 ? 0 : (100 * rateLimited) / hubspotCalls;
  const rows: readonly (readonly [string, string])[] = [
    ["Objects in HubSpot", number(result.objects)],
    ["Events taken in", `${number(result.events)} in ${number(result.deliveries)} deliveries`],
    ["HubSpot calls", `${number(hubspotCalls)}, ${(result.events / Math.max(1, hubspotCalls)).toFixed(1)} events each`],
    ["Pace", `${pace.toFixed(1)} calls a second; HubSpot allows ${(limitPerTenSeconds / 10).toFixed(1)}`],
    ["Refused by HubSpot (429)", `${number(rateLimited)}, ${share.toFixed(2)} %`],
    ["Held back at most", `${number(result.mostWaiting)} messages`],
    ["Longest wait of a change", `${(result.longestWaitMs / 1_000).toFixed(1)} s`],
    ["Looked at again", `${number(result.lookedAgain)} changes whose answer looked old`],
    ["Failed and repeated", `${number(result.failed)} changes`],
    ["Records written", number(result.writes)],
    ["Took", `${number(seconds)} s`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
  const shown = differences.slice(0, 10).join("\n");
  const verdict =
    differences.length === 0
      ? "Every record is exactly what the rules make of HubSpot; nothing was lost."
      : `${number(differences.length)} records differ from what the rules make of HubSpot:\n${shown}`;
  return `\r\u001b[2K${table}\n\n${verdict}\n`;
}
