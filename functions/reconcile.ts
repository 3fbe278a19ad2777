import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSHandler } from "aws-lambda";
import { loadPassConfig } from "../lib/config.ts";
import { createSecretReader } from "../lib/secrets/secret-reader.ts";
import { createTelemetry } from "../lib/telemetry/lambda-telemetry.ts";
import { AWS_REQUESTS } from "../lib/wiring/aws-requests.ts";
import { createPassHandler } from "../lib/wiring/pass-handler.ts";
import { createPassPorts } from "../lib/wiring/pass-ports.ts";

const config = loadPassConfig(process.env);
const telemetry = createTelemetry({ functionName: "reconcile" });
const work = createPassHandler(
  createPassPorts({
    config,
    accessToken: createSecretReader({ arn: config.accessTokenArn }),
    dynamoDb: new DynamoDBClient(AWS_REQUESTS),
    sqs: new SQSClient(AWS_REQUESTS),
    telemetry,
  }),
);

/** Compares all of HubSpot with all records. Its queue starts it, and carries it on when its time is up. */
export const handler: SQSHandler = async (event, context) => {
  try {
    await work(event, context);
  } finally {
    telemetry.flush();
  }
};
