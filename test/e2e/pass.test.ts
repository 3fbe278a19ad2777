import { GetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { SIMULATED_TOKEN } from "../../infra/local/local-options.ts";
import { DEFAULTS, TABLE } from "../../lib/contract.ts";
import { listUse, OTHER_USE } from "../../lib/domain/use-rows.ts";
import { partitionKeyOf, SHARDS } from "../../lib/dynamodb/keys.ts";
import { ensureQueue } from "../../lib/sqs/ensure-queue.ts";
import { startPass } from "../../lib/sync/pass/start-pass.ts";
import { createPassHandler } from "../../lib/wiring/pass-handler.ts";
import { createPassPorts } from "../../lib/wiring/pass-ports.ts";
import { startLocalWorld, type LocalWorld } from "../fixtures/local-world.ts";

let world: LocalWorld;

beforeAll(async () => {
  world = await startLocalWorld();
});

afterAll(async () => {
  await world.close();
});

/** Things happen in HubSpot and no webhook tells of them. */
async function fallBehind(count: number): Promise<void> {
  world.simulator.behaviour.dropShare = 1;
  await world.sim("POST", "/import", { companies: count, contacts: count, deals: count });
  await world.settle();
  world.simulator.behaviour.dropShare = 0;
}

const start = (body: object = {}) => world.api("POST", "/v1/reconciliations", body);

async function follow(id: unknown): Promise<Record<string, unknown>> {
  return vi.waitFor(
    async () => {
      const { body } = await world.api("GET", `/v1/reconciliations/${String(id)}`);
      if (body["status"] === "running") throw new Error("still running");
      return body;
    },
    { timeout: 60_000, interval: 50 },
  );
}

async function agree(): Promise<void> {
  await world.settle();
  expect(await world.differences()).toEqual([]);
}

describe("a pass over HTTP, an embedded DynamoDB and an embedded SQS", () => {
  it("is accepted, refuses a second one while it runs, repairs what nobody heard of, and is kept for 30 days", async () => {
    await fallBehind(60);
    world.simulator.behaviour.latencyMs = 200;
    const accepted = await start();
    expect(accepted).toMatchObject({
      status: 202,
      body: { status: "running", dryRun: false, types: ["company", "contact", "deal"] },
    });
    const { id } = accepted.body;
    const refused = await start({ dryRun: true });
    expect(refused).toMatchObject({
      status: 409,
      body: { code: "running", detail: expect.stringContaining(String(id)) },
    });
    world.simulator.behaviour.latencyMs = 0;
    const ended = await follow(id);
    expect(ended).toMatchObject({
      status: "succeeded",
      counts: { company: { read: 60, created: expect.any(Number) } },
      report: { hubspotCalls: expect.any(Number), brake: { company: { isHeld: false } } },
    });
    await agree();
    const { body } = await world.api("GET", "/v1/reconciliations?limit=1");
    expect(body["items"]).toMatchObject([{ id, status: "succeeded" }]);
    expect(await daysKept(String(id))).toEqual([30, 30]);
  });

  it("spreads a first import over all partitions", async () => {
    const shards = await Promise.all(
      Array.from({ length: SHARDS }, async (_, shard) => {
        const { aws } = world.stack;
        const query = new QueryCommand({
          TableName: aws.tableName,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": { S: partitionKeyOf("customer", shard) } },
          Select: "COUNT",
        });
        return (await aws.dynamoDb.send(query)).Count ?? 0;
      }),
    );
    expect(shards.reduce((sum, count) => sum + count, 0)).toBe(60);
    expect(Math.max(...shards)).toBeLessThan(60 / 4);
    expect(shards.filter((count) => count > 0).length).toBeGreaterThan(12);
  });

  it("tries only, compares some types only, and says why it refuses", async () => {
    const trial = await start({ dryRun: true, types: ["deal"] });
    expect(await follow(trial.body["id"])).toMatchObject({
      status: "succeeded",
      dryRun: true,
      types: ["deal"],
      counts: { deal: { unchanged: expect.any(Number) } },
    });
    expect(await start({ confirm: "20200101-000000-000000" })).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining("There is no pass") },
    });
    expect(await start({ confirm: String(trial.body["id"]) })).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining("has the status succeeded") },
    });
    expect(await start({ types: ["lead"] })).toMatchObject({ status: 422 });
    expect(await world.api("GET", "/v1/reconciliations/20200101-000000-000000")).toMatchObject({ status: 404 });
  });

  it("is handed from one invocation to the next at the deadline, each given an SQS event", async () => {
    await fallBehind(110);
    const { aws, hubspotUrl } = world.stack;
    const passQueue = await ensureQueue(aws.sqs, {
      queueName: "hand-over",
      deadLetterQueueName: "hand-over-dead",
      delaySeconds: 0,
      visibilityTimeoutSeconds: 300,
    });
    const lines: string[] = [];
    const tell = (message: string): void => void lines.push(message);
    const ports = createPassPorts({
      config: {
        tableName: aws.tableName,
        changeQueueUrl: aws.changes.queueUrl,
        passQueueUrl: passQueue.queueUrl,
        settings: { dealStages: { kind: "all" }, exclusion: { property: "zep", values: ["no", "nein"] } },
        brakePercent: 10,
        brakeMinimum: 20,
        hubspotBaseUrl: hubspotUrl,
        hubspotApiVersion: DEFAULTS.hubspotApiVersion,
      },
      accessToken: { read: () => Promise.resolve([SIMULATED_TOKEN]), reread: () => Promise.resolve([SIMULATED_TOKEN]) },
      dynamoDb: aws.dynamoDb,
      sqs: aws.sqs,
      telemetry: { info: tell, warn: tell, error: tell, count: () => undefined },
    });
    const handler = createPassHandler(ports);
    const started = await startPass(ports);
    if (started.kind !== "started") throw new Error(started.kind);
    let invocations = 0;
    for (;;) {
      const record = await receive(passQueue.queueUrl);
      if (record === undefined) break;
      invocations += 1;
      // A minute is set aside for handing over: the first invocation has no time but that, the second one enough.
      const remainingMs = invocations === 1 ? 60_000 : 900_000;
      await handler({ Records: [record] }, { getRemainingTimeInMillis: () => remainingMs });
      await aws.sqs.send(
        new DeleteMessageCommand({ QueueUrl: passQueue.queueUrl, ReceiptHandle: record.receiptHandle }),
      );
    }
    expect(invocations).toBe(2);
    const ended = await follow(started.passId);
    expect(ended).toMatchObject({ status: "succeeded", counts: { company: { read: 170 } } });
    expectToAddUp(ended);
    expect(lines).toContain("pass succeeded");
    await agree();
  });
});

/** What each type used, and what belongs to none, is what the pass used. */
function expectToAddUp({ counts, report }: Record<string, unknown>): void {
  const used = listUse(z.record(z.string(), z.record(z.string(), z.number())).parse(counts));
  const { heading: _heading, durationMs = 0, ...all } = used.at(-1) ?? {};
  expect(report).toMatchObject({ ...all, durationSeconds: Math.round(durationMs / 1000) });
  const other = used.find(({ heading }) => heading === OTHER_USE);
  // The guard's account; account and property for each invocation. Checkpoints, and the reservations of numbers.
  expect(other?.hubspotCalls).toBe(1 + 2 * 2);
  expect([other?.writeUnits, other?.readUnits].every((units) => units !== undefined && units > 0)).toBe(true);
  expect(used.every(({ readUnits }) => readUnits > 0)).toBe(true);
}

async function receive(queueUrl: string): Promise<SQSRecord | undefined> {
  const { Messages = [] } = await world.stack.aws.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 1 }),
  );
  const [message] = Messages;
  if (message === undefined) return undefined;
  return {
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {},
    md5OfBody: message.MD5OfBody ?? "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-1:000000000000:hand-over",
    awsRegion: "eu-central-1",
  };
}

/** How long DynamoDB keeps the pass and its report. */
async function daysKept(passId: string): Promise<readonly number[]> {
  const { dynamoDb, tableName } = world.stack.aws;
  const keys = [
    { pk: { S: "pass" }, sk: { S: `pass#${passId}` } },
    { pk: { S: `pass#${passId}` }, sk: { S: "report" } },
  ];
  const found = await Promise.all(keys.map((Key) => dynamoDb.send(new GetItemCommand({ TableName: tableName, Key }))));
  return found.map(({ Item }) => Math.round((Number(Item?.[TABLE.expiresAt]?.N) - Date.now() / 1000) / 86_400));
}
