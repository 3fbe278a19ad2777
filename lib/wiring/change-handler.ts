import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { ChangeKind } from "../domain/change.ts";
import type { PostponeMessage } from "../sqs/postpone-message.ts";
import { parseSqsEvent } from "../sqs/sqs-event.ts";
import { NonRetryableError, RetryableError } from "../sync/errors.ts";
import type { MarkStore } from "../sync/pass-ports.ts";
import { processChanges } from "../sync/process-changes.ts";
import type { ProcessOptions } from "../sync/process-changes.ts";
import type { ChangeMessage, Telemetry } from "../sync/ports.ts";
import type { SyncPorts } from "../sync/run.ts";
import { limitTime } from "./time-limit.ts";
import type { InvocationClock } from "./time-limit.ts";

interface ChangeHandlerOptions {
  readonly ports: SyncPorts;
  /** The telemetry of one batch; the ports' own when absent. */
  readonly telemetryOf?: (event: SQSEvent) => Telemetry;
  readonly marks: Pick<MarkStore, "saveLastEvent">;
  /** Receives after which SQS gives a message up. */
  readonly maxReceives: number;
  /** Without it a message that fails comes back after the queue's own time. */
  readonly postpone?: PostponeMessage;
}

/** The stored time of the last event is this exact at most. Milliseconds. */
const LAST_EVENT_INTERVAL_MS = 60_000;

/**
 * Creates the handler behind the change queue. Messages that are not ours go back with the failed ones and end in the
 * dead-letter queue. What the time does not suffice for is handed back.
 */
export function createChangeHandler(
  options: ChangeHandlerOptions,
): (event: SQSEvent, context: InvocationClock) => Promise<SQSBatchResponse> {
  const { maxReceives, telemetryOf } = options;
  const noteEvent = createEventNote(options);
  return async (event, context) => {
    const ports = { ...options.ports, telemetry: telemetryOf?.(event) ?? options.ports.telemetry };
    const { messages, malformed } = parseSqsEvent(event);
    for (const { messageId, why } of malformed) ports.telemetry.error("message malformed", { messageId, reason: why });
    const postpone = createPostpone(options.postpone, event, ports.telemetry);
    const processing = { maxReceives, postpone };
    const { failedMessageIds } = await processChanges(limitTime(ports, context), messages, processing);
    await noteEvent(messages.filter(({ messageId }) => !failedMessageIds.includes(messageId)));
    const failedIds = [...malformed.map(({ messageId }) => messageId), ...failedMessageIds];
    return { batchItemFailures: failedIds.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** By message id; a queue that refuses it costs the batch nothing, for the message comes back all the same. */
function createPostpone(
  postpone: PostponeMessage | undefined,
  { Records: records }: SQSEvent,
  telemetry: Telemetry,
): ProcessOptions["postpone"] {
  if (postpone === undefined) return undefined;
  const handles = new Map(records.map(({ messageId, receiptHandle }) => [messageId, receiptHandle]));
  return async (messageId, delaySeconds) => {
    try {
      await postpone(handles.get(messageId) ?? "", delaySeconds);
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      telemetry.warn("failed message not postponed", { messageId, error });
    }
  };
}

/** What no webhook tells of: a pass, an admin or the worker itself looks again. */
const OWN_KINDS: ReadonlySet<string> = new Set<ChangeKind>(["follow", "resync", "attach"]);

/** Stores now and then when the newest event arrived; a table that refuses it costs the batch nothing. */
function createEventNote({ ports, marks }: ChangeHandlerOptions): (settled: readonly ChangeMessage[]) => Promise<void> {
  let notedAtMs = Number.NEGATIVE_INFINITY;
  return async (settled) => {
    const arrivals = settled.filter(isOfWebhook).map(({ receivedAtMs }) => receivedAtMs);
    const [arrivedAtMs] = arrivals.toSorted((left, right) => right - left);
    if (arrivedAtMs === undefined || arrivedAtMs - notedAtMs < LAST_EVENT_INTERVAL_MS) return;
    notedAtMs = arrivedAtMs;
    try {
      await marks.saveLastEvent(arrivedAtMs);
    } catch (error) {
      if (!(error instanceof RetryableError || error instanceof NonRetryableError)) throw error;
      ports.telemetry.warn("time of the last event not stored", { error });
    }
  };
}

function isOfWebhook({ changes }: ChangeMessage): boolean {
  return changes.some(({ at }) => Object.keys(at).some((kind) => !OWN_KINDS.has(kind)));
}
