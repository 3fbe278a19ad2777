import { QUEUE } from "../../lib/contract.ts";
import { readQueueDepth } from "../../lib/sqs/change-queue.ts";
import type { Pass } from "../../lib/sync/pass-ports.ts";
import { startPass, type PassStart, type StartPorts } from "../../lib/sync/pass/start-pass.ts";
import type { WiredPorts } from "../../lib/wiring/sync-ports.ts";
import { checkPortal, type PortalCheck } from "./check-portal.ts";
import { CONSOLE_ROUTES, forSameMachine } from "./console-route.ts";
import { openHttpDoor } from "./http-door.ts";
import { startLocalAws, VISIBILITY_SECONDS, type LocalAws } from "./local-aws.ts";
import { createLocalFunctions, type LocalFunctions } from "./local-functions.ts";
import type { LocalPace, LocalStackOptions } from "./stack-options.ts";
import { startQueuePoller } from "./queue-poller.ts";
import { startSimulatedPortal, type SimulatedPortal } from "./simulated-portal.ts";

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
  /** Resolves when every webhook is delivered and worked on, and no pass is under way. @throws Error when that takes longer than the deadline */
  readonly idle: (deadlineMs?: number) => Promise<void>;
  /** Starts a pass over everything. */
  readonly reconcile: () => Promise<PassStart>;
  /** A pass as it is stored. */
  readonly readPass: (passId: string) => Promise<Pass | undefined>;
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
  const functions = createLocalFunctions(options, aws, hubspotUrl);
  const { ports } = functions;
  if (simulated !== undefined) closers.push(simulated.close);
  const portal = await checkPortal(ports.hubspot, ports.settings, hubspotUrl);
  if (options.dynamoDbEndpoint === undefined) await adoptPass(functions.starter);
  closers.push(startWorkers(options, aws, functions));
  const routes = [
    { path: "/webhook", handler: functions.receiveWebhook },
    { path: "/v1/*", handler: forSameMachine(functions.recordsApi) },
    ...CONSOLE_ROUTES,
  ];
  const door = await openHttpDoor({ port: options.port, routes, onCrash: onCrash(options) });
  closers.push(door.close);
  const webhookUrl = options.publicUrl ?? `${door.url}/webhook`;
  await simulated?.connect(`${door.url}/webhook`);
  const idle = (deadlineMs = 60_000): Promise<void> => waitUntilIdle({ aws, simulated, deadlineMs });
  const reconcile = (): Promise<PassStart> => startPass(functions.starter);
  const readPass = (passId: string): Promise<Pass | undefined> => functions.starter.passes.readPass(passId);
  return { url: door.url, webhookUrl, hubspotUrl, portal, simulated, aws, ports, idle, reconcile, readPass };
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

/** Nobody but this process works on the embedded table: whoever held the lease of a pass died with the process before. */
async function adoptPass({ passes, passQueue }: StartPorts): Promise<void> {
  const lease = await passes.readLease();
  if (lease !== undefined) await passQueue.send({ passId: lease.passId, handedBy: lease.owner });
}

/** @returns ends the workers after the batches at hand */
function startWorkers(options: LocalStackOptions, aws: LocalAws, functions: LocalFunctions): () => Promise<void> {
  const changes = startQueuePoller({
    client: aws.sqs,
    queueUrl: aws.changes.queueUrl,
    batchSize: QUEUE.batchSize,
    windowMs: options.pace.batchWindowMs,
    visibilitySeconds: VISIBILITY_SECONDS,
    concurrency: options.pace.concurrency,
    handler: functions.processChanges,
    onCrash: onCrash(options),
  });
  const passes = startQueuePoller({
    client: aws.sqs,
    queueUrl: aws.passes.queueUrl,
    batchSize: 1,
    windowMs: 0,
    visibilitySeconds: VISIBILITY_SECONDS,
    concurrency: 1,
    handler: functions.reconcile,
    onCrash: onCrash(options),
  });
  return async () => {
    await Promise.all([changes.stop(), passes.stop()]);
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
  const client = parts.aws.sqs;
  const addresses = [parts.aws.changes, parts.aws.passes].map(({ queueUrl }) => ({ client, queueUrl }));
  for (;;) {
    await parts.simulated?.simulator.waitUntilIdle();
    const depths = await Promise.all(addresses.map(readQueueDepth));
    if (depths.every(({ waiting, inFlight, delayed }) => waiting + inFlight + delayed === 0)) return;
    if (Date.now() > endMs) throw new Error(`not idle after ${parts.deadlineMs} ms: ${JSON.stringify(depths)}`);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
