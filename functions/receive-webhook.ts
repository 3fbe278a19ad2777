import { SQSClient } from "@aws-sdk/client-sqs";
import type { APIGatewayProxyHandlerV2 } from "aws-lambda";
import { loadReceiverConfig } from "../lib/config.ts";
import { createSecretReader } from "../lib/secrets/secret-reader.ts";
import { createChangeQueue } from "../lib/sqs/change-queue.ts";
import { createTelemetry } from "../lib/telemetry/lambda-telemetry.ts";
import { DOOR_REQUESTS } from "../lib/wiring/aws-requests.ts";
import { createDeliveryHandler } from "../lib/wiring/delivery-handler.ts";

const config = loadReceiverConfig(process.env);
const telemetry = createTelemetry({ functionName: "receive-webhook" });
const receive = createDeliveryHandler({
  clientSecrets: createSecretReader({ arn: config.clientSecretArn }),
  queue: createChangeQueue({ client: new SQSClient(DOOR_REQUESTS), queueUrl: config.changeQueueUrl }),
  clock: { now: Date.now },
  telemetryOf: telemetry.withCorrelation,
  publicUrl: config.publicUrl,
});

/** Takes HubSpot's webhooks in. The function's timeout stays below the five seconds after which HubSpot gives up. */
export const handler: APIGatewayProxyHandlerV2 = async (event) => {
  try {
    return await receive(event);
  } finally {
    telemetry.flush();
  }
};
