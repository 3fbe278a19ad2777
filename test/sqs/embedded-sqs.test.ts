import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { startEmbeddedSqs } from "../../infra/local/embedded-sqs.ts";
import { createChangeQueue } from "../../lib/sqs/change-queue.ts";
import { ensureQueue } from "../../lib/sqs/ensure-queue.ts";

const QUEUE = { queueName: "q", deadLetterQueueName: "dead", delaySeconds: 0, visibilityTimeoutSeconds: 30 };

function createClient(endpoint: string): SQSClient {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return new SQSClient({ endpoint, region: "eu-central-1", credentials });
}

describe("startEmbeddedSqs", () => {
  it.runIf(process.platform === "linux")("listens on 127.0.0.1 only", async () => {
    const server = await startEmbeddedSqs();
    const port = Number(new URL(server.endpoint).port);
    const answers = await Promise.all(["127.0.0.1", "127.0.0.2"].map((host) => canConnect(host, port)));
    await server.stop();
    expect(answers).toEqual([true, false]);
  });

  it("keeps its messages in a folder between starts", async () => {
    const folder = mkdtempSync(join(tmpdir(), "queues-"));
    const first = await startEmbeddedSqs({ folder });
    const client = createClient(first.endpoint);
    const { queueUrl } = await ensureQueue(client, QUEUE);
    await createChangeQueue({ client, queueUrl }).send({ deliveryId: "1", receivedAtMs: 1, changes: [] });
    await first.stop();

    const second = await startEmbeddedSqs({ folder });
    const again = createClient(second.endpoint);
    const { queueUrl: sameQueueUrl } = await ensureQueue(again, QUEUE);
    const depth = await createChangeQueue({ client: again, queueUrl: sameQueueUrl }).readDepth();
    await second.stop();
    rmSync(folder, { recursive: true });
    expect(depth.waiting).toBe(1);
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
