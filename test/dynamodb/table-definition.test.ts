import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { startEmbeddedDynamoDb } from "../../infra/local/embedded-dynamodb.ts";
import { TABLE } from "../../lib/contract.ts";
import { createRecordStore } from "../../lib/dynamodb/record-store.ts";
import { ensureTable } from "../../lib/dynamodb/table-definition.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";

const TABLE_NAME = "records";

function createClient(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return new DynamoDBClient({ endpoint, region: "eu-central-1", credentials });
}

describe("ensureTable", () => {
  it("creates the table of the contract once", async () => {
    const server = await startEmbeddedDynamoDb();
    const client = createClient(server.endpoint);
    await ensureTable(client, TABLE_NAME);
    await ensureTable(client, TABLE_NAME);
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName: TABLE_NAME }));
    await server.stop();
    expect(table?.KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual([TABLE.partitionKey, TABLE.sortKey]);
    const indexes = table?.GlobalSecondaryIndexes ?? [];
    expect(new Map(indexes.map((index) => [index.IndexName, index.Projection?.ProjectionType]))).toEqual(
      new Map([
        [TABLE.byCustomer.indexName, "KEYS_ONLY"],
        [TABLE.byState.indexName, "KEYS_ONLY"],
      ]),
    );
  });
});

describe("startEmbeddedDynamoDb", () => {
  it("keeps its records in a folder between starts", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "records-")), "made/on/demand");
    const first = await startEmbeddedDynamoDb({ folder });
    await ensureTable(createClient(first.endpoint), TABLE_NAME);
    await createRecordStore({ client: createClient(first.endpoint), tableName: TABLE_NAME }).write(sampleCustomer("7"));
    await first.stop();

    const second = await startEmbeddedDynamoDb({ folder });
    await ensureTable(createClient(second.endpoint), TABLE_NAME);
    const store = createRecordStore({ client: createClient(second.endpoint), tableName: TABLE_NAME });
    const customers = await store.readCustomers(["7"]);
    await second.stop();
    rmSync(folder, { recursive: true });
    expect(customers.get("7")).toEqual(sampleCustomer("7"));
  });

  it.runIf(process.platform === "linux")("listens on 127.0.0.1 only", async () => {
    const server = await startEmbeddedDynamoDb();
    const port = Number(new URL(server.endpoint).port);
    const answers = await Promise.all(["127.0.0.1", "127.0.0.2"].map((host) => canConnect(host, port)));
    await server.stop();
    expect(answers).toEqual([true, false]);
  });

  it("rejects when the port is in use", async () => {
    const server = await startEmbeddedDynamoDb();
    const port = Number(new URL(server.endpoint).port);
    await expect(startEmbeddedDynamoDb({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await server.stop();
  });
});

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
