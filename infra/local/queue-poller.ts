import { setTimeout as sleep } from "node:timers/promises";
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";

export interface PollerOptions {
  readonly client: Pick<SQSClient, "send">;
  readonly queueUrl: string;
  readonly handler: (event: SQSEvent) => Promise<SQSBatchResponse | void>;
  /** Most messages in one call of the handler. */
  readonly batchSize: number;
  /** How long messages are gathered after the first one. Milliseconds. */
  readonly windowMs: number;
  /** How long the queue hides a message after it was received; renewed while the message is worked on. */
  readonly visibilitySeconds: number;
  /** Calls of the handler at once. */
  readonly concurrency: number;
  readonly onCrash: (error: unknown) => void;
}

/** A running poller. */
export interface QueuePoller {
  /** Takes no more messages and resolves when those it has are worked on. */
  readonly stop: () => Promise<void>;
}

/** SQS hands out and deletes so many at once. */
const MESSAGES_PER_REQUEST = 10;

/** SQS's longest wait for a message. Seconds. */
const LONG_POLL_SECONDS = 20;

/** Renewals of a message's hiding before it would end. */
const RENEWALS_PER_TIMEOUT = 3;

/** Pause after SQS could not be reached. Milliseconds. */
const PAUSE_MS = 1_000;

/**
 * Calls a function for the messages of a queue as AWS Lambda's event source mapping does: gathers a batch, calls the
 * function, deletes what it did not report in `batchItemFailures`, and after a crash of the function nothing. What is
 * not deleted comes back when its visibility timeout is over. In AWS that timeout is longer than any call; here it is
 * short, so that what was at work in a power cut comes back soon, and is renewed for as long as a call takes.
 */
export function startQueuePoller(options: PollerOptions): QueuePoller {
  const stopping = new AbortController();
  const lanes = Array.from({ length: options.concurrency }, () => poll(options, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(lanes);
    },
  };
}

async function poll(options: PollerOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await workOnBatch(options, signal);
    } catch (error) {
      if (signal.aborted) return;
      options.onCrash(error);
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function workOnBatch(options: PollerOptions, signal: AbortSignal): Promise<void> {
  const batch: Message[] = [];
  const renewEveryMs = (options.visibilitySeconds * 1_000) / RENEWALS_PER_TIMEOUT;
  const renewal = setInterval(() => void hide(options, batch).catch(options.onCrash), renewEveryMs);
  try {
    await gatherBatch(options, signal, batch);
    if (batch.length > 0) await runBatch(options, batch);
  } finally {
    clearInterval(renewal);
  }
}

async function gatherBatch(options: PollerOptions, signal: AbortSignal, batch: Message[]): Promise<void> {
  batch.push(...(await receive(options, { limit: options.batchSize, waitSeconds: LONG_POLL_SECONDS, signal })));
  if (batch.length === 0) return;
  // What has been received is worked on even when the poller stops now.
  await sleep(options.windowMs, undefined, { signal }).catch(() => undefined);
  while (batch.length < options.batchSize && !signal.aborted) {
    const more = await receive(options, { limit: options.batchSize - batch.length, waitSeconds: 0 });
    if (more.length === 0) return;
    batch.push(...more);
  }
}

async function hide({ client, queueUrl, visibilitySeconds }: PollerOptions, batch: readonly Message[]): Promise<void> {
  await forEachRequest(batch, async (part) => {
    const entries = part.map((entry) => ({ ...entry, VisibilityTimeout: visibilitySeconds }));
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
  });
}

async function receive(
  { client, queueUrl }: PollerOptions,
  {
    limit,
    waitSeconds,
    signal,
  }: { readonly limit: number; readonly waitSeconds: number; readonly signal?: AbortSignal },
): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: Math.min(MESSAGES_PER_REQUEST, limit),
    WaitTimeSeconds: waitSeconds,
    MessageSystemAttributeNames: ["All"],
  });
  const { Messages: messages = [] } = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
  return messages;
}

async function runBatch(options: PollerOptions, batch: readonly Message[]): Promise<void> {
  const response = await options.handler({ Records: batch.map(toRecord) });
  const failed = new Set(response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const done = batch.filter(({ MessageId: id = "" }) => !failed.has(id));
  await forEachRequest(done, async (part) => {
    await options.client.send(new DeleteMessageBatchCommand({ QueueUrl: options.queueUrl, Entries: part }));
  });
}

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle: string | undefined;
}

/** Names messages to SQS, as many at once as it takes. */
async function forEachRequest(
  messages: readonly Message[],
  request: (entries: Entry[]) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < messages.length; start += MESSAGES_PER_REQUEST) {
    const part = messages.slice(start, start + MESSAGES_PER_REQUEST);
    await request(part.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })));
  }
}

function toRecord(message: Message): SQSRecord {
  const attributes = message.Attributes ?? {};
  return {
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    attributes: {
      ApproximateReceiveCount: attributes.ApproximateReceiveCount ?? "1",
      SentTimestamp: attributes.SentTimestamp ?? "0",
      SenderId: attributes.SenderId ?? "local",
      ApproximateFirstReceiveTimestamp: attributes.ApproximateFirstReceiveTimestamp ?? "0",
    },
    messageAttributes: {},
    md5OfBody: message.MD5OfBody ?? "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-1:000000000000:hubspot-zep-changes",
    awsRegion: "eu-central-1",
  };
}
