import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { startEmbeddedDynamoDb } from "../../../infra/local/embedded-dynamodb.ts";
import { ensureTable } from "../../../lib/dynamodb/table-definition.ts";
import { DynamoDbRecorder } from "./dynamodb-recorder.ts";

/** An embedded DynamoDB whose every request is written down between the SDK and the network. */
export interface RecordedTable {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly recorder: DynamoDbRecorder;
  readonly stop: () => Promise<void>;
}

/** Starts it with an empty table. */
export async function startRecordedTable(): Promise<RecordedTable> {
  const server = await startEmbeddedDynamoDb();
  const client = new DynamoDBClient({
    endpoint: server.endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const recorder = new DynamoDbRecorder();
  recordRequests(client, recorder);
  const tableName = "records";
  await ensureTable(client, tableName);
  return {
    client,
    tableName,
    recorder,
    stop: async () => {
      client.destroy();
      await server.stop();
    },
  };
}

/** Puts the recorder in front of the client's own HTTP handler: what it sees is what is sent, attempt by attempt. */
function recordRequests(client: DynamoDBClient, recorder: DynamoDbRecorder): void {
  const { requestHandler } = client.config;
  const send = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = async (request, options) => {
    const { response } = await send(request, options);
    const answer = await text(response.body);
    const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    const exchange = { operation, request: JSON.parse(readWireBody(request.body)), answer: JSON.parse(answer || "{}") };
    recorder.observe({ ...exchange, status: response.statusCode });
    return { response: Object.assign(response, { body: Readable.from([Buffer.from(answer)]) }) };
  };
}

/** A request's body: a text, or its bytes. */
export function readWireBody(body: string | Uint8Array): string {
  return typeof body === "string" ? body : Buffer.from(body).toString();
}
