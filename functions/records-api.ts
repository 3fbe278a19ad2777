import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { APIGatewayProxyHandlerV2 } from "aws-lambda";
import { createApi } from "../lib/api/create-api.ts";
import { loadApiConfig } from "../lib/config.ts";
import { createSecretReader } from "../lib/secrets/secret-reader.ts";
import { createTelemetry } from "../lib/telemetry/lambda-telemetry.ts";
import { AWS_REQUESTS } from "../lib/wiring/aws-requests.ts";
import { createApiHandler } from "../lib/wiring/api-handler.ts";
import { createApiPorts } from "../lib/wiring/api-ports.ts";

const config = loadApiConfig(process.env);
const telemetry = createTelemetry({ functionName: "records-api" });
const serve = createApiHandler(
  createApi(
    createApiPorts({
      config,
      accessToken: createSecretReader({ arn: config.accessTokenArn }),
      dynamoDb: new DynamoDBClient(AWS_REQUESTS),
      sqs: new SQSClient(AWS_REQUESTS),
      telemetry,
    }),
  ),
);

/** Serves the records API. API Gateway has checked the caller's IAM signature before. */
export const handler: APIGatewayProxyHandlerV2 = async (event) => {
  try {
    return await serve(event);
  } finally {
    telemetry.flush();
  }
};
