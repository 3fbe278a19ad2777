import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSEvent, SQSRecord } from "aws-lambda";
import { readWireBody } from "./recorded-table.ts";

/** Requests to SQS and what they carried. */
export interface QueueTraffic {
  readonly requests: number;
  /** Of the messages' bodies. */
  readonly bytes: number;
}

interface Message {
  readonly messageId: string;
  readonly body: string;
  visibleAtMs: number;
  receives: number;
}

/**
 * A standard queue behind a real SQS client: the requests are those of the SDK, taken off just before the network, and
 * the time is the caller's. It delivers oldest first, and what is not deleted comes back at once.
 */
export class RecordedQueue {
  readonly client: SQSClient;
  readonly queueUrl = "https://sqs.eu-central-1.amazonaws.com/000000000000/changes";
  readonly #now: () => number;
  readonly #delaySeconds: number;
  #messages: Message[] = [];
  #sent = 0;
  #traffic: QueueTraffic = NO_TRAFFIC;

  constructor({ now, delaySeconds }: { readonly now: () => number; readonly delaySeconds: number }) {
    this.#now = now;
    this.#delaySeconds = delaySeconds;
    this.client = new SQSClient({
      region: "eu-central-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      requestHandler: { handle: async (request: WireRequest) => ({ response: this.#answer(request) }) },
    });
  }

  /** Requests since the last call. */
  take(): QueueTraffic {
    const taken = this.#traffic;
    this.#traffic = NO_TRAFFIC;
    return taken;
  }

  /** When the next message can be received; undefined if there is none. */
  get nextVisibleAtMs(): number | undefined {
    return this.#messages.reduce<number | undefined>(
      (least, { visibleAtMs }) => Math.min(least ?? visibleAtMs, visibleAtMs),
      undefined,
    );
  }

  /** How many messages can be received at a time. */
  countVisible(atMs: number): number {
    return this.#messages.filter(({ visibleAtMs }) => visibleAtMs <= atMs).length;
  }

  receive(limit: number): SQSEvent {
    const visible = this.#messages
      .filter(({ visibleAtMs }) => visibleAtMs <= this.#now())
      .toSorted((left, right) => left.visibleAtMs - right.visibleAtMs)
      .slice(0, limit);
    for (const message of visible) message.receives += 1;
    return { Records: visible.map(toRecord) };
  }

  delete(messageIds: readonly string[]): void {
    const done = new Set(messageIds);
    this.#messages = this.#messages.filter(({ messageId }) => !done.has(messageId));
  }

  #answer(request: WireRequest): object {
    const operation = request.headers["x-amz-target"];
    if (operation !== "AmazonSQS.SendMessage") throw new Error(`${operation} is no request that is expected here`);
    const asked: { readonly MessageBody: string; readonly DelaySeconds?: number } = JSON.parse(
      readWireBody(request.body),
    );
    const bytes = Buffer.byteLength(asked.MessageBody);
    this.#traffic = { requests: this.#traffic.requests + 1, bytes: this.#traffic.bytes + bytes };
    this.#sent += 1;
    const messageId = `message-${this.#sent}`;
    const visibleAtMs = this.#now() + (asked.DelaySeconds ?? this.#delaySeconds) * 1_000;
    this.#messages.push({ messageId, body: asked.MessageBody, visibleAtMs, receives: 0 });
    const digest = createHash("md5").update(asked.MessageBody).digest("hex");
    const answer = JSON.stringify({ MessageId: messageId, MD5OfMessageBody: digest });
    const headers = { "content-type": "application/x-amz-json-1.0" };
    return { statusCode: 200, headers, body: Readable.from([Buffer.from(answer)]) };
  }
}

export const NO_TRAFFIC: QueueTraffic = { requests: 0, bytes: 0 };

interface WireRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

function toRecord({ messageId, body, receives }: Message): SQSRecord {
  return {
    messageId,
    receiptHandle: `${messageId}/${receives}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: "0",
      SenderId: "bench",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-1:000000000000:changes",
    awsRegion: "eu-central-1",
  };
}
