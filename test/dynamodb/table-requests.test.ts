import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ContactPerson } from "../../lib/domain/record.ts";
import { encodeRecord } from "../../lib/dynamodb/encode-record.ts";
import { recordKey } from "../../lib/dynamodb/keys.ts";
import { createRecordStore } from "../../lib/dynamodb/record-store.ts";
import { createRecordStreams } from "../../lib/dynamodb/record-streams.ts";
import { getItems } from "../../lib/dynamodb/table-requests.ts";
import { readUnitsOf, sizeOfItem } from "../fixtures/dynamodb-units.ts";
import { startDynamoDbFixture } from "../fixtures/embedded-dynamodb.ts";
import { sampleCustomer, samplePerson } from "../fixtures/sample-records.ts";

const TABLE_NAME = "records";

let dynamoDb: Awaited<ReturnType<typeof startDynamoDbFixture>>;
beforeAll(async () => {
  dynamoDb = await startDynamoDbFixture();
});
afterAll(() => dynamoDb.stop());

/** A client whose first answers to a command get lost after DynamoDB has done the work. */
function createLossyClient(commandName: string, losses: number): { client: DynamoDBClient; attempts: () => number } {
  const client = new DynamoDBClient({
    endpoint: dynamoDb.endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 3,
  });
  let attempts = 0;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      if (context["commandName"] !== commandName) return result;
      attempts += 1;
      if (attempts <= losses) throw Object.assign(new Error("answer lost"), { name: "TimeoutError" });
      return result;
    },
    { step: "deserialize", priority: "low" },
  );
  return { client, attempts: () => attempts };
}

/** A client that answers without a network. */
function createStubClient(answer: (command: unknown) => unknown): Pick<DynamoDBClient, "send"> {
  return { send: async (command: unknown) => answer(command) };
}

vi.setConfig({ testTimeout: 120_000 });

describe("putItemIf", () => {
  it("reports a write as written when only its answer was lost and the SDK repeated it", async () => {
    const tableName = await dynamoDb.createTable();
    const { client, attempts } = createLossyClient("PutItemCommand", 1);
    const store = createRecordStore({ client, tableName });
    const history = [{ atMs: 1, cause: "event", fields: [] }] as const;
    expect(await store.write(sampleCustomer("7", { history }))).toBe("written");
    expect(attempts()).toBe(2);
    client.destroy();
  });

  it("reports a conflict when a repeated write meets another writer's record", async () => {
    const tableName = await dynamoDb.createTable();
    await createRecordStore({ client: dynamoDb.client, tableName }).write(sampleCustomer("7"));
    const { client } = createLossyClient("PutItemCommand", 0);
    const other = sampleCustomer("7", { fence: { sourceUpdatedAtMs: 1, readAtMs: 2 } });
    expect(await createRecordStore({ client, tableName }).write(other)).toBe("conflict");
    client.destroy();
  });

  it("throws unreachable when every answer is lost, though the write has landed", async () => {
    const tableName = await dynamoDb.createTable();
    const { client } = createLossyClient("PutItemCommand", 3);
    const store = createRecordStore({ client, tableName });
    await expect(store.write(sampleCustomer("7"))).rejects.toMatchObject({
      name: "RetryableError",
      code: "unreachable",
    });
    client.destroy();
    const stored = await createRecordStore({ client: dynamoDb.client, tableName }).readCustomers(["7"]);
    expect(stored.size).toBe(1);
  });

  it("spends no read on a write that holds", async () => {
    const commands: unknown[] = [];
    const client = createStubClient((command) => {
      commands.push(command);
      return {};
    });
    await createRecordStore({ client, tableName: TABLE_NAME }).write(sampleCustomer("7"));
    expect(commands).toHaveLength(1);
    expect(commands[0]).toBeInstanceOf(PutItemCommand);
  });

  it("spends one read on a condition that failed", async () => {
    const commands: unknown[] = [];
    const client = createStubClient((command) => {
      commands.push(command);
      if (command instanceof PutItemCommand) throw new ConditionalCheckFailedException({ message: "", $metadata: {} });
      return {};
    });
    expect(await createRecordStore({ client, tableName: TABLE_NAME }).write(sampleCustomer("7"))).toBe("conflict");
    expect(commands[1]).toBeInstanceOf(GetItemCommand);
    expect(commands).toHaveLength(2);
  });
});

describe("toTableFailure", () => {
  const cases: readonly [string, object, object][] = [
    ["ProvisionedThroughputExceededException", { $fault: "client" }, { name: "RetryableError", code: "throttled" }],
    ["ThrottlingException", { $fault: "client" }, { name: "RetryableError", code: "throttled" }],
    ["InternalServerError", { $fault: "server" }, { name: "RetryableError", code: "serverError" }],
    ["Strange", { $metadata: { httpStatusCode: 503 } }, { name: "RetryableError", code: "serverError" }],
    ["TimeoutError", {}, { name: "RetryableError", code: "unreachable" }],
    ["Error", { code: "ECONNREFUSED" }, { name: "RetryableError", code: "unreachable" }],
    ["TransactionConflictException", { $fault: "client" }, { name: "RetryableError", code: "locked" }],
    ["ValidationException", { $fault: "client" }, { name: "NonRetryableError", code: "refused" }],
    ["AccessDeniedException", { $fault: "client" }, { name: "NonRetryableError", code: "misconfigured" }],
    ["ResourceNotFoundException", { $fault: "client" }, { name: "NonRetryableError", code: "misconfigured" }],
    ["CredentialsProviderError", {}, { name: "NonRetryableError", code: "misconfigured" }],
    ["TypeError", {}, { name: "TypeError" }],
  ];

  it.each(cases)("turns %s with %j into %j", async (name, details, expected) => {
    const failure = Object.assign(new Error("key customer#07"), { name, ...details });
    const client = createStubClient(() => {
      throw failure;
    });
    const store = createRecordStore({ client, tableName: TABLE_NAME });
    await expect(store.readCustomers(["7"])).rejects.toMatchObject(expected);
    await expect(store.write(sampleCustomer("7"))).rejects.toMatchObject(expected);
    await expect(store.readDependantIds("7")).rejects.toMatchObject(expected);
  });
});

describe("getItems", () => {
  it("asks again for keys left unprocessed, after a pause that grows", async () => {
    const pauses: number[] = [];
    const asked: number[] = [];
    const client = createStubClient((command) => {
      if (!(command instanceof BatchGetItemCommand)) throw new Error("unexpected command");
      const keys = command.input.RequestItems?.[TABLE_NAME]?.Keys ?? [];
      asked.push(keys.length);
      const [first, ...rest] = keys;
      return { Responses: { [TABLE_NAME]: [first] }, UnprocessedKeys: { [TABLE_NAME]: { Keys: rest } } };
    });
    const sleep = async (milliseconds: number): Promise<void> => void pauses.push(milliseconds);
    const keys = ["1", "2", "3", "2"].map((id) => recordKey("customer", id));
    const items = await getItems({ client, tableName: TABLE_NAME, sleep, random: () => 1 }, keys);
    expect(items.map((item) => item["sk"]?.S?.at(-1))).toEqual(["1", "2", "3"]);
    expect(asked).toEqual([3, 2, 1]);
    expect(pauses).toEqual([50, 100]);
  });

  it("gives up as throttled when keys stay unprocessed", async () => {
    const client = createStubClient(() => ({ UnprocessedKeys: { [TABLE_NAME]: { Keys: [{}] } } }));
    const table = { client, tableName: TABLE_NAME, sleep: async () => undefined };
    await expect(getItems(table, [recordKey("customer", "1")])).rejects.toMatchObject({ code: "throttled" });
  });

  it("asks for at most 100 keys at once, strongly consistent", async () => {
    const asked: (readonly [number, boolean | undefined])[] = [];
    const client = createStubClient((command) => {
      if (!(command instanceof BatchGetItemCommand)) throw new Error("unexpected command");
      const request = command.input.RequestItems?.[TABLE_NAME];
      asked.push([request?.Keys?.length ?? 0, request?.ConsistentRead]);
      return {};
    });
    const ids = Array.from({ length: 250 }, (_, index) => String(index));
    await createRecordStore({ client, tableName: TABLE_NAME }).readCustomers(ids);
    expect(asked).toEqual([
      [100, true],
      [100, true],
      [50, true],
    ]);
  });
});

describe("createRecordStreams", () => {
  it("reads at most 0.11 read units a record of 0.8 KB, as DynamoDB reports them", async () => {
    const tableName = await dynamoDb.createTable();
    const store = createRecordStore({ client: dynamoDb.client, tableName });
    const remark = "r".repeat(480);
    const ids = Array.from({ length: 3200 }, (_, index) => String(9_000_000_000 + index));
    const size = sizeOfItem(encodeRecord(withRemark(ids[0] ?? "", remark)));
    expect(size).toBeGreaterThan(760);
    expect(size).toBeLessThan(820);
    for (let start = 0; start < ids.length; start += 100) {
      await Promise.all(ids.slice(start, start + 100).map((id) => store.write(withRemark(id, remark))));
    }
    const units = { read: 0 };
    const onUnits = ({ read }: { readonly read: number }): void => {
      units.read += read;
    };
    let records = 0;
    for await (const _ of createRecordStreams({ client: dynamoDb.client, tableName, onUnits }).streamCustomers({})) {
      records += 1;
    }
    expect(records).toBe(ids.length);
    expect(units.read / records).toBeLessThanOrEqual(0.11);
    expect(units.read).toBeGreaterThanOrEqual(readUnitsOf(size * records, false));
  });

  it("throws what DynamoDB answers while it reads ahead", async () => {
    const tableName = await dynamoDb.createTable();
    const { client } = createLossyClient("QueryCommand", 1000);
    const reading = async (): Promise<void> => {
      for await (const _ of createRecordStreams({ client, tableName }).streamContacts({})) expect.unreachable();
    };
    await expect(reading()).rejects.toMatchObject({ name: "RetryableError" });
    client.destroy();
  });

  it("reads the same items as a keyed read, also when an answer was lost and asked for again", async () => {
    const tableName = await dynamoDb.createTable();
    const store = createRecordStore({ client: dynamoDb.client, tableName });
    const persons: readonly ContactPerson[] = ["1", "2", "3"].map((companyId) => samplePerson("7", companyId));
    await Promise.all(persons.map(store.write));
    const { client } = createLossyClient("QueryCommand", 5);
    const groups: unknown[] = [];
    for await (const group of createRecordStreams({ client, tableName }).streamContacts({})) groups.push(group);
    expect(groups).toEqual([{ contactId: "7", ...(await store.readContacts(["7"])).get("7") }]);
    client.destroy();
  });
});

function withRemark(companyId: string, remark: string) {
  const customer = sampleCustomer(companyId);
  const fields = customer.fields && { ...customer.fields, remark };
  return { ...customer, ...(fields && { fields }) };
}
