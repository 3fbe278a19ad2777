import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { loadWorkerConfig } from "../lib/config.ts";
import { createSecretReader } from "../lib/secrets/secret-reader.ts";
import { createPostponement } from "../lib/sqs/postpone-message.ts";
import { createTelemetry } from "../lib/telemetry/lambda-telemetry.ts";
import { AWS_REQUESTS } from "../lib/wiring/aws-requests.ts";
import { createChangeHandler } from "../lib/wiring/change-handler.ts";
import { createSyncPorts } from "../lib/wiring/sync-ports.ts";

const config = loadWorkerConfig(process.env);
const telemetry = createTelemetry({ functionName: "process-changes" });
const sqs = new SQSClient(AWS_REQUESTS);
const ports = createSyncPorts({
  config,
  accessToken: createSecretReader({ arn: config.accessTokenArn }),
  dynamoDb: new DynamoDBClient(AWS_REQUESTS),
  sqs,
  telemetry,
});
const work = createChangeHandler({
  ports,
  marks: ports.marks,
  maxReceives: config.maxReceives,
  postpone: createPostponement({ client: sqs, queueUrl: config.changeQueueUrl }),
});

/** Works on what webhooks have queued. Messages it reports as failed come back, and in the end go to the dead letters. */
export const handler = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  try {
    return await work(event, context);
  } finally {
    telemetry.flush();
  }
};
