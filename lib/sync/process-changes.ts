import { METRICS, QUEUE } from "../contract.ts";
import { coalesceChanges, joinOrigins } from "../domain/coalesce-changes.ts";
import { MAX_LOOKS } from "../domain/decision.ts";
import { LOOK_DELAYS_SECONDS } from "../domain/suspicion.ts";
import { applyChanges } from "./apply-changes.ts";
import { isOutage, NonRetryableError, RetryableError } from "./errors.ts";
import { markFailing } from "./mark-failing.ts";
import { chunk, mapConcurrently } from "./run.ts";
import type { Change } from "../domain/change.ts";
import type { Suspicion } from "../domain/decision.ts";
import type { AppliedChange } from "./apply-changes.ts";
import type { FailureCode } from "./errors.ts";
import type { ChangeMessage } from "./ports.ts";
import type { Run, SyncPorts } from "./run.ts";

export interface ProcessOptions {
  /** Receives after which SQS gives a message up. A record is marked as failing once its change has failed so often. */
  readonly maxReceives: number;
  /** Has a message that goes back be delivered again after so many seconds; else whenever SQS does. */
  readonly postpone?: ((messageId: string, delaySeconds: number) => Promise<void>) | undefined;
}

/** Which messages SQS must deliver again. All others are settled: stored, or queued anew. */
export interface Processed {
  readonly failedMessageIds: readonly string[];
}

/**
 * Works on a batch of messages as on one set of changes: each object is read once, however often it is named.
 *
 * ```
 * done      acknowledged
 * again     queued anew with a delay, for what was read looked old
 * outage    queued anew with a delay: HubSpot's or AWS's trouble uses up no receive
 * failed    alone in its message: back to SQS, each time for longer, and to the dead-letter queue in the end
 *           among others: queued anew on its own, so that the others can be acknowledged
 * ```
 *
 * Nothing is acknowledged before its effect is stored or queued; if queueing fails, the whole batch goes back.
 */
export async function processChanges(
  ports: SyncPorts,
  messages: readonly ChangeMessage[],
  options: ProcessOptions,
): Promise<Processed> {
  const run: Run = { ...ports, cause: "event" };
  const [oldest] = messages.toSorted((left, right) => left.receivedAtMs - right.receivedAtMs);
  if (oldest === undefined) return { failedMessageIds: [] };
  try {
    const changes = coalesceChanges(messages.flatMap(traceChanges));
    const applied = await applyAll(run, changes, oldest.deliveryId);
    report(run, { applied, messages });
    reportOutages(run, applied);
    await handBack(run, applied);
    return { failedMessageIds: await settleFailed(run, { applied, messages, options }) };
  } catch (error) {
    run.telemetry.error("batch went back to the queue", { messages: messages.length, error });
    return { failedMessageIds: messages.map(({ messageId }) => messageId) };
  }
}

/**
 * A change that says nothing of its origin has that of its message. One that is alone in its message has failed at each
 * of the message's receives as well: joined with a fresh event, or handed back, it would forget them.
 */
function traceChanges({ changes, deliveryId, receivedAtMs, receives }: ChangeMessage): readonly Change[] {
  const failedReceives = changes.length === 1 ? receives - 1 : 0;
  return changes.map((change) => ({
    origin: { deliveryIds: [deliveryId], receivedAtMs },
    ...change,
    failures: change.failures + failedReceives,
  }));
}

/** A store that cannot be read at all fails every change, as an outage. */
async function applyAll(run: Run, changes: readonly Change[], deliveryId: string): Promise<readonly AppliedChange[]> {
  try {
    return await applyChanges(run, changes, deliveryId);
  } catch (error) {
    return changes.map((change) => ({ change, outcome: { kind: "failed", error } }));
  }
}

interface Batch {
  readonly applied: readonly AppliedChange[];
  readonly messages: readonly ChangeMessage[];
}

/** Queues what has to be looked at again, and what an outage stopped. */
async function handBack(run: Run, applied: readonly AppliedChange[]): Promise<void> {
  const byDelay = new Map<number, Change[]>();
  for (const { change, outcome } of applied) {
    const isAgain = outcome.kind === "again";
    if (!isAgain && !(outcome.kind === "failed" && isOutage(outcome.error))) continue;
    const looks = isAgain ? countLooks(change, outcome.why) : change.looks;
    const delaySeconds = isAgain ? (LOOK_DELAYS_SECONDS[looks - 1] ?? 30) : outageDelaySeconds(outcome.error);
    const changes = byDelay.get(delaySeconds) ?? [];
    byDelay.set(delaySeconds, [...changes, { ...change, looks }]);
  }
  for (const [delaySeconds, changes] of byDelay)
    for (const part of chunk(changes, QUEUE.changesPerMessage)) await sendBack(run, part, delaySeconds);
}

/** What was written although it may be older than what it replaced waits for the last look, which no lag reaches. */
function countLooks({ looks }: Change, why: Suspicion): number {
  return why === "perhapsOlder" ? Math.max(MAX_LOOKS, looks + 1) : looks + 1;
}

/** One message; changes of its own origin need not repeat it. */
async function sendBack(run: Run, changes: readonly Change[], delaySeconds: number): Promise<void> {
  const joined = changes.map(({ origin }) => origin).reduce(joinOrigins, undefined);
  const { deliveryIds: [deliveryId = ""] = [], receivedAtMs = run.clock.now() } = joined ?? {};
  const short = changes.map(({ origin, ...change }) => {
    const isMessages = origin?.deliveryIds.join() === deliveryId && origin.receivedAtMs === receivedAtMs;
    return isMessages || origin === undefined ? change : { ...change, origin };
  });
  await run.queue.send({ deliveryId, receivedAtMs, changes: short, delaySeconds });
}

/** SQS delays a message by 15 minutes at most. Seconds. */
const LONGEST_DELAY_SECONDS = 900;

const OUTAGE_DELAYS_SECONDS: Readonly<Partial<Record<FailureCode, number>>> = {
  dailyLimit: LONGEST_DELAY_SECONDS,
  migrating: LONGEST_DELAY_SECONDS,
  tokenRejected: 300,
  scopeMissing: 300,
  wrongPortal: 300,
  misconfigured: 300,
};

function outageDelaySeconds(error: unknown): number {
  if (error instanceof RetryableError && error.retryAfterSeconds !== undefined)
    return Math.min(LONGEST_DELAY_SECONDS, Math.max(1, Math.ceil(error.retryAfterSeconds)));
  const isOurs = error instanceof RetryableError || error instanceof NonRetryableError;
  return (isOurs ? OUTAGE_DELAYS_SECONDS[error.code] : undefined) ?? 30;
}

/**
 * A whole batch may fail object by object, so that they are settled some at once: one after the other, ten thousand
 * messages would take longer than a worker has.
 *
 * @returns the messages that hold nothing but one change that failed
 */
async function settleFailed(run: Run, batch: Batch & { readonly options: ProcessOptions }): Promise<readonly string[]> {
  const failed = batch.applied.flatMap(({ change, outcome }) =>
    outcome.kind === "failed" && !isOutage(outcome.error) ? [{ change, error: outcome.error }] : [],
  );
  const messageIds = await mapConcurrently(failed, async ({ change, error }) => {
    run.telemetry.warn("change failed", {
      type: change.type,
      id: change.id,
      error,
      ...(change.origin && { correlationId: change.origin.deliveryIds.join(",") }),
    });
    const message = findOnlyMessage(batch.messages, change);
    const failures = change.failures + 1;
    const delaySeconds = retryDelaySeconds(failures);
    if (message === undefined) await sendBack(run, [{ ...change, failures }], delaySeconds);
    else await batch.options.postpone?.(message.messageId, delaySeconds);
    // Whichever messages told of it: while fresh events arrive, none of them may ever be received so often.
    if (failures >= batch.options.maxReceives) await tryToMark(run, change, error);
    return message?.messageId;
  });
  return messageIds.filter((messageId) => messageId !== undefined);
}

/** Soon after the first failure, which may be a mere hiccup; then four times as long with each. */
function retryDelaySeconds(failures: number): number {
  return Math.min(LONGEST_DELAY_SECONDS, 30 * 4 ** (failures - 1));
}

/** A table that refuses the mark as well must not let the others of the batch go back. */
async function tryToMark(run: Run, change: Change, reason: unknown): Promise<void> {
  try {
    await markFailing(run, change, describe(reason));
  } catch (error) {
    run.telemetry.warn("failing record not marked", { type: change.type, id: change.id, error });
  }
}

/** The message that says all there is to say of this object, and nothing else; only such a one may go back as it is. */
function findOnlyMessage(messages: readonly ChangeMessage[], change: Change): ChangeMessage | undefined {
  const naming = messages.filter(({ changes }) => changes.some((named) => isSame(named, change)));
  const [message, ...others] = naming;
  return others.length === 0 && message?.changes.length === 1 ? message : undefined;
}

function isSame(left: Change, right: Change): boolean {
  return left.type === right.type && left.id === right.id;
}

/** Only our own errors' messages are known to hold no personal data. */
function describe(error: unknown): string {
  if (error instanceof RetryableError || error instanceof NonRetryableError) return error.message;
  return error instanceof Error ? `unexpected ${error.name}` : "unexpected failure";
}

/** Says why changes wait, once for each kind of outage: it stops many changes alike. */
function reportOutages({ telemetry }: Pick<Run, "telemetry">, applied: readonly AppliedChange[]): void {
  const outages = applied.flatMap(({ outcome }) =>
    outcome.kind === "failed" && isOutage(outcome.error) ? [outcome.error] : [],
  );
  for (const code of new Set(outages.map((error) => error.code))) {
    const [error, ...others] = outages.filter((each) => each.code === code);
    telemetry.warn("changes wait", { error, changes: 1 + others.length, delaySeconds: outageDelaySeconds(error) });
  }
}

function report(run: Run, { applied, messages }: Batch): void {
  const { telemetry } = run;
  const nowMs = run.clock.now();
  const count = (kind: string): number => applied.filter(({ outcome }) => outcome.kind === kind).length;
  const written = applied.reduce((sum, { outcome }) => sum + (outcome.kind === "done" ? outcome.writes : 0), 0);
  const unsettled = applied.filter(({ outcome }) => outcome.kind !== "done");
  const waitedMs = unsettled.map(({ change }) => nowMs - (change.origin?.receivedAtMs ?? nowMs));
  telemetry.count(METRICS.changesProcessed, count("done"));
  telemetry.count(METRICS.changesFailed, count("failed"));
  telemetry.count(METRICS.recordsWritten, written);
  // What is handed back is a new message to SQS, whose own age of the oldest message starts anew with it.
  telemetry.count(METRICS.oldestChangeSeconds, Math.max(0, ...waitedMs) / 1000);
  for (const { deliveryId, messageId, receives, changes } of messages)
    telemetry.info("delivery processed", { correlationId: deliveryId, messageId, receives, changes: changes.length });
  telemetry.info("batch processed", {
    messages: messages.length,
    changes: applied.length,
    done: count("done"),
    again: count("again"),
    failed: count("failed"),
    written,
    oldestMs: Math.max(...messages.map(({ receivedAtMs }) => nowMs - receivedAtMs)),
  });
}
