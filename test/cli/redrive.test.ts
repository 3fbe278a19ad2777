import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readQueueDepth } from "../../lib/sqs/change-queue.ts";
import { startSqsFixture } from "../fixtures/embedded-sqs.ts";
import { createScriptedTerminal, type ScriptedTerminal } from "../fixtures/scripted-terminal.ts";
import { startStubAws, type StackParts, type StubAws } from "../fixtures/stub-aws.ts";

let sqs: Awaited<ReturnType<typeof startSqsFixture>>;
let aws: StubAws;
let folder: string;
let queues: Pick<StackParts, "changes" | "passes">;
beforeAll(async () => {
  sqs = await startSqsFixture();
  aws = await startStubAws({ sqsEndpoint: sqs.endpoint, dynamoDbEndpoint: "http://127.0.0.1:1" });
  folder = await mkdtemp(join(tmpdir(), "hubspot-zep-"));
});
afterAll(async () => {
  await aws.stop();
  await sqs.stop();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  queues = { changes: await sqs.createQueue(), passes: await sqs.createQueue() };
  const rest = {
    webhookUrl: "https://example.com/webhook",
    recordsApiUrl: "https://example.com",
    tableName: "records",
  };
  aws.scene.stack = aws.deployed({ ...queues, ...rest });
});

async function giveUp(queueUrl: string, bodies: readonly string[]): Promise<void> {
  for (const body of bodies) await sqs.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
}

async function count(queueUrl: string): Promise<number> {
  const { waiting, inFlight, delayed } = await readQueueDepth({ client: sqs.client, queueUrl });
  return waiting + inFlight + delayed;
}

const numbered = (total: number): readonly string[] => Array.from({ length: total }, (_, index) => `message ${index}`);

function openTerminal(isTerminal = false): ScriptedTerminal {
  return createScriptedTerminal({ folder, env: aws.env, isTerminal });
}

describe("redrive", () => {
  it("moves given-up changes and passes back, each to its own queue", async () => {
    await giveUp(queues.changes.deadLetterQueueUrl, ["change"]);
    await giveUp(queues.passes.deadLetterQueueUrl, ["pass"]);
    const terminal = openTerminal();
    expect(await terminal.run("redrive", "--aws")).toBe(0);
    expect(terminal.screen()).toBe(
      "Moved 1 message of changes and 1 message of passes back. Watch: npx hubspot-zep health --aws\n",
    );
    for (const [queue, body] of [
      [queues.changes, "change"],
      [queues.passes, "pass"],
    ] as const) {
      const receive = new ReceiveMessageCommand({ QueueUrl: queue.queueUrl, MaxNumberOfMessages: 10 });
      const { Messages: messages = [] } = await sqs.client.send(receive);
      expect(messages.map(({ Body }) => Body)).toEqual([body]);
      expect(await count(queue.deadLetterQueueUrl)).toBe(0);
    }
  });

  it("moves more than SQS hands out at once", async () => {
    await giveUp(queues.changes.deadLetterQueueUrl, numbered(23));
    const terminal = openTerminal();
    await terminal.run("redrive", "--json");
    expect(JSON.parse(terminal.screen())).toEqual({ moved: { changes: 23, passes: 0 } });
    expect(await count(queues.changes.queueUrl)).toBe(23);
  });

  it("stops at the limit of each queue and leaves the rest", async () => {
    await giveUp(queues.changes.deadLetterQueueUrl, numbered(12));
    await openTerminal().run("redrive", "--limit", "11");
    expect(await count(queues.changes.queueUrl)).toBe(11);
    expect(await count(queues.changes.deadLetterQueueUrl)).toBe(1);
  });

  it("shows on a terminal how far it is", async () => {
    await giveUp(queues.changes.deadLetterQueueUrl, numbered(12));
    const terminal = openTerminal(true);
    await terminal.run("redrive");
    expect(terminal.screen()).toContain("10 messages of changes moved");
    expect(terminal.screen()).toContain("12 messages of changes moved");
  });

  it("says that nothing was given up", async () => {
    const terminal = openTerminal();
    expect(await terminal.run("redrive")).toBe(0);
    expect(terminal.screen()).toBe("Nothing was given up: the dead-letter queues are empty.\n");
  });

  it.each(["0", "-1", "2.5", "many"])("refuses --limit %s", async (limit) => {
    const terminal = openTerminal();
    expect(await terminal.run("redrive", `--limit=${limit}`)).toBe(2);
    expect(terminal.errors()).toMatch(/^--limit is ".+"; expected a whole number from 1\.\n$/u);
  });

  it("names what SQS refused in one sentence", async () => {
    const gone = { ...queues.changes, deadLetterQueueUrl: `${queues.changes.deadLetterQueueUrl}-gone` };
    const rest = { webhookUrl: "https://example.com", recordsApiUrl: "https://example.com", tableName: "records" };
    aws.scene.stack = aws.deployed({ ...queues, changes: gone, ...rest });
    const terminal = openTerminal();
    expect(await terminal.run("redrive")).toBe(1);
    expect(terminal.errors()).toMatch(/^SQS ReceiveMessage failed: QueueDoesNotExist\n$/u);
  });
});
