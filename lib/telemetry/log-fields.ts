import { NonRetryableError, RetryableError } from "../sync/errors.ts";

/** Values that a log line may hold. */
export type LogValue = string | number | boolean;

/** Ids, types, states, reasons and words of the product; nothing that could hold a person's or a company's name. */
const NAMES: ReadonlySet<string> = new Set([
  "action",
  "after",
  "attempt",
  "cause",
  "code",
  "command",
  "error",
  "from",
  "id",
  "kind",
  "looks",
  "method",
  "mode",
  "objectType",
  "path",
  "phase",
  "reason",
  "receives",
  "retries",
  "revision",
  "route",
  "stage",
  "state",
  "status",
  "subscriptionType",
  "to",
  "type",
]);

/** A measured or counted thing says so with its last word. */
const COUNTS = /(?:Bytes|Count|Limit|Ms|Percent|PerSecond|Seconds)$/u;
const IDS = /(?:^id|Id|Ids)$/u;

/** The longest text a field may hold; longer ones are contents, not codes. Characters. */
const LONGEST_TEXT = 200;

/**
 * Keeps the fields that are known to be harmless, so that personal data cannot reach a log by accident: known names,
 * ids and counts, and of those only texts, numbers and truth values. Numbers and truth values pass under any name.
 * An `error` that is an object becomes name, code and place; as a text it is a message of our own. What was left out is named in `dropped`.
 */
export function selectLogFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, LogValue>> {
  const kept: Record<string, LogValue> = {};
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (name === "error" && typeof value !== "string") Object.assign(kept, describeError(value));
    else if (isLoggable(name, value)) kept[name] = value;
    else dropped.push(name);
  }
  return dropped.length === 0 ? kept : { ...kept, dropped: dropped.join(",") };
}

function isLoggable(name: string, value: unknown): value is LogValue {
  if (typeof value === "number" || typeof value === "boolean") return true;
  if (typeof value !== "string" || !(NAMES.has(name) || COUNTS.test(name) || IDS.test(name))) return false;
  return value.length <= LONGEST_TEXT && !value.includes("@");
}

/**
 * What may be told of an error. Our own messages are written for operators; those of other errors may quote what they
 * failed on (`JSON.parse` does), so they are left out and the place must do.
 */
function describeError(error: unknown): Readonly<Record<string, LogValue>> {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const isOurs = error instanceof RetryableError || error instanceof NonRetryableError;
  return {
    errorName: error.name,
    ...(isOurs ? { errorCode: error.code, errorMessage: error.message } : {}),
    ...(error.cause instanceof Error ? { errorCause: error.cause.name } : {}),
    errorPlace: findPlace(error),
  };
}

/** The stack without its first lines, which repeat the message. */
function findPlace(error: Error): string {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /u.test(line));
  return frames
    .slice(0, 8)
    .map((frame) => frame.trim())
    .join(" | ");
}
