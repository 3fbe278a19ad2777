import {
  CreateTableCommand,
  ResourceInUseException,
  waitUntilTableExists,
  type CreateTableCommandInput,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { TABLE } from "../contract.ts";
import { sendRequest } from "./table-requests.ts";

/** The table as the deployment defines it, for local use. */
export function describeTable(tableName: string): CreateTableCommandInput {
  const indexes = [TABLE.byCustomer, TABLE.byState];
  const attributes = [TABLE, ...indexes].flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
  return {
    TableName: tableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: attributes.map((name) => ({ AttributeName: name, AttributeType: "S" })),
    KeySchema: keySchemaOf(TABLE),
    GlobalSecondaryIndexes: indexes.map((index) => ({
      IndexName: index.indexName,
      KeySchema: keySchemaOf(index),
      Projection: { ProjectionType: "KEYS_ONLY" },
    })),
  };
}

function keySchemaOf(keys: {
  readonly partitionKey: string;
  readonly sortKey: string;
}): CreateTableCommandInput["KeySchema"] {
  return [
    { AttributeName: keys.partitionKey, KeyType: "HASH" },
    { AttributeName: keys.sortKey, KeyType: "RANGE" },
  ];
}

/** Creates the table if it is missing and waits until it is there. Only used locally; in AWS the deployment does it. */
export async function ensureTable(client: DynamoDBClient, tableName: string): Promise<void> {
  await sendRequest("CreateTable", async () => {
    try {
      await client.send(new CreateTableCommand(describeTable(tableName)));
    } catch (error) {
      if (!(error instanceof ResourceInUseException)) throw error;
    }
    await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName: tableName });
  });
}
