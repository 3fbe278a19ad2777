import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { createPortal } from "../../infra/local/hubspot-simulator/portal.ts";
import { EXCLUSION_DEFINITION } from "../../infra/local/hubspot-simulator/property-definitions.ts";
import { createRandom } from "../../infra/local/hubspot-simulator/seeded-random.ts";
import { WebhookQueue } from "../../infra/local/hubspot-simulator/webhooks.ts";
import { World } from "../../infra/local/hubspot-simulator/world.ts";
import { QUEUE } from "../../lib/contract.ts";
import type { Settings } from "../../lib/domain/settings.ts";
import { createHubSpotReader } from "../../lib/hubspot/hubspot-reader.ts";
import { decodeMessage } from "../../lib/sqs/decode-message.ts";
import type { ChangeQueue } from "../../lib/sync/ports.ts";
import type { SyncPorts } from "../../lib/sync/run.ts";
import { createChangeHandler } from "../../lib/wiring/change-handler.ts";
import { guardPortal } from "../../lib/wiring/portal-guard.ts";
import { createInMemoryChangeQueue } from "../fixtures/in-memory-change-queue.ts";
import { createInMemoryRecordStore } from "../fixtures/in-memory-record-store.ts";
import { ActedPortal } from "./acted-portal.ts";
import { AdminDesk } from "./admin-desk.ts";
import { createDice, deriveSeed } from "./dice.ts";
import { createFetch } from "./hubspot-wire.ts";
import { compareWithRules } from "./oracle.ts";
import { PortalHistory } from "./portal-history.ts";
import type { Scenario, Step, Trouble } from "./scenario.ts";
import { SimProcess } from "./sim-process.ts";
import { createSimStore } from "./sim-store.ts";
import { StoreGuard } from "./store-guard.ts";
import { VirtualTime } from "./virtual-time.ts";
import { WebhookNetwork } from "./webhook-network.ts";
import { WorkerPool } from "./worker-pool.ts";
import { actInHubSpot, describeEvents, SELECTED_STAGE_IDS } from "./world-actions.ts";

const START_MS = Date.UTC(2026, 10, 3, 8);
const ACCESS_TOKEN = "simulated-token";
const IDENTITY = { portalId: 4711, appId: 815, uiDomain: "app-eu1.hubspot.com", timeZone: "Europe/Berlin" };

/** After so long everything must rest: HubSpot repeats for a day, the queue waits for minutes. Milliseconds. */
const LONGEST_UNREST_MS = 48 * 3_600_000;

/** What a run of a scenario showed. */
export interface Verdict {
  /** Empty when every promise held. */
  readonly violations: readonly string[];
  readonly story: readonly string[];
  readonly writes: number;
}

/** Plays a scenario from its first step to the rest after the last one. The same scenario always ends the same. */
export async function runScenario(scenario: Scenario): Promise<Verdict> {
  const simulation = new Simulation(scenario);
  await simulation.run();
  return simulation.verdict;
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #time = new VirtualTime(START_MS);
  readonly #story: string[] = [];
  readonly #world: World;
  readonly #portal: ReturnType<typeof createPortal>;
  readonly #history: PortalHistory;
  readonly #acted: ActedPortal;
  readonly #network: WebhookNetwork;
  readonly #table = createInMemoryRecordStore();
  readonly #guard: StoreGuard;
  readonly #queue: ReturnType<typeof createInMemoryChangeQueue>;
  readonly #pool: WorkerPool;
  readonly #desk: AdminDesk;
  readonly #settings: Settings;
  readonly #violations: string[] = [];
  #processes = 0;
  #redriven = 0;
  #isCalm = false;
  #isOver = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    const { seed, trouble } = scenario;
    const time = this.#time;
    this.#settings = {
      dealStages: scenario.dealStages === "all" ? { kind: "all" } : { kind: "stages", stageIds: SELECTED_STAGE_IDS },
      exclusion: { property: EXCLUSION_DEFINITION.name, values: ["no", "nein"] },
    };
    this.#world = new World({ identity: IDENTITY, now: time.now, seed: deriveSeed(seed, 1) });
    this.#world.defineProperty("company", EXCLUSION_DEFINITION);
    this.#portal = createPortal({ source: this.#world, accessToken: ACCESS_TOKEN, seed: deriveSeed(seed, 2) });
    this.#portal.behaviour.latencyMs = 0;
    this.#history = new PortalHistory(this.#world);
    this.#guard = new StoreGuard(this.#history, time.now);
    const tell = (line: string): void => this.#tell(line);
    this.#queue = createInMemoryChangeQueue({ now: time.now, deliveryDelaySeconds: QUEUE.deliveryDelaySeconds });
    const behaviour = this.#portal.behaviour;
    const webhooks = new WebhookQueue({ source: this.#world, behaviour, random: createRandom(deriveSeed(seed, 3)) });
    this.#network = new WebhookNetwork({
      time,
      dice: createDice(deriveSeed(seed, 4)),
      trouble,
      queue: webhooks,
      behaviour,
      tell,
      startReceiver: (isCalm) => {
        const process = this.#start("receiver", isCalm);
        return { process, queue: this.#queueOf(process) };
      },
    });
    this.#acted = new ActedPortal({
      world: this.#world,
      history: this.#history,
      time,
      onEvents: (events) => {
        tell(`HubSpot: ${describeEvents(events)}`);
        this.#network.tell(events);
      },
    });
    this.#pool = new WorkerPool({
      time,
      dice: createDice(deriveSeed(seed, 5)),
      trouble,
      queue: this.#queue,
      startWorker: () => this.#startWorker(),
    });
    this.#desk = new AdminDesk({
      time,
      table: this.#table,
      guard: this.#guard,
      startAdmin: (name, isCalm) => {
        const process = this.#start(`admin ${name}`, isCalm);
        return { process, run: { ...this.#portsOf(process), cause: "admin" } };
      },
    });
  }

  get verdict(): Verdict {
    const violations = [...this.#guard.violations, ...this.#violations];
    return { violations, story: this.#story, writes: this.#guard.writes };
  }

  async run(): Promise<void> {
    const over = this.#play()
      .catch((error: unknown) => {
        this.#violations.push(`the simulation broke: ${error instanceof Error ? (error.stack ?? "") : String(error)}`);
      })
      .finally(() => {
        this.#isOver = true;
      });
    await this.#time.run(() => this.#isOver);
    if (!this.#isOver) this.#violations.push("something waits for what no clock will bring");
    else await over;
  }

  async #play(): Promise<void> {
    for (const step of this.#scenario.steps) {
      await this.#time.sleep(step.waitMs);
      if (this.#hasFailed) return;
      this.#perform(step);
    }
    this.#isCalm = true;
    this.#tell("— no more steps —");
    if (!(await this.#rest())) return;
    const hasLostEvents = this.#network.dropped > 0;
    if (!hasLostEvents) this.#compare(false);
  }

  get #hasFailed(): boolean {
    return this.#guard.violations.length + this.#violations.length > 0;
  }

  #perform({ kind, seed }: Step): void {
    const dice = createDice(seed);
    actInHubSpot({ world: this.#acted, history: this.#history, dice }, kind);
    if (kind === "editLocally" || kind === "detach" || kind === "attach" || kind === "resync")
      this.#desk.act(kind, dice);
    this.#pool.poll();
  }

  /** Waits until every event is delivered and the queue is empty. */
  async #rest(): Promise<boolean> {
    const untilMs = this.#time.now() + LONGEST_UNREST_MS;
    while (this.#time.now() < untilMs && !this.#hasFailed) {
      this.#redrive();
      this.#pool.poll();
      await this.#time.sleep(30_000);
      if (this.#network.isIdle && this.#pool.isIdle && this.#desk.isIdle && this.#isRedriven) return true;
    }
    if (!this.#hasFailed) this.#violations.push("it does not come to rest");
    return false;
  }

  get #isRedriven(): boolean {
    return this.#redriven === this.#queue.deadLetters().length;
  }

  /** An admin sends dead letters back once the trouble is over. */
  #redrive(): void {
    for (const body of this.#queue.deadLetters().slice(this.#redriven)) {
      this.#redriven += 1;
      this.#tell(`dead letter redriven: ${body}`);
      const decoded = decodeMessage(body);
      if (decoded.kind === "decoded") void this.#queue.send(decoded.body);
    }
  }

  #compare(isAfterPass: boolean): void {
    const stageIds = this.#scenario.dealStages === "all" ? undefined : SELECTED_STAGE_IDS;
    const { detached } = this.#guard;
    const gaps = compareWithRules({ history: this.#history, table: this.#table, detached, stageIds, isAfterPass });
    const when = isAfterPass ? "after a pass" : "before any pass";
    for (const gap of gaps) {
      this.#violations.push(`${when}: ${gap}`);
      this.#tell(`VIOLATION ${when}: ${gap}`);
    }
  }

  #start(name: string, isCalm = false): SimProcess {
    this.#processes += 1;
    const { seed, trouble } = this.#scenario;
    const calm: Trouble = { ...trouble, faults: 0, deaths: 0, slowness: 0 };
    return new SimProcess({
      name: `${name}#${this.#processes}`,
      time: this.#time,
      dice: createDice(deriveSeed(seed, 100_000 + this.#processes)),
      trouble: isCalm || this.#isCalm ? calm : trouble,
      tell: (line) => this.#tell(line),
    });
  }

  #startWorker(): { readonly process: SimProcess; readonly handle: (event: SQSEvent) => Promise<SQSBatchResponse> } {
    const process = this.#start("worker");
    const marks = { saveLastEvent: () => Promise.resolve() };
    return {
      process,
      handle: createChangeHandler({ ports: this.#portsOf(process), marks, maxReceives: QUEUE.maxReceives }),
    };
  }

  #portsOf(process: SimProcess): SyncPorts {
    const { clock, telemetry, dice } = process;
    const portal = { portalId: String(IDENTITY.portalId), uiDomain: IDENTITY.uiDomain };
    const hubspot = createHubSpotReader({
      baseUrl: "https://api.hubapi.com",
      apiVersion: "2026-09",
      accessToken: { read: readToken, reread: readToken },
      exclusionProperty: this.#settings.exclusion.property,
      clock,
      telemetry,
      fetch: createFetch(this.#portal, process),
      random: dice.random,
    });
    const marks = { readPortal: () => Promise.resolve(portal), savePortal: () => Promise.resolve(portal) };
    return {
      hubspot: guardPortal(hubspot, marks),
      store: createSimStore(process, this.#table, this.#guard),
      queue: this.#queueOf(process),
      clock,
      telemetry,
      settings: this.#settings,
    };
  }

  #queueOf(process: SimProcess): ChangeQueue {
    return {
      send: (message) =>
        process.call("send", async () => {
          await this.#queue.send(message);
          this.#pool.poll();
        }),
      readDepth: () => this.#queue.readDepth(),
    };
  }

  #tell(line: string): void {
    this.#story.push(`${String(this.#time.now() - START_MS).padStart(9)} ${line}`);
  }
}

function readToken(): Promise<readonly string[]> {
  return Promise.resolve([ACCESS_TOKEN]);
}
