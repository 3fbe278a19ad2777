import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRandom } from "../../../infra/local/hubspot-simulator/seeded-random.ts";
import { SAMPLE_IDENTITY } from "../../../infra/local/hubspot-simulator/server.ts";
import { toWireEvent } from "../../../infra/local/hubspot-simulator/webhook-event.ts";
import { toDeliveryBody } from "../../../infra/local/hubspot-simulator/webhooks.ts";
import { ENV } from "../../../lib/contract.ts";
import { coalesceChanges } from "../../../lib/domain/coalesce-changes.ts";
import { parseDelivery } from "../../../lib/hubspot/webhook-events.ts";
import { encodeMessage } from "../../../lib/sqs/encode-message.ts";
import { buildBundle, bundleSource } from "../bundle/build-bundle.ts";
import { startAwsSink } from "../cpu/aws-sink.ts";
import type { DeliveryCpu, DeliveryJob } from "../cpu/delivery-rounds.ts";
import type { Measurement } from "../figure.ts";

const GOAL = 1.25;
const EVENTS = 100;
const SEED = 11;
const CLIENT_SECRET = "bench-client-secret";
const ROUNDS_FILE = fileURLToPath(new URL("../cpu/delivery-rounds.ts", import.meta.url));

/** What a warm delivery costs, beside the least that any receiver must do. */
export const DELIVERY_CPU: Measurement = {
  rows: "8",
  title: "CPU of a delivery",
  measure: async (report) => {
    report("bundling, then rounds");
    const { handler, floor } = await measureCpu();
    const ratio = handler / floor;
    return [
      {
        row: "8",
        name: `receive-webhook CPU for ${EVENTS} events ÷ (HMAC + JSON.parse + one SDK send)`,
        goal: `≤ ${GOAL}`,
        minimum: "1 (ten sends of ten messages: 4)",
        measured: ratio.toFixed(2),
        isMet: ratio <= GOAL,
        isGate: false,
        note: `warm, the bundled function, every event of another record, over plain HTTP to another process; the floor sends the same message ready made`,
      },
    ];
  },
};

async function measureCpu(): Promise<DeliveryCpu> {
  const folder = mkdtempSync(join(tmpdir(), "bench-delivery-"));
  const sink = await startAwsSink(CLIENT_SECRET);
  try {
    const body = createBody();
    const job: DeliveryJob = {
      bundlePath: join(folder, "receive-webhook.cjs"),
      floorPath: join(folder, "floor.cjs"),
      body,
      clientSecret: CLIENT_SECRET,
    };
    writeFileSync(job.bundlePath, (await buildBundle("receive-webhook")).code);
    writeFileSync(job.floorPath, (await bundleSource(spellFloor(body))).code);
    return await runRounds(job, sink.endpoint);
  } finally {
    sink.close();
    rmSync(folder, { recursive: true });
  }
}

async function runRounds(job: DeliveryJob, endpoint: string): Promise<DeliveryCpu> {
  const child = fork(ROUNDS_FILE, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_ENDPOINT_URL: endpoint,
      POWERTOOLS_SERVICE_NAME: "bench",
      [ENV.changeQueueUrl]: `${endpoint}/000000000000/changes`,
      [ENV.clientSecretArn]: "arn:aws:secretsmanager:eu-central-1:000000000000:secret:client",
    },
  });
  child.send(job);
  const exit = once(child, "exit").then(([code]) => {
    throw new Error(`the measured process ended with ${code}`);
  });
  const [cpu] = await Promise.race([once(child, "message"), exit]);
  exit.catch(() => undefined);
  return cpu;
}

/** A workflow's delivery: one property change of each of a hundred contacts. */
function createBody(): string {
  const random = createRandom(SEED);
  const events = Array.from({ length: EVENTS }, (_, number) =>
    toWireEvent(
      {
        kind: "propertyChange",
        type: "contact",
        objectId: String(118_330_700_000 + number),
        occurredAtMs: Date.UTC(2026, 10, 2, 9) + number,
        propertyName: "jobtitle",
        propertyValue: "Leitung Einkauf",
      },
      { identity: SAMPLE_IDENTITY, format: "legacy", random },
    ),
  );
  return toDeliveryBody({ deliveryId: "bench", events, attempt: 0 });
}

/** The least a receiver must do: one HMAC over the body, one parse, one message with what was found. */
function spellFloor(body: string): string {
  const receivedAtMs = Date.UTC(2026, 10, 2, 9);
  const delivery = parseDelivery(Buffer.from(body), receivedAtMs);
  const changes = delivery.kind === "parsed" ? coalesceChanges(delivery.changes) : [];
  const message = encodeMessage({ deliveryId: "request-1", receivedAtMs, changes });
  return `
    import { createHmac } from "node:crypto";
    import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
    const client = new SQSClient();
    const message = ${JSON.stringify(message)};
    export const handler = async (event) => {
      const digest = createHmac("sha256", ${JSON.stringify(CLIENT_SECRET)}).update(event.body).digest("base64");
      const events = JSON.parse(event.body);
      if (digest.length === 0 || events.length === 0) return { statusCode: 400 };
      await client.send(new SendMessageCommand({ QueueUrl: process.env.${ENV.changeQueueUrl}, MessageBody: message }));
      return { statusCode: 200 };
    };`;
}
