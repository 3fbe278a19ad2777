import { createServer } from "node:http";
import type { Server } from "node:http";
import { DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ENV } from "../../lib/contract.ts";
import { startSqsFixture } from "../fixtures/embedded-sqs.ts";
import { httpEvent } from "../hubspot/sample-http-event.ts";
import { SECRET, TIMESTAMP_MS, VECTORS } from "../hubspot/signature-vectors.ts";

const [delivery] = VECTORS;
const CONTEXT: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: "receive-webhook",
  functionVersion: "1",
  invokedFunctionArn: "arn:aws:lambda:eu-central-1:123456789012:function:receive-webhook",
  memoryLimitInMB: "256",
  awsRequestId: "request-1",
  logGroupName: "",
  logStreamName: "",
  getRemainingTimeInMillis: () => 4_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};

const signed = {
  headers: {
    "content-type": "application/json",
    "x-hubspot-signature-v3": delivery.signature,
    "x-hubspot-request-timestamp": String(TIMESTAMP_MS),
  },
  body: delivery.body.toString(),
};

/** Answers every call as Secrets Manager does for a secret with this value. */
async function startSecretsManager(secret: string): Promise<{ readonly server: Server; readonly endpoint: string }> {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/x-amz-json-1.1");
    response.end(JSON.stringify({ SecretString: secret }));
  });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.listen(0, "127.0.0.1", () => resolve(undefined));
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a TCP address");
  return { server, endpoint: `http://127.0.0.1:${address.port}` };
}

describe("handler", () => {
  let sqs: Awaited<ReturnType<typeof startSqsFixture>>;
  let secretsManager: Server;
  let queueUrl: string;
  let call: (event: APIGatewayProxyEventV2) => Promise<unknown>;

  beforeAll(async () => {
    sqs = await startSqsFixture();
    const queue = await sqs.createQueue();
    // The SDK prefers a queue URL's host, which the embedded queue gives a name that not every machine resolves.
    queueUrl = queue.queueUrl.replace(new URL(queue.queueUrl).origin, sqs.endpoint);
    const { server, endpoint } = await startSecretsManager(SECRET);
    secretsManager = server;
    for (const [name, value] of Object.entries({
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_ENDPOINT_URL_SQS: sqs.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
      POWERTOOLS_LOG_LEVEL: "SILENT",
      [ENV.changeQueueUrl]: queueUrl,
      [ENV.clientSecretArn]: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:client-AbCdEf",
      [ENV.publicUrl]: delivery.url,
    })) {
      vi.stubEnv(name, value);
    }
    vi.useFakeTimers({ toFake: ["Date"], now: TIMESTAMP_MS });
    const { handler } = await import("../../functions/receive-webhook.ts");
    call = async (event) => handler(event, CONTEXT, () => undefined);
  });

  afterAll(async () => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
    secretsManager.close();
    await sqs.stop();
  });

  async function takeBodies(): Promise<readonly unknown[]> {
    const command = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await sqs.client.send(command);
    for (const { ReceiptHandle } of Messages) {
      await sqs.client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    }
    return Messages.map(({ Body = "" }): unknown => JSON.parse(Body));
  }

  it("refuses a forged signature and queues nothing", async () => {
    const headers = { ...signed.headers, "x-hubspot-signature-v3": VECTORS[1].signature };
    expect(await call(httpEvent({ ...signed, headers }))).toMatchObject({ statusCode: 401 });
    expect(await takeBodies()).toEqual([]);
  });

  it.each([
    ["a text", signed],
    ["base64", { ...signed, body: delivery.body.toString("base64"), isBase64Encoded: true }],
  ])("answers 200 with the changes in one message when the body arrives as %s", async (_name, event) => {
    expect(await call(httpEvent(event))).toEqual({
      statusCode: 200,
      headers: { "content-type": "application/json" },
      body: '{"title":"Accepted"}',
    });
    const bodies = await takeBodies();
    expect(bodies).toHaveLength(1);
    expect(JSON.stringify(bodies)).toContain('"contact"');
    expect(JSON.stringify(bodies)).toContain('"123"');
  });
});
