import { ChangeMessageVisibilityBatchCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startQueuePoller, type PollerOptions, type QueuePoller } from "../../../infra/local/queue-poller.ts";
import { readQueueDepth } from "../../../lib/sqs/change-queue.ts";
import { ensureQueue } from "../../../lib/sqs/ensure-queue.ts";
import { startSqsFixture } from "../../fixtures/embedded-sqs.ts";

let sqs: Awaited<ReturnType<typeof startSqsFixture>>;
let queues = 0;
let queueUrl: string;
let poller: QueuePoller | undefined;
let batches: string[][];
let crashes: unknown[];

beforeAll(async () => {
  sqs = await startSqsFixture();
});
afterAll(() => sqs.stop());
beforeEach(async () => {
  queues += 1;
  ({ queueUrl } = await ensureQueue(sqs.client, {
    queueName: `polled-${queues}`,
    deadLetterQueueName: `polled-${queues}-dead`,
    delaySeconds: 0,
    visibilityTimeoutSeconds: 1,
  }));
  batches = [];
  crashes = [];
});
afterEach(async () => {
  await poller?.stop();
  poller = undefined;
});

async function send(...bodies: string[]): Promise<void> {
  for (const body of bodies) await sqs.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
}

function start(
  handler: (event: SQSEvent) => Promise<SQSBatchResponse | void>,
  options: Partial<PollerOptions> = {},
): void {
  poller = startQueuePoller({
    client: sqs.client,
    queueUrl,
    batchSize: 100,
    windowMs: 0,
    visibilitySeconds: 1,
    concurrency: 1,
    onCrash: (error) => crashes.push(error),
    handler: (event) => {
      batches.push(event.Records.map(({ body }) => body));
      return handler(event);
    },
    ...options,
  });
}

async function countMessages(): Promise<number> {
  const { waiting, inFlight, delayed } = await readQueueDepth({ client: sqs.client, queueUrl });
  return waiting + inFlight + delayed;
}

async function reportBad({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const bad = Records.filter(({ body }) => body === "bad");
  return { batchItemFailures: bad.map(({ messageId: itemIdentifier }) => ({ itemIdentifier })) };
}

describe("startQueuePoller", () => {
  it("calls the function with what waits, more than ten messages at once, and deletes it", async () => {
    const bodies = Array.from({ length: 25 }, (_, index) => `message ${index}`);
    await send(...bodies);
    start(async () => undefined);
    await vi.waitFor(async () => expect(await countMessages()).toBe(0), { timeout: 5_000 });
    expect(batches.map((batch) => batch.length)).toEqual([25]);
    expect(batches.flat().toSorted()).toEqual(bodies.toSorted());
  });

  it("keeps a batch within its size", async () => {
    await send("a", "b", "c");
    start(async () => undefined, { batchSize: 2 });
    await vi.waitFor(async () => expect(await countMessages()).toBe(0), { timeout: 5_000 });
    expect(batches.map((batch) => batch.length)).toEqual([2, 1]);
  });

  it("leaves only the messages that the function reports", async () => {
    await send("good", "bad");
    start(reportBad);
    await vi.waitFor(() => expect(batches.length).toBeGreaterThan(1), { timeout: 5_000 });
    expect(batches[1]).toEqual(["bad"]);
  });

  it("deletes nothing when the function crashes, and goes on", async () => {
    await send("a");
    let calls = 0;
    start(async () => {
      calls += 1;
      if (calls === 1) throw new Error("crash");
    });
    await vi.waitFor(async () => expect(await countMessages()).toBe(0), { timeout: 5_000 });
    expect([batches, crashes]).toMatchObject([[["a"], ["a"]], [{ message: "crash" }]]);
  });

  it("keeps messages hidden for as long as the function works on them", async () => {
    const bodies = Array.from({ length: 12 }, (_, index) => `message ${index}`);
    await send(...bodies);
    const sent = vi.spyOn(sqs.client, "send");
    const renewed = (): number =>
      sent.mock.calls
        .flatMap(([command]) => (command instanceof ChangeMessageVisibilityBatchCommand ? [command.input] : []))
        .flatMap(({ Entries = [] }) => Entries)
        .filter(({ VisibilityTimeout }) => VisibilityTimeout === 1).length;
    start(async () => {
      await vi.waitFor(() => expect(renewed()).toBeGreaterThanOrEqual(2 * bodies.length), { timeout: 20_000 });
    });
    await vi.waitFor(async () => expect(await countMessages()).toBe(0), { timeout: 20_000 });
    expect(crashes).toEqual([]);
  });

  it("tells the function how often a message was received", async () => {
    await send("a");
    const counts: string[] = [];
    start(async ({ Records: [record] }) => {
      counts.push(record?.attributes.ApproximateReceiveCount ?? "");
      return { batchItemFailures: counts.length < 3 ? [{ itemIdentifier: record?.messageId ?? "" }] : [] };
    });
    await vi.waitFor(() => expect(counts).toEqual(["1", "2", "3"]), { timeout: 5_000 });
  });

  it("ends only after the batch at hand is done", async () => {
    await send("a");
    let isDone = false;
    start(async () => {
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
      isDone = true;
    });
    await vi.waitFor(() => expect(batches.length).toBe(1), { timeout: 5_000 });
    await poller?.stop();
    expect([isDone, await countMessages()]).toEqual([true, 0]);
  });
});
