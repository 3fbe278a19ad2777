import type { Portal } from "../../infra/local/hubspot-simulator/portal.ts";
import { QUEUE } from "../../lib/contract.ts";
import type { BrakeSettings } from "../../lib/domain/brake.ts";
import type { Settings } from "../../lib/domain/settings.ts";
import { PASS_SCHEMAS } from "../../lib/dynamodb/pass-schemas.ts";
import { createHubSpotReader } from "../../lib/hubspot/hubspot-reader.ts";
import type { PassPorts } from "../../lib/sync/pass/pass-types.ts";
import type { ChangeQueue } from "../../lib/sync/ports.ts";
import type { SyncPorts } from "../../lib/sync/run.ts";
import { guardPortal } from "../../lib/wiring/portal-guard.ts";
import { createInMemoryChangeQueue } from "../fixtures/in-memory-change-queue.ts";
import { createInMemoryMessages } from "../fixtures/in-memory-messages.ts";
import { createInMemoryPassStore } from "../fixtures/in-memory-pass-store.ts";
import { createInMemoryRecordStore } from "../fixtures/in-memory-record-store.ts";
import { createFetch } from "./hubspot-wire.ts";
import { isPersonal } from "./personal-data.ts";
import type { SimProcess } from "./sim-process.ts";
import { createSimPassStore } from "./sim-pass-store.ts";
import { createSimStore } from "./sim-store.ts";
import type { StoreGuard } from "./store-guard.ts";
import type { VirtualTime } from "./virtual-time.ts";
import { createUseMeter } from "../../lib/wiring/use-meter.ts";

/** Receives of a pass message before SQS gives it up, as deployed. */
const PASS_RECEIVES = 5;

interface AccountOptions {
  readonly time: VirtualTime;
  readonly portal: Portal;
  /** Another account, empty. Now and then a process gets its token, once the table has remembered the right one. */
  readonly otherPortal: Portal;
  readonly accessToken: string;
  /** What is deployed at this moment; a run of a function keeps what it began with. */
  readonly settings: () => Settings;
  readonly brake: BrakeSettings;
  readonly guard: StoreGuard;
  /** Something was queued. */
  readonly onMessage: () => void;
}

/** Table and queues, and the way each run of a function sees them. */
export class AwsAccount {
  readonly table = createInMemoryRecordStore();
  readonly passes = createInMemoryPassStore({ schemas: PASS_SCHEMAS });
  readonly changes: ReturnType<typeof createInMemoryChangeQueue>;
  readonly passMessages: ReturnType<typeof createInMemoryMessages>;
  readonly #options: AccountOptions;

  constructor(options: AccountOptions) {
    const { now } = options.time;
    this.#options = options;
    this.changes = createInMemoryChangeQueue({ now, deliveryDelaySeconds: QUEUE.deliveryDelaySeconds });
    this.passMessages = createInMemoryMessages({ now, maxReceives: PASS_RECEIVES });
  }

  /** Everything that lies in queues, as text. */
  listBodies(): readonly string[] {
    const { changes, passMessages } = this;
    return [...changes.bodies(), ...changes.deadLetters(), ...passMessages.bodies(), ...passMessages.deadLetters()];
  }

  queueOf(process: SimProcess): ChangeQueue {
    return {
      send: (message) => {
        if (isPersonal(JSON.stringify(message))) this.#options.guard.complain(`${process.name} queues personal data`);
        return process.call("send", async () => {
          await this.changes.send(message);
          this.#options.onMessage();
        });
      },
      readDepth: () => this.changes.readDepth(),
    };
  }

  portsOf(process: SimProcess): SyncPorts {
    const { clock, telemetry, dice } = process;
    const { portal, otherPortal, accessToken, guard } = this.#options;
    const settings = this.#options.settings();
    const readToken = (): Promise<readonly string[]> => Promise.resolve([accessToken]);
    const hubspot = createHubSpotReader({
      baseUrl: "https://api.hubapi.com",
      apiVersion: "2026-09",
      accessToken: { read: readToken, reread: readToken },
      exclusionProperty: settings.exclusion.property,
      clock,
      telemetry,
      fetch: createFetch({ portal, otherPortal, isRemembered: () => this.#isPortalRemembered() }, process),
      random: dice.random,
    });
    const marks = this.passStoreOf(process);
    return {
      hubspot: guardPortal(hubspot, marks),
      marks,
      store: createSimStore(process, this.table, guard),
      queue: this.queueOf(process),
      clock,
      telemetry,
      settings,
    };
  }

  async #isPortalRemembered(): Promise<boolean> {
    return (await this.passes.readPortal()) !== undefined;
  }

  passStoreOf(process: SimProcess): PassPorts["passes"] {
    return createSimPassStore(process, this.passes);
  }

  passPortsOf(process: SimProcess): PassPorts {
    const ports = this.portsOf(process);
    return {
      ...ports,
      streams: createSimStore(process, this.table, this.#options.guard),
      passes: this.passStoreOf(process),
      passQueue: {
        send: (message, delaySeconds = 0) =>
          process.call("send", () => {
            process.tally.count("handedBy" in message ? "pass: handed over" : "pass: waits for its lease");
            this.passMessages.add(JSON.stringify(message), delaySeconds);
            this.#options.onMessage();
            return Promise.resolve();
          }),
      },
      brake: this.#options.brake,
      random: process.dice.random,
      readUsage: () => ({ hubspotCalls: 0, rateLimitedCalls: 0, readUnits: 0, writeUnits: 0 }),
      meter: createUseMeter(),
      // Cuts lanes as often as it can: more of them means more to go wrong.
      readPace: () => ({ callsPerSecond: 19, answerMs: 300 }),
      readerFor: () => ports.hubspot,
    };
  }
}
