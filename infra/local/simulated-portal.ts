import { join } from "node:path";
import { EXCLUSION_DEFINITION } from "./hubspot-simulator/property-definitions.ts";
import { fillSamplePortal } from "./hubspot-simulator/sample-portal.ts";
import { startHubSpotSimulator, type HubSpotSimulator } from "./hubspot-simulator/server.ts";
import { isPortalChange, openPortalJournal, type JournalStep, type PortalJournal } from "./portal-journal.ts";

export interface SimulatedPortalOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly accessToken: string;
  readonly clientSecret: string;
  /** Keeps the portal between starts; without it the portal lives in memory. */
  readonly folder?: string;
  /** Whether a portal that is still empty gets the sample objects. */
  readonly isSample: boolean;
}

/** A simulated portal as it was left. */
export interface SimulatedPortal {
  readonly simulator: HubSpotSimulator;
  /** Starts sending webhooks: those of the sample, and those that a power cut held back. */
  readonly connect: (webhookUrl: string) => Promise<void>;
  readonly isRestored: boolean;
  readonly close: () => Promise<void>;
}

/**
 * Starts the HubSpot simulator and repeats what was done to its portal before.
 * @throws PortInUseError when another process listens there
 */
export async function startSimulatedPortal(options: SimulatedPortalOptions): Promise<SimulatedPortal> {
  const journal = options.folder === undefined ? undefined : openPortalJournal(join(options.folder, "portal.jsonl"));
  const before = journal?.read() ?? { settled: [], open: [] };
  const isNew = before.settled.length + before.open.length === 0;
  // One moment for all of a step, so that repeating it gives the same stamps.
  let stepAtMs: number | undefined;
  let record: ((step: JournalStep) => void) | undefined;
  const simulator = await startHubSpotSimulator({
    port: options.port,
    host: "127.0.0.1",
    accessToken: options.accessToken,
    clientSecret: options.clientSecret,
    now: () => stepAtMs ?? Date.now(),
    aroundSimRequest: async (request, carryOut) => {
      if (record === undefined || !isPortalChange(request)) return carryOut();
      const { method, url, body } = request;
      const atMs = Date.now();
      stepAtMs = atMs;
      const carriedOut = carryOut();
      stepAtMs = undefined;
      const answer = await carriedOut;
      record({ kind: "request", atMs, method, url, body });
      return answer;
    },
  });
  const repeat = async (steps: readonly JournalStep[]): Promise<void> => {
    for (const step of steps) {
      stepAtMs = step.atMs;
      await repeatStep(simulator, step);
    }
    stepAtMs = undefined;
  };
  simulator.world.defineProperty("company", EXCLUSION_DEFINITION);
  await repeat(before.settled);
  await simulator.waitUntilIdle();
  return {
    simulator,
    isRestored: !isNew,
    connect: async (webhookUrl) => {
      simulator.behaviour.isPaused = true;
      simulator.setWebhookUrl(webhookUrl);
      await repeat(before.open);
      record = journal && createRecorder(simulator, journal);
      if (options.isSample && isNew) {
        const step = { kind: "sample", atMs: Date.now() } as const;
        await repeat([step]);
        record?.(step);
      }
      simulator.behaviour.isPaused = false;
      simulator.publish([]);
    },
    close: async () => {
      record = undefined;
      journal?.close();
      await simulator.close();
    },
  };
}

/** Writes steps down, and when all their webhooks have been delivered. */
function createRecorder(simulator: HubSpotSimulator, journal: PortalJournal): (step: JournalStep) => void {
  let isWaiting = false;
  return (step) => {
    journal.append(step);
    if (isWaiting) return;
    isWaiting = true;
    void simulator.waitUntilIdle().then(() => {
      isWaiting = false;
      journal.markIdle();
    });
  };
}

async function repeatStep(simulator: HubSpotSimulator, step: JournalStep): Promise<void> {
  if (step.kind === "sample") {
    simulator.publish(fillSamplePortal(simulator.world).events);
    return;
  }
  const { method, url, body } = step;
  // An answer other than 200 was one the first time as well.
  await (await fetch(`${simulator.url}${url}`, { method, ...(body !== "" && { body }) })).arrayBuffer();
}
