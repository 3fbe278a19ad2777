import { DeleteItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { createPassStore } from "../../lib/dynamodb/pass-store.ts";
import { createPassId } from "../../lib/sync/pass-id.ts";
import { startDynamoDbFixture } from "../fixtures/embedded-dynamodb.ts";
import { createInMemoryPassStore } from "../fixtures/in-memory-pass-store.ts";
import { describePassStore, SCHEMAS } from "./pass-store-contract.ts";

let dynamoDb: Awaited<ReturnType<typeof startDynamoDbFixture>>;
beforeAll(async () => {
  dynamoDb = await startDynamoDbFixture();
});
afterAll(() => dynamoDb.stop());

describePassStore("createPassStore on DynamoDB", async () =>
  createPassStore({ client: dynamoDb.client, tableName: await dynamoDb.createTable(), schemas: SCHEMAS }),
);

describePassStore("createInMemoryPassStore", async () => createInMemoryPassStore({ schemas: SCHEMAS }));

describe("createPassStore", () => {
  const lease = { owner: "a", nowMs: 1, leaseUntilMs: 2 };
  const pass = {
    passId: createPassId(1_790_000_000_000, () => 0),
    status: "running",
    startedAtMs: 1_790_000_000_000,
    isDryRun: false,
    types: [],
    counts: {},
  } as const;

  it("tells a stored checkpoint that its schema does not know", async () => {
    const table = { client: dynamoDb.client, tableName: await dynamoDb.createTable() };
    const older = createPassStore({ ...table, schemas: { ...SCHEMAS, checkpoint: z.number() } });
    const store = createPassStore({ ...table, schemas: SCHEMAS });
    await store.startPass(pass, lease);
    const { passId } = pass;
    await older.saveCheckpoint({ passId, ...lease, checkpoint: 5, counts: {} });
    const taken = await store.takeOver({ passId, ...lease });
    expect(taken).toEqual({ kind: "unreadable", pass });
    expect(await store.readLease()).toMatchObject({ owner: lease.owner });
  });

  it("refuses a checkpoint that is too large for an item", async () => {
    const table = { client: dynamoDb.client, tableName: await dynamoDb.createTable() };
    const store = createPassStore({ ...table, schemas: SCHEMAS });
    await store.startPass(pass, lease);
    const checkpoint = { afterId: "x".repeat(301 * 1024) };
    const saving = store.saveCheckpoint({ passId: pass.passId, ...lease, checkpoint, counts: {} });
    await expect(saving).rejects.toMatchObject({ code: "refused" });
  });

  it.each([
    ["tells that a pass is finished also when its lease cannot be given back", "server", "finished"],
    ["hides no lack of rights behind it", "client", "misconfigured"],
  ] as const)("%s", async (_name, fault, outcome) => {
    const { client } = dynamoDb;
    const send = async (command: unknown): Promise<unknown> => {
      if (command instanceof DeleteItemCommand) throw Object.assign(new Error("refused"), { $fault: fault });
      const answer: unknown = await Reflect.apply(Reflect.get(client, "send"), client, [command]);
      return answer;
    };
    const store = createPassStore({ client: { send }, tableName: await dynamoDb.createTable(), schemas: SCHEMAS });
    await store.startPass(pass, lease);
    const ended = { ...pass, status: "succeeded", finishedAtMs: 2 } as const;
    const finished = store.finishPass({ pass: ended, owner: lease.owner, report: { repaired: 1 } });
    expect(await finished.catch((error: unknown) => Reflect.get(Object(error), "code"))).toBe(outcome);
    expect(await store.readPass(pass.passId)).toEqual(ended);
    const next = { ...pass, passId: "next" };
    expect(await store.startPass(next, { owner: "b", nowMs: 2, leaseUntilMs: 3 })).toEqual({ kind: "started" });
  });
});

describe("createPassId", () => {
  it("tells the time of its start in UTC", () => {
    expect(createPassId(Date.parse("2026-11-03T01:02:03.456Z"), () => 0)).toBe("20261103-010203-000000");
  });

  it("has six random characters also at the end of their range", () => {
    expect(createPassId(0, () => 1 - Number.EPSILON)).toBe("19700101-000000-zzzzzz");
  });
});
