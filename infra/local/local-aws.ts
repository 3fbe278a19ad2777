import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { ensureTable } from "../../lib/dynamodb/table-definition.ts";
import { ensureQueue } from "../../lib/sqs/ensure-queue.ts";
import { startEmbeddedDynamoDb, type EmbeddedServer } from "./embedded-dynamodb.ts";
import { startEmbeddedSqs } from "./embedded-sqs.ts";
import { UsageError } from "./usage-error.ts";

export interface LocalAwsOptions {
  /** Keeps table and queues between starts; without it they live in memory. */
  readonly folder?: string;
  /** Another server than the embedded one. */
  readonly dynamoDbEndpoint?: string;
  /** Another server than the embedded one. */
  readonly sqsEndpoint?: string;
  /** Whether the SDK finds credentials of its own in the environment; the embedded servers ask for none. */
  readonly hasCredentials: boolean;
  readonly region: string;
  /** How long SQS holds a new message back. Seconds. */
  readonly deliveryDelaySeconds: number;
}

/** A queue with its dead-letter queue. */
export interface LocalQueue {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** What the functions use of AWS, here on this machine. */
export interface LocalAws {
  readonly dynamoDb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly dynamoDbEndpoint: string;
  readonly sqsEndpoint: string;
  readonly tableName: string;
  readonly changes: LocalQueue;
  readonly passes: LocalQueue;
  readonly stop: () => Promise<void>;
}

const TABLE_NAME = "hubspot-zep-records";

/**
 * How long a message stays hidden after it was received or its hiding was renewed. Short, so that after a crash the
 * changes that were in work are taken up again soon. Seconds.
 */
export const VISIBILITY_SECONDS = 15;

/** Starts what is not running elsewhere, and creates table and queues if they are missing. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const servers: EmbeddedServer[] = [];
  const start = async (
    given: string | undefined,
    startServer: (place: { readonly folder?: string }) => Promise<EmbeddedServer>,
    name: string,
  ): Promise<string> => {
    if (given !== undefined) return given;
    const server = await startServer(options.folder === undefined ? {} : { folder: join(options.folder, name) });
    servers.push(server);
    return server.endpoint;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    const dynamoDbEndpoint = await start(options.dynamoDbEndpoint, startEmbeddedDynamoDb, "dynamodb");
    const sqsEndpoint = await start(options.sqsEndpoint, startEmbeddedSqs, "sqs");
    const dynamoDb = new DynamoDBClient(connect(dynamoDbEndpoint, options));
    const sqs = new SQSClient(connect(sqsEndpoint, options));
    await blame("AWS_ENDPOINT_URL_DYNAMODB", options.dynamoDbEndpoint, ensureTable(dynamoDb, TABLE_NAME));
    const blameSqs = (queue: Promise<LocalQueue>): Promise<LocalQueue> =>
      blame("AWS_ENDPOINT_URL_SQS", options.sqsEndpoint, queue);
    const changes = await blameSqs(createQueue(sqs, "hubspot-zep-changes", options.deliveryDelaySeconds));
    const passes = await blameSqs(createQueue(sqs, "hubspot-zep-passes", 0));
    const stopAll = async (): Promise<void> => {
      dynamoDb.destroy();
      sqs.destroy();
      await stop();
    };
    return { dynamoDb, sqs, dynamoDbEndpoint, sqsEndpoint, tableName: TABLE_NAME, changes, passes, stop: stopAll };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @throws UsageError naming the variable, when the server that it names does not do what it should */
async function blame<T>(name: string, endpoint: string | undefined, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (endpoint === undefined || !(error instanceof Error)) throw error;
    const sentence = `${name} is "${endpoint}", and ${error.message}; start what should answer there, or correct the address.`;
    throw new UsageError(sentence, { cause: error });
  }
}

function connect(
  endpoint: string,
  { region, hasCredentials }: LocalAwsOptions,
): { readonly endpoint: string; readonly region: string; readonly credentials?: typeof NO_CREDENTIALS } {
  return { endpoint, region, ...(!hasCredentials && { credentials: NO_CREDENTIALS }) };
}

const NO_CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };

function createQueue(client: SQSClient, queueName: string, delaySeconds: number): Promise<LocalQueue> {
  return ensureQueue(client, {
    queueName,
    deadLetterQueueName: `${queueName}-dead`,
    delaySeconds,
    visibilityTimeoutSeconds: VISIBILITY_SECONDS,
  });
}
