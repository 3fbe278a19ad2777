import { createPortal } from "../../../infra/local/hubspot-simulator/portal.ts";
import { EXCLUSION_DEFINITION } from "../../../infra/local/hubspot-simulator/property-definitions.ts";
import type { PortalEvent } from "../../../infra/local/hubspot-simulator/portal-event.ts";
import { createRandom } from "../../../infra/local/hubspot-simulator/seeded-random.ts";
import { SAMPLE_IDENTITY } from "../../../infra/local/hubspot-simulator/server.ts";
import { signDelivery } from "../../../infra/local/hubspot-simulator/webhook-signature.ts";
import { toDeliveryBody, WebhookQueue, type Delivery } from "../../../infra/local/hubspot-simulator/webhooks.ts";
import { World } from "../../../infra/local/hubspot-simulator/world.ts";
import { DEFAULTS, QUEUE } from "../../../lib/contract.ts";
import { createRecordStreams } from "../../../lib/dynamodb/record-streams.ts";
import { createChangeQueue } from "../../../lib/sqs/change-queue.ts";
import { decodeMessage } from "../../../lib/sqs/decode-message.ts";
import type { Telemetry } from "../../../lib/sync/ports.ts";
import { createChangeHandler } from "../../../lib/wiring/change-handler.ts";
import { createDeliveryHandler } from "../../../lib/wiring/delivery-handler.ts";
import { createSyncPorts } from "../../../lib/wiring/sync-ports.ts";
import { httpEvent } from "../../hubspot/sample-http-event.ts";
import type { BilledWrite, TableUnits } from "../recorder/dynamodb-recorder.ts";
import { HubSpotRecorder, type HubSpotCall } from "../recorder/hubspot-recorder.ts";
import { RecordedQueue, type QueueTraffic } from "../recorder/recorded-queue.ts";
import { startRecordedTable } from "../recorder/recorded-table.ts";

/** One delivery, from HubSpot's request to the answer. */
export interface DeliveryCost {
  readonly events: number;
  readonly sqs: QueueTraffic;
}

/** One batch of the worker, from the messages to their end. */
export interface BatchCost {
  readonly messages: number;
  /** `type id` of what the messages name, each once. */
  readonly distinct: readonly string[];
  readonly calls: readonly HubSpotCall[];
  readonly units: TableUnits;
  readonly writes: readonly BilledWrite[];
  /** Messages that the worker itself sent: follow-ups and second looks. */
  readonly sqs: QueueTraffic;
}

/** What a trace cost. */
export interface TraceCost {
  readonly deliveries: readonly DeliveryCost[];
  readonly batches: readonly BatchCost[];
}

/** What reading all records cost. */
export interface StreamCost {
  readonly records: number;
  readonly readUnits: number;
}

/** Something that is done in HubSpot at a moment. */
export interface TraceStep {
  /** From the start of the trace, milliseconds. */
  readonly atMs: number;
  readonly act: (world: World) => readonly PortalEvent[];
}

/** The two functions of the webhook path on recorded wires, in virtual time. */
export interface WireWorld {
  readonly world: World;
  /** Reads all records in order, as a pass does. */
  readonly streamAll: () => Promise<StreamCost>;
  /** Lets the steps happen and everything they lead to. */
  readonly play: (steps: readonly TraceStep[]) => Promise<TraceCost>;
  /** Delivers once more after a while, as HubSpot does when an answer was lost. */
  readonly repeat: (deliveries: readonly Delivery[], afterMs: number) => Promise<TraceCost>;
  /** All deliveries so far. */
  readonly delivered: () => readonly Delivery[];
  readonly close: () => Promise<void>;
}

interface WorldOptions {
  readonly seed: number;
  /** How long HubSpot gathers events before it delivers them. Milliseconds. */
  readonly gatherMs?: number;
  /** Events are delayed by a random time up to this. Milliseconds. */
  readonly maxDelayMs?: number;
}

const CLIENT_SECRET = "bench-client-secret";
const START_MS = Date.UTC(2026, 10, 2, 9);
const NO_TELEMETRY: Telemetry = {
  info: () => undefined,
  warn: () => undefined,
  error: (message, fields) => {
    throw new Error(`${message} ${JSON.stringify(fields)}`);
  },
  count: () => undefined,
};

/** Waiting costs no real time: whoever sleeps turns the clock on. */
function createClock(): { nowMs: number; readonly now: () => number; readonly sleep: (ms: number) => Promise<void> } {
  const clock = {
    nowMs: START_MS,
    now: () => clock.nowMs,
    sleep: async (milliseconds: number) => {
      clock.nowMs += milliseconds;
    },
  };
  return clock;
}

/** Creates a world with an empty portal and an empty table. */
export async function createWireWorld({ seed, gatherMs = 300, maxDelayMs = 0 }: WorldOptions): Promise<WireWorld> {
  const clock = createClock();
  const world = new World({ identity: SAMPLE_IDENTITY, now: clock.now, seed });
  world.defineProperty("company", EXCLUSION_DEFINITION);
  const portal = createPortal({ source: world, accessToken: "token", seed: seed + 1 });
  Object.assign(portal.behaviour, { maxDelayMs });
  const webhooks = new WebhookQueue({
    source: world,
    behaviour: portal.behaviour,
    random: createRandom(seed + 2),
  });
  const hubspot = new HubSpotRecorder(portal);
  const table = await startRecordedTable();
  const queue = new RecordedQueue({ now: clock.now, delaySeconds: QUEUE.deliveryDelaySeconds });
  const receive = createDeliveryHandler({
    clientSecrets: holdSecret(CLIENT_SECRET),
    queue: createChangeQueue(queue),
    clock,
    telemetryOf: () => NO_TELEMETRY,
  });
  const ports = createSyncPorts({
    config: {
      tableName: table.tableName,
      changeQueueUrl: queue.queueUrl,
      settings: {
        dealStages: { kind: "all" },
        exclusion: { property: DEFAULTS.exclusionProperty, values: DEFAULTS.exclusionValues },
      },
      hubspotBaseUrl: DEFAULTS.hubspotBaseUrl,
      hubspotApiVersion: DEFAULTS.hubspotApiVersion,
    },
    accessToken: holdSecret("token"),
    dynamoDb: table.client,
    sqs: queue.client,
    telemetry: NO_TELEMETRY,
    clock,
    fetch: hubspot.fetch,
  });
  // How often that mark is written is a matter of time, not of events; it would blur what an event costs.
  const noted = { ...ports.marks, saveLastEvent: () => Promise.resolve() };
  const handle = createChangeHandler({ ports, marks: noted, maxReceives: QUEUE.maxReceives });
  const delivered: Delivery[] = [];

  const deliver = async (delivery: Delivery): Promise<DeliveryCost> => {
    const body = toDeliveryBody(delivery);
    const event = httpEvent({ body });
    const url = `https://${event.requestContext.domainName}${event.rawPath}`;
    const headers = signDelivery({ url, body, clientSecret: CLIENT_SECRET, timestampMs: clock.now() });
    const { statusCode } = await receive({ ...event, headers });
    if (statusCode !== 200) throw new Error(`a delivery was answered ${statusCode}`);
    return { events: delivery.events.length, sqs: queue.take() };
  };

  const work = async (): Promise<BatchCost> => {
    const event = queue.receive(QUEUE.batchSize);
    const { batchItemFailures } = await handle(event, { getRemainingTimeInMillis: () => Infinity });
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages failed`);
    queue.delete(event.Records.map(({ messageId }) => messageId));
    const changes = event.Records.flatMap(({ body }) => {
      const decoded = decodeMessage(body);
      return decoded.kind === "decoded" ? decoded.body.changes : [];
    });
    return {
      messages: event.Records.length,
      distinct: [...new Set(changes.map(({ type, id }) => `${type} ${id}`))],
      calls: hubspot.take(),
      sqs: queue.take(),
      ...table.recorder.take(),
    };
  };

  /** A batch is due when the window after its first message is over, or when it is full. */
  const nextBatchAtMs = (): number | undefined => {
    const firstAtMs = queue.nextVisibleAtMs;
    if (firstAtMs === undefined) return undefined;
    const isFull = queue.countVisible(clock.nowMs) >= QUEUE.batchSize;
    return isFull ? clock.nowMs : firstAtMs + QUEUE.batchWindowSeconds * 1_000;
  };

  const run = async (steps: readonly TraceStep[], extra: readonly Delivery[] = []): Promise<TraceCost> => {
    const startMs = clock.nowMs;
    const deliveries: DeliveryCost[] = [];
    const batches: BatchCost[] = [];
    for (const delivery of extra) deliveries.push(await deliver(delivery));
    let next = 0;
    for (;;) {
      const step = steps[next];
      const stepAtMs = step === undefined ? Infinity : startMs + step.atMs;
      const hookAtMs = webhooks.nextDueMs === undefined ? Infinity : webhooks.nextDueMs + gatherMs;
      const batchAtMs = nextBatchAtMs() ?? Infinity;
      const atMs = Math.min(stepAtMs, hookAtMs, batchAtMs);
      if (atMs === Infinity) return { deliveries, batches };
      clock.nowMs = Math.max(clock.nowMs, atMs);
      if (step !== undefined && atMs === stepAtMs) {
        webhooks.enqueue(step.act(world));
        next += 1;
      } else if (atMs === hookAtMs) {
        for (const delivery of webhooks.takeDeliveries()) {
          delivered.push(delivery);
          deliveries.push(await deliver(delivery));
        }
      } else batches.push(await work());
    }
  };

  return {
    world,
    streamAll: async () => {
      table.recorder.take();
      const streams = createRecordStreams({ client: table.client, tableName: table.tableName });
      const customers = await listAll(streams.streamCustomers({}));
      const projects = await listAll(streams.streamProjects({}));
      const contacts = await listAll(streams.streamContacts({}));
      const records = customers.length + projects.length + contacts.flatMap(({ persons }) => persons).length;
      return { records, readUnits: table.recorder.take().units.read };
    },
    play: (steps) => run(steps),
    repeat: (deliveries, afterMs) => {
      clock.nowMs += afterMs;
      return run([], deliveries);
    },
    delivered: () => delivered,
    close: table.stop,
  };
}

function holdSecret(value: string) {
  const values = [value];
  return { read: () => Promise.resolve(values), reread: () => Promise.resolve(values) };
}

async function listAll<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
