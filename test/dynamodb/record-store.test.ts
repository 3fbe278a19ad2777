import { afterAll, beforeAll } from "vitest";
import { createRecordStore } from "../../lib/dynamodb/record-store.ts";
import { createRecordStreams } from "../../lib/dynamodb/record-streams.ts";
import { startDynamoDbFixture } from "../fixtures/embedded-dynamodb.ts";
import { createInMemoryRecordStore } from "../fixtures/in-memory-record-store.ts";
import { describeRecordStore } from "./record-store-contract.ts";

let dynamoDb: Awaited<ReturnType<typeof startDynamoDbFixture>>;
beforeAll(async () => {
  dynamoDb = await startDynamoDbFixture();
});
afterAll(() => dynamoDb.stop());

describeRecordStore("createRecordStore on DynamoDB", async () => {
  const table = { client: dynamoDb.client, tableName: await dynamoDb.createTable() };
  return { ...createRecordStore(table), ...createRecordStreams(table) };
});

describeRecordStore("createInMemoryRecordStore", async () => createInMemoryRecordStore({ streamPageSize: 7 }));
