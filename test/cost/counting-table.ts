import { createServer, type Server } from "node:http";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { failedWriteUnitsOf, writeUnitsOf } from "../fixtures/dynamodb-units.ts";

type Item = Readonly<Record<string, AttributeValue>>;

/** Units that requests to a table have consumed so far. */
export interface TableUnits {
  readonly read: number;
  readonly write: number;
}

/** A server in front of DynamoDB that counts what DynamoDB would charge, its indexes included. */
export interface CountingTable {
  readonly endpoint: string;
  readonly units: () => TableUnits;
  readonly stop: () => void;
}

/** Starts one. The embedded DynamoDB knows the units of reads; those of writes to indexes it does not. */
export async function startCountingTable(behind: string): Promise<CountingTable> {
  const units = { read: 0, write: 0 };
  const call = async (target: string, body: object): Promise<{ readonly status: number; readonly text: string }> => {
    const response = await fetch(behind, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `DynamoDB_20120810.${target}`,
        "x-amz-date": "20260101T000000Z",
        authorization:
          "AWS4-HMAC-SHA256 Credential=local/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  };
  const readItem = async (tableName: unknown, key: unknown): Promise<Item | undefined> => {
    const { text } = await call("GetItem", { TableName: tableName, Key: key, ConsistentRead: true });
    return JSON.parse(text).Item;
  };
  const serve = async (target: string, body: Record<string, unknown>) => {
    const key = body["Key"] ?? keyOf(body["Item"]);
    const isWrite = target === "PutItem" || target === "DeleteItem" || target === "UpdateItem";
    const before = isWrite ? await readItem(body["TableName"], key) : undefined;
    const answer = await call(target, isWrite ? body : { ...body, ReturnConsumedCapacity: "TOTAL" });
    if (isWrite) {
      const after = await readItem(body["TableName"], key);
      units.write += answer.status === 200 ? writeUnitsOf(before, after) : failedWriteUnitsOf(before);
    } else {
      const { ConsumedCapacity: consumed = [] } = JSON.parse(answer.text);
      for (const { CapacityUnits: read = 0 } of [consumed].flat()) units.read += read;
    }
    return answer;
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const target = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
      void serve(target, JSON.parse(Buffer.concat(chunks).toString())).then(({ status, text }) =>
        response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(text),
      );
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { endpoint: describe(server), units: () => ({ ...units }), stop: () => server.close() };
}

function keyOf(item: unknown): object {
  const { pk, sk } = Object(item);
  return { pk, sk };
}

function describe(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a TCP address");
  return `http://127.0.0.1:${address.port}`;
}
