import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { handleApiRequest, type ApiAnswer, type ApiRequest } from "./api.ts";
import type { Behaviour } from "./behaviour.ts";
import type { PortalIdentity, PortalSource } from "./portal-source.ts";
import { createPortal } from "./portal.ts";
import { createRandom } from "./seeded-random.ts";
import { handleSimRequest } from "./sim-api.ts";
import type { Simulator } from "./sim-route.ts";
import { WebhookSender, type DeliveryCounts } from "./webhook-sender.ts";
import { WebhookQueue } from "./webhooks.ts";
import type { PortalEvent } from "./portal-event.ts";
import { World } from "./world.ts";

/** The account the simulator plays unless told otherwise. */
export const SAMPLE_IDENTITY: PortalIdentity = {
  portalId: 145_883_449,
  appId: 14_947_547,
  uiDomain: "app-eu1.hubspot.com",
  timeZone: "Europe/Berlin",
};

export interface SimulatorOptions {
  /** 0 for any free one. */
  readonly port: number;
  readonly host: string;
  readonly accessToken: string;
  readonly clientSecret: string;
  readonly webhookUrl?: string;
  /** Epoch milliseconds; real time when absent. */
  readonly now?: () => number;
  readonly seed?: number;
  readonly identity?: PortalIdentity;
  /** What the API reads from instead of the world; a computed portal for scale tests. */
  readonly source?: PortalSource;
  /** Put around every `/_sim/` request, so that a journal can write down what was done, and when. */
  readonly aroundSimRequest?: (request: ApiRequest, carryOut: () => Promise<ApiAnswer>) => Promise<ApiAnswer>;
}

/** A running simulator. */
export interface HubSpotSimulator {
  readonly url: string;
  readonly world: World;
  /** Change its fields at any time. */
  readonly behaviour: Behaviour;
  /** Sends webhooks for changes made through `world` directly; `/_sim/` routes do it by themselves. */
  readonly publish: (events: readonly PortalEvent[]) => void;
  readonly setWebhookUrl: (url: string | undefined) => void;
  readonly waitUntilIdle: () => Promise<void>;
  readonly deliveryCounts: () => DeliveryCounts;
  readonly close: () => Promise<void>;
}

/** The port is taken by another process. */
export class PortInUseError extends Error {
  override readonly name = "PortInUseError";
  readonly port: number;

  constructor(port: number, cause: unknown) {
    super(`Port ${port} is in use`, { cause });
    this.port = port;
  }
}

/**
 * Starts the simulator.
 * @throws PortInUseError when another process listens there
 */
export async function startHubSpotSimulator(options: SimulatorOptions): Promise<HubSpotSimulator> {
  const simulator = createSimulator(options);
  const server = createServer((request, response) => {
    void serve(simulator, { request, response, around: options.aroundSimRequest });
  });
  const port = await listen(server, options);
  const { world, portal, queue, sender } = simulator;
  return {
    url: `http://${options.host}:${port}`,
    world,
    behaviour: portal.behaviour,
    publish: (events) => {
      queue.enqueue(events);
      sender.wake();
    },
    setWebhookUrl: (url) => {
      sender.targetUrl = url;
    },
    waitUntilIdle: () => sender.waitUntilIdle(),
    deliveryCounts: () => sender.counts,
    close: () => close(server, sender),
  };
}

function createSimulator(options: SimulatorOptions): Simulator {
  const now = options.now ?? Date.now;
  const seed = options.seed ?? 1;
  const world = new World({ identity: options.identity ?? SAMPLE_IDENTITY, now, seed });
  const portal = createPortal({ source: options.source ?? world, accessToken: options.accessToken, seed: seed + 1 });
  const { behaviour } = portal;
  const queue = new WebhookQueue({ source: world, behaviour, random: createRandom(seed + 2) });
  const { clientSecret, webhookUrl: targetUrl } = options;
  const sender = new WebhookSender({ queue, behaviour, clientSecret, targetUrl, now });
  return { world, portal, queue, sender };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly around: SimulatorOptions["aroundSimRequest"];
}

async function serve(simulator: Simulator, { request, response, around }: Exchange): Promise<void> {
  try {
    const asked = await readRequest(request);
    const isSim = asked.url.startsWith("/_sim");
    const carryOut = (): Promise<ApiAnswer> => handleSimRequest(simulator, asked);
    const answer = isSim ? await (around?.(asked, carryOut) ?? carryOut()) : handleApiRequest(simulator.portal, asked);
    if (answer.delayMs > 0) await delay(answer.delayMs, response);
    send(response, answer);
  } catch {
    // The client went away in the middle, or the simulator has a bug: either way the connection is all there is to close.
    response.destroy();
  }
}

async function readRequest(request: IncomingMessage): Promise<ApiRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]),
  );
  const body = Buffer.concat(chunks).toString();
  return { method: request.method ?? "GET", url: request.url ?? "/", headers, body };
}

function send(response: ServerResponse, answer: ApiAnswer): void {
  if (answer.isDropped) {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

/** Waits, but not for a client that has gone. */
async function delay(milliseconds: number, response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    response.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function listen(server: Server, options: { readonly port: number; readonly host: string }): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      const isTaken = "code" in error && error.code === "EADDRINUSE";
      reject(isTaken ? new PortInUseError(options.port, error) : error);
    });
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : options.port;
}

async function close(server: Server, sender: WebhookSender): Promise<void> {
  sender.close();
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}
