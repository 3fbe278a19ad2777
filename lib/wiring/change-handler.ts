import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { parseSqsEvent } from "../sqs/sqs-event.ts";
import { NonRetryableError, RetryableError } from "../sync/errors.ts";
import type { MarkStore } from "../sync/pass-ports.ts";
import { processChanges } from "../sync/process-changes.ts";
import type { Telemetry } from "../sync/ports.ts";
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
    const { failedMessageIds } = await processChanges(limitTime(ports, context), messages, { maxReceives });
    if (failedMessageIds.length < messages.length) await noteEvent();
    const failedIds = [...malformed.map(({ messageId }) => messageId), ...failedMessageIds];
    return { batchItemFailures: failedIds.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** Stores now and then that events arrive; a table that refuses it costs the batch nothing. */
function createEventNote({ ports, marks }: ChangeHandlerOptions): () => Promise<void> {
  let notedAtMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const nowMs = ports.clock.now();
    if (nowMs - notedAtMs < LAST_EVENT_INTERVAL_MS) return;
    notedAtMs = nowMs;
    try {
      await marks.saveLastEvent(nowMs);
    } catch (error) {
      if (!(error instanceof RetryableError || error instanceof NonRetryableError)) throw error;
      ports.telemetry.warn("time of the last event not stored", { error });
    }
  };
}
