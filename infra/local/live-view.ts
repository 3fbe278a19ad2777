import { styleText } from "node:util";
import type { SQSEvent } from "aws-lambda";
import { parseSqsEvent } from "../../lib/sqs/sqs-event.ts";
import type { Telemetry } from "../../lib/sync/ports.ts";
import { selectLogFields } from "../../lib/telemetry/log-fields.ts";

type Style = Parameters<typeof styleText>[0];
type Fields = Readonly<Record<string, unknown>>;

/** Turns what the functions tell into lines for a person at a terminal. */
export interface LiveView {
  /** What a function tells outside a batch. */
  readonly telemetry: Telemetry;
  /** What the worker tells while it works on a batch: each record with the time since its webhook came in. */
  readonly telemetryOf: (event: SQSEvent) => Telemetry;
  /** Record type to state to the number of records last seen in it. */
  readonly states: () => ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly counts: () => { readonly deliveries: number; readonly writes: number };
}

const STATE_STYLES: Readonly<Record<string, Style>> = {
  linked: "green",
  excluded: "yellow",
  outOfStage: "yellow",
  waiting: "yellow",
  detached: "cyan",
  deleted: "magenta",
  merged: "magenta",
  erased: "magenta",
  failing: "red",
};

/** HubSpot's word for what a record comes from. */
const SOURCES: Readonly<Record<string, string>> = { customer: "company", contactPerson: "contact", project: "deal" };

const RECORD_WORDS: Readonly<Record<string, string>> = { contactPerson: "contact person" };

/** Creates the view; `write` gets one line at a time, without its end. */
export function createLiveView(options: {
  readonly write: (line: string) => void;
  readonly now: () => number;
}): LiveView {
  const records = new Map<string, { readonly type: string; readonly state: string }>();
  const counts = { deliveries: 0, writes: 0 };
  const tell =
    (style: Style, receivedAtOf: (source: string) => number | undefined) =>
    (message: string, fields: Fields = {}): void => {
      if (message === "record written") {
        counts.writes += 1;
        const record = describeRecord(fields);
        records.set(`${record.type} ${record.id}`, record);
        options.write(formatRecord(record, { nowMs: options.now(), receivedAtMs: receivedAtOf(record.source) }));
      } else if (message === "Delivery accepted") {
        counts.deliveries += 1;
      } else if (message.startsWith("pass ")) {
        options.write(
          styleText(
            style === "reset" ? "cyan" : style,
            `${formatTime(options.now())}  ${formatProblem(message, fields)}`,
          ),
        );
      } else if (style !== "reset") {
        options.write(styleText(style, `${formatTime(options.now())}  ${formatProblem(message, fields)}`));
      }
    };
  const createTelemetry = (receivedAtOf: (source: string) => number | undefined): Telemetry => ({
    info: tell("reset", receivedAtOf),
    warn: tell("yellow", receivedAtOf),
    error: tell("red", receivedAtOf),
    count: () => undefined,
  });
  return {
    telemetry: createTelemetry(() => undefined),
    telemetryOf: (event) => {
      const times = readReceiveTimes(event);
      return createTelemetry((source) => times.get(source) ?? times.get(""));
    },
    states: () => countStates(records.values()),
    counts: () => ({ ...counts }),
  };
}

/** `type id` to when its first webhook came in; `""` is the earliest of all, for objects that others pulled in. */
function readReceiveTimes(event: SQSEvent): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { receivedAtMs, changes } of parseSqsEvent(event).messages) {
    for (const source of ["", ...changes.map(({ type, id }) => `${type} ${id}`)]) {
      times.set(source, Math.min(times.get(source) ?? receivedAtMs, receivedAtMs));
    }
  }
  return times;
}

interface WrittenRecord {
  readonly type: string;
  readonly id: string;
  readonly source: string;
  readonly state: string;
  readonly reason: string;
}

function describeRecord(fields: Fields): WrittenRecord {
  const { type, id, state, reason } = fields;
  const source = `${SOURCES[text(type)] ?? text(type)} ${text(id).split("/")[0]}`;
  return { type: text(type), id: text(id), source, state: text(state), reason: text(reason) };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function formatRecord(
  record: WrittenRecord,
  time: { readonly nowMs: number; readonly receivedAtMs: number | undefined },
): string {
  const word = `${RECORD_WORDS[record.type] ?? record.type} ${record.state}`;
  const reason = record.reason === "" ? "" : ` (${record.reason})`;
  const seconds = time.receivedAtMs === undefined ? "" : `${((time.nowMs - time.receivedAtMs) / 1000).toFixed(1)} s`;
  const padding = " ".repeat(Math.max(1, 44 - word.length - reason.length));
  const state = styleText(STATE_STYLES[record.state] ?? "reset", word);
  return `${styleText("dim", formatTime(time.nowMs))}  ${record.source.padEnd(22)}  →  ${state}${styleText("dim", reason)}${padding}${seconds}`;
}

function formatProblem(message: string, fields: Fields): string {
  const shown = Object.entries(selectLogFields(fields)).filter(([name]) => name !== "errorPlace" && name !== "dropped");
  return [message, ...shown.map(([name, value]) => `${name}=${value}`)].join("  ");
}

/** `12:03:11`, local time. */
function formatTime(atMs: number): string {
  const time = new Date(atMs);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

function countStates(
  records: Iterable<{ readonly type: string; readonly state: string }>,
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const byType = new Map<string, Map<string, number>>();
  for (const { type, state } of records) {
    const states = byType.get(type) ?? new Map<string, number>();
    byType.set(type, states.set(state, (states.get(state) ?? 0) + 1));
  }
  return byType;
}
