import type { SQSEvent } from "aws-lambda";
import { DEFAULTS, QUEUE } from "../../lib/contract.ts";
import type { SecretReader } from "../../lib/secrets/secret-reader.ts";
import { createChangeQueue, readQueueDepth } from "../../lib/sqs/change-queue.ts";
import type { Telemetry } from "../../lib/sync/ports.ts";
import { createChangeHandler } from "../../lib/wiring/change-handler.ts";
import { createDeliveryHandler } from "../../lib/wiring/delivery-handler.ts";
import { createSyncPorts, type WiredPorts } from "../../lib/wiring/sync-ports.ts";
import { checkPortal, type PortalCheck } from "./check-portal.ts";
import { openHttpDoor, type DoorRoute, type HttpHandler } from "./http-door.ts";
import { startLocalAws, type LocalAws } from "./local-aws.ts";
import type { LocalOptions } from "./local-options.ts";
import { startQueuePoller } from "./queue-poller.ts";
import { startSimulatedPortal, type SimulatedPortal } from "./simulated-portal.ts";

/** How fast the local queue hands changes on: much faster than in AWS, so that a change shows at once. */
export interface LocalPace {
  /** Seconds; in AWS two. */
  readonly deliveryDelaySeconds: number;
  /** Milliseconds; in AWS five seconds. */
  readonly batchWindowMs: number;
  readonly concurrency: number;
}

export interface LocalStackOptions extends LocalOptions {
  readonly pace: LocalPace;
  readonly telemetry: Telemetry;
  /** The telemetry of one batch of the worker. */
  readonly telemetryOf: (event: SQSEvent) => Telemetry;
}

/** The whole product, running in this process. */
export interface LocalStack {
  readonly url: string;
  readonly webhookUrl: string;
  /** Base URL of the HubSpot that is read. */
  readonly hubspotUrl: string;
  readonly portal: PortalCheck;
  /** Absent when another HubSpot is read. */
  readonly simulated: SimulatedPortal | undefined;
  readonly aws: LocalAws;
  readonly ports: WiredPorts;
  /** Resolves when every webhook is delivered and worked on. @throws Error when that takes longer than the deadline */
  readonly idle: (deadlineMs?: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Speeds of the demo: a change shows within about a second. */
export const DEMO_PACE: LocalPace = { deliveryDelaySeconds: 0, batchWindowMs: 500, concurrency: 2 };

/**
 * Starts everything and answers when it is ready. Webhooks flow from then on.
 * @throws UsageError, PortInUseError, or the HTTP server's error when a port is taken
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closers.splice(0).toReversed()) await end();
  };
  try {
    return { ...(await startParts(options, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(
  options: LocalStackOptions,
  closers: (() => Promise<void>)[],
): Promise<Omit<LocalStack, "close">> {
  const aws = await startLocalAws({ ...options, deliveryDelaySeconds: options.pace.deliveryDelaySeconds });
  closers.push(aws.stop);
  const simulated = await startSimulated(options);
  const hubspotUrl = options.portal.kind === "remote" ? options.portal.baseUrl : (simulated?.simulator.url ?? "");
  const ports = createPorts(options, aws, hubspotUrl);
  if (simulated !== undefined) closers.push(simulated.close);
  const portal = await checkPortal(ports.hubspot, ports.settings, hubspotUrl);
  closers.push(startWorker(options, aws, ports));
  const door = await openHttpDoor({ port: options.port, routes: listRoutes(options, aws), onCrash: onCrash(options) });
  closers.push(door.close);
  const webhookUrl = options.publicUrl ?? `${door.url}/webhook`;
  await simulated?.connect(`${door.url}/webhook`);
  const idle = (deadlineMs = 60_000): Promise<void> => waitUntilIdle({ aws, simulated, deadlineMs });
  return { url: door.url, webhookUrl, hubspotUrl, portal, simulated, aws, ports, idle };
}

async function startSimulated({
  portal,
  clientSecret,
  folder,
}: LocalStackOptions): Promise<SimulatedPortal | undefined> {
  if (portal.kind === "remote") return undefined;
  const { port, accessToken, isSample } = portal;
  return startSimulatedPortal({ port, accessToken, clientSecret, isSample, ...(folder !== undefined && { folder }) });
}

function createPorts(options: LocalStackOptions, aws: LocalAws, hubspotBaseUrl: string): WiredPorts {
  const { portal, telemetry, dealStages } = options;
  return createSyncPorts({
    config: {
      tableName: aws.tableName,
      changeQueueUrl: aws.changes.queueUrl,
      settings: {
        dealStages,
        exclusion: { property: DEFAULTS.exclusionProperty, values: DEFAULTS.exclusionValues },
      },
      hubspotBaseUrl,
      hubspotApiVersion: portal.kind === "remote" ? portal.apiVersion : DEFAULTS.hubspotApiVersion,
    },
    accessToken: holdSecret(portal.accessToken),
    dynamoDb: aws.dynamoDb,
    sqs: aws.sqs,
    telemetry,
  });
}

/** A secret that is known already. */
function holdSecret(value: string): SecretReader {
  const values = [value];
  return { read: () => Promise.resolve(values), reread: () => Promise.resolve(values) };
}

/** @returns ends the worker after the batches at hand */
function startWorker(options: LocalStackOptions, aws: LocalAws, { marks, ...ports }: WiredPorts): () => Promise<void> {
  const poller = startQueuePoller({
    client: aws.sqs,
    queueUrl: aws.changes.queueUrl,
    batchSize: QUEUE.batchSize,
    windowMs: options.pace.batchWindowMs,
    concurrency: options.pace.concurrency,
    handler: createChangeHandler({ ports, marks, maxReceives: QUEUE.maxReceives, telemetryOf: options.telemetryOf }),
    onCrash: onCrash(options),
  });
  return poller.stop;
}

function listRoutes(options: LocalStackOptions, aws: LocalAws): readonly DoorRoute[] {
  return [{ path: "/webhook", handler: createWebhookRoute(options, aws) }];
}

/** HubSpot signs the URL it calls, which a tunnel or another name of this machine makes differ from request to request. */
function createWebhookRoute(options: LocalStackOptions, aws: LocalAws): HttpHandler {
  const wires = {
    clientSecrets: holdSecret(options.clientSecret),
    queue: createChangeQueue({ client: aws.sqs, queueUrl: aws.changes.queueUrl }),
    clock: { now: Date.now },
    telemetryOf: () => options.telemetry,
  };
  return (event) => {
    const scheme = event.headers["x-forwarded-proto"] ?? "http";
    const publicUrl = options.publicUrl ?? `${scheme}://${event.requestContext.domainName}${event.rawPath}`;
    return createDeliveryHandler({ ...wires, publicUrl })(event);
  };
}

function onCrash({ telemetry }: LocalStackOptions): (error: unknown) => void {
  return (error) => telemetry.error("a function crashed", { error });
}

async function waitUntilIdle(parts: {
  readonly aws: LocalAws;
  readonly simulated: SimulatedPortal | undefined;
  readonly deadlineMs: number;
}): Promise<void> {
  const endMs = Date.now() + parts.deadlineMs;
  const address = { client: parts.aws.sqs, queueUrl: parts.aws.changes.queueUrl };
  for (;;) {
    await parts.simulated?.simulator.waitUntilIdle();
    const depth = await readQueueDepth(address);
    if (depth.waiting + depth.inFlight + depth.delayed === 0) return;
    if (Date.now() > endMs) throw new Error(`not idle after ${parts.deadlineMs} ms: ${JSON.stringify(depth)}`);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
