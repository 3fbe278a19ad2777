import { ReceiveMessageCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createChangeQueue, readQueueDepth } from "../../lib/sqs/change-queue.ts";
import { ensureQueue } from "../../lib/sqs/ensure-queue.ts";
import { createPassQueue } from "../../lib/sqs/pass-queue.ts";
import { createPostponement } from "../../lib/sqs/postpone-message.ts";
import { redriveDeadLetters } from "../../lib/sqs/redrive-dead-letters.ts";
import { startSqsFixture } from "../fixtures/embedded-sqs.ts";
import { createInMemoryChangeQueue } from "../fixtures/in-memory-change-queue.ts";
import { describeChangeQueue } from "./change-queue-contract.ts";

let sqs: Awaited<ReturnType<typeof startSqsFixture>>;
beforeAll(async () => {
  sqs = await startSqsFixture();
});
afterAll(() => sqs.stop());

describeChangeQueue("createChangeQueue on SQS", async () => {
  const { queueUrl } = await sqs.createQueue();
  return {
    queue: createChangeQueue({ client: sqs.client, queueUrl }),
    receive: () => receive(sqs.client, queueUrl, 600),
  };
});

describeChangeQueue("createInMemoryChangeQueue", async () => {
  const queue = createInMemoryChangeQueue({ now: () => 1_790_000_000_000 });
  return { queue, receive: async () => queue.receive(10, 600_000) };
});

async function receive(client: SQSClient, queueUrl: string, visibilitySeconds: number): Promise<SQSEvent> {
  const { Messages: messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: visibilitySeconds,
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    }),
  );
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId ?? "",
      receiptHandle: message.ReceiptHandle ?? "",
      body: message.Body ?? "",
      attributes: {
        ApproximateReceiveCount: message.Attributes?.ApproximateReceiveCount ?? "",
        SentTimestamp: "",
        SenderId: "",
        ApproximateFirstReceiveTimestamp: "",
      },
      messageAttributes: {},
      md5OfBody: "",
      eventSource: "aws:sqs",
      eventSourceARN: "",
      awsRegion: "",
    })),
  };
}

describe("createPostponement", () => {
  it("has a message shown again when it says, whatever the receiver asked for", async () => {
    const { queueUrl } = await sqs.createQueue();
    await createChangeQueue({ client: sqs.client, queueUrl }).send({ deliveryId: "d", receivedAtMs: 1, changes: [] });
    const [first] = (await receive(sqs.client, queueUrl, 600)).Records;
    expect((await receive(sqs.client, queueUrl, 600)).Records).toEqual([]);
    await createPostponement({ client: sqs.client, queueUrl })(first?.receiptHandle ?? "", 0);
    expect((await receive(sqs.client, queueUrl, 600)).Records).toMatchObject([{ messageId: first?.messageId }]);
  });
});

describe("createChangeQueue", () => {
  it.each([
    ["AccessDenied", "client", "misconfigured"],
    ["RequestThrottled", "client", "throttled"],
    ["InternalError", "server", "serverError"],
    ["TimeoutError", undefined, "unreachable"],
  ])("turns %s into a retryable failure", async (name, fault, code) => {
    const failure = Object.assign(new Error("secret body"), { name, $fault: fault });
    const client = { send: async () => Promise.reject(failure) };
    const queue = createChangeQueue({ client, queueUrl: "http://q" });
    const sending = queue.send({ deliveryId: "1", receivedAtMs: 1, changes: [] });
    await expect(sending).rejects.toMatchObject({ name: "RetryableError", code, cause: failure });
    await expect(sending).rejects.not.toThrow("secret");
  });

  it("sends one request for a message of a hundred changes", async () => {
    const sent: unknown[] = [];
    const client = { send: async (command: unknown) => void sent.push(command) };
    const changes = Array.from({ length: 100 }, (_, index) => change(String(index)));
    await createChangeQueue({ client, queueUrl: "http://q" }).send({ deliveryId: "1", receivedAtMs: 1, changes });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toBeInstanceOf(SendMessageCommand);
  });
});

function fail(): never {
  throw new Error("lost");
}

function change(id: string) {
  return { type: "deal", id, at: { created: 1 }, looks: 0, failures: 0 } as const;
}

describe("ensureQueue", () => {
  it("creates the queue once and answers the same one again", async () => {
    const wanted = { queueName: "q", deadLetterQueueName: "dead", delaySeconds: 2, visibilityTimeoutSeconds: 30 };
    expect(await ensureQueue(sqs.client, wanted)).toEqual(await ensureQueue(sqs.client, wanted));
  });

  it("moves a message that was received too often to the dead-letter queue", async () => {
    const { queueUrl, deadLetterQueueUrl } = await sqs.createQueue();
    await createPassQueue({ client: sqs.client, queueUrl }).send({ passId: "p" });
    for (let attempt = 0; attempt < 6; attempt += 1) await receive(sqs.client, queueUrl, 0);
    expect(await readQueueDepth({ client: sqs.client, queueUrl: deadLetterQueueUrl })).toMatchObject({ waiting: 1 });
  });
});

describe("redriveDeadLetters", () => {
  it("moves messages back with their bodies, up to the limit, and says how many", async () => {
    const { queueUrl, deadLetterQueueUrl } = await sqs.createQueue();
    const dead = createChangeQueue({ client: sqs.client, queueUrl: deadLetterQueueUrl });
    for (const id of ["1", "2", "3"]) await dead.send({ deliveryId: id, receivedAtMs: 1, changes: [change(id)] });
    const redrive = { client: sqs.client, deadLetterQueueUrl, queueUrl };
    expect(await redriveDeadLetters({ ...redrive, limit: 2 })).toBe(2);
    expect(await redriveDeadLetters({ ...redrive, limit: 10 })).toBe(1);
    const bodies = (await receive(sqs.client, queueUrl, 60)).Records.map(({ body }) =>
      String(JSON.parse(body).deliveryId),
    );
    expect(new Set(bodies)).toEqual(new Set(["1", "2", "3"]));
  });

  it("leaves a message in the dead-letter queue when it could not be sent", async () => {
    const deleted: unknown[] = [];
    const client = {
      send: async (command: unknown) => {
        if (command instanceof ReceiveMessageCommand) return { Messages: [{ Body: "b", ReceiptHandle: "r" }] };
        if (command instanceof SendMessageCommand) throw new Error("refused");
        deleted.push(command);
        return {};
      },
    };
    const redrive = redriveDeadLetters({ client, deadLetterQueueUrl: "http://d", queueUrl: "http://q", limit: 5 });
    await expect(redrive).rejects.toMatchObject({ name: "RetryableError" });
    expect(deleted).toEqual([]);
  });
});

describe("createInMemoryChangeQueue", () => {
  it("buries a message that was received too often", async () => {
    let nowMs = 0;
    const queue = createInMemoryChangeQueue({ now: () => nowMs });
    await queue.send({ deliveryId: "poison", receivedAtMs: 1, changes: [] });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(queue.receive(10, 1000).Records).toHaveLength(1);
      nowMs += 1000;
    }
    expect(queue.receive(10, 1000).Records).toEqual([]);
    expect(queue.deadLetters()).toHaveLength(1);
    expect(queue.size()).toBe(0);
  });

  it("keeps what beforeCall throws from taking effect, and not what afterCall throws", async () => {
    const refused = createInMemoryChangeQueue({ now: () => 0, beforeCall: fail });
    const landed = createInMemoryChangeQueue({ now: () => 0, afterCall: fail });
    const message = { deliveryId: "1", receivedAtMs: 1, changes: [] };
    await expect(refused.send(message)).rejects.toThrow("lost");
    await expect(landed.send(message)).rejects.toThrow("lost");
    expect([refused.size(), landed.size()]).toEqual([0, 1]);
  });
});
