import { createPortal, type Portal } from "../../infra/local/hubspot-simulator/portal.ts";
import { EXCLUSION_DEFINITION } from "../../infra/local/hubspot-simulator/property-definitions.ts";
import { createRandom } from "../../infra/local/hubspot-simulator/seeded-random.ts";
import { WebhookQueue } from "../../infra/local/hubspot-simulator/webhooks.ts";
import { World } from "../../infra/local/hubspot-simulator/world.ts";
import type { Pass } from "../../lib/sync/pass-ports.ts";
import type { Change } from "../../lib/domain/change.ts";
import { decodeMessage } from "../../lib/sqs/decode-message.ts";
import { ActedPortal } from "./acted-portal.ts";
import { AdminDesk } from "./admin-desk.ts";
import { AwsAccount } from "./aws-account.ts";
import { Deployments } from "./deployments.ts";
import { createDice, deriveSeed, type Dice } from "./dice.ts";
import { FunctionRuns } from "./function-runs.ts";
import { isRefused } from "./hubspot-wire.ts";
import { compareWithRules, findErasedData } from "./oracle.ts";
import { PassDesk } from "./pass-desk.ts";
import { PortalHistory } from "./portal-history.ts";
import type { Scenario, Step } from "./scenario.ts";
import { StoreGuard } from "./store-guard.ts";
import { Tally } from "./tally.ts";
import { VirtualTime } from "./virtual-time.ts";
import { WebhookNetwork } from "./webhook-network.ts";
import { actInHubSpot, describeEvents } from "./world-actions.ts";

const START_MS = Date.UTC(2026, 10, 3, 8);
const ACCESS_TOKEN = "simulated-token";
const OTHER_PORTAL_ID = 4712;
const IDENTITY = { portalId: 4711, appId: 815, uiDomain: "app-eu1.hubspot.com", timeZone: "Europe/Berlin" };

/** After so long everything must rest: HubSpot repeats for a day, the queue waits for minutes. Milliseconds. */
const LONGEST_UNREST_MS = 48 * 3_600_000;

/** Between the last change and the night's pass: whatever a crash has reserved is old by then. Milliseconds. */
const UNTIL_NIGHT_MS = 3_600_000;

/** From one scheduled pass to the next. Milliseconds. */
const NIGHT_TO_NIGHT_MS = 24 * 3_600_000;

/** What a run of a scenario showed. */
export interface Verdict {
  /** Empty when every promise held. */
  readonly violations: readonly string[];
  readonly story: readonly string[];
  readonly writes: number;
  readonly tally: Tally;
}

/** Plays a scenario from its first step to the rest after the last one. The same scenario always ends the same. */
export async function runScenario(scenario: Scenario): Promise<Verdict> {
  const simulation = new Simulation(scenario);
  await simulation.run();
  return simulation.verdict;
}

/** An account without any object: whoever believed it would take everything for deleted. */
function createOtherPortal(seed: number, now: () => number): Portal {
  const identity = { ...IDENTITY, portalId: OTHER_PORTAL_ID };
  const world = new World({ identity, now, seed: deriveSeed(seed, 7) });
  world.defineProperty("company", EXCLUSION_DEFINITION);
  return createPortal({ source: world, accessToken: ACCESS_TOKEN, seed: deriveSeed(seed, 8) });
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #time = new VirtualTime(START_MS);
  readonly #story: string[] = [];
  readonly #tally = new Tally();
  readonly #history: PortalHistory;
  readonly #acted: ActedPortal;
  readonly #network: WebhookNetwork;
  readonly #guard: StoreGuard;
  readonly #aws: AwsAccount;
  readonly #runs: FunctionRuns;
  readonly #deployments: Deployments;
  readonly #desk: AdminDesk;
  readonly #passDesk: PassDesk;
  readonly #violations: string[] = [];
  #redriven = 0;
  #isOver = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    const { seed, trouble } = scenario;
    const [time, tally] = [this.#time, this.#tally];
    const tell = (line: string): void => this.#tell(line);
    const world = new World({ identity: IDENTITY, now: time.now, seed: deriveSeed(seed, 1) });
    world.defineProperty("company", EXCLUSION_DEFINITION);
    const portal = createPortal({ source: world, accessToken: ACCESS_TOKEN, seed: deriveSeed(seed, 2) });
    this.#history = new PortalHistory(world);
    this.#deployments = new Deployments(scenario.dealStages, tally);
    const guard = new StoreGuard(this.#history, time.now);
    this.#guard = guard;
    this.#aws = new AwsAccount({
      time,
      portal,
      otherPortal: createOtherPortal(seed, time.now),
      accessToken: ACCESS_TOKEN,
      settings: () => this.#deployments.settings,
      brake: scenario.brake,
      guard,
      onMessage: () => this.#runs.poll(),
    });
    this.#runs = new FunctionRuns({ scenario, time, tally, guard, aws: this.#aws, tell });
    const { behaviour } = portal;
    this.#network = new WebhookNetwork({
      time,
      dice: createDice(deriveSeed(seed, 4)),
      trouble,
      tally,
      queue: new WebhookQueue({ source: world, behaviour, random: createRandom(deriveSeed(seed, 3)) }),
      behaviour,
      tell,
      startReceiver: (isCalm) => this.#runs.startReceiver(isCalm),
    });
    this.#acted = new ActedPortal({
      world,
      history: this.#history,
      time,
      onEvents: (events) => {
        tell(`HubSpot: ${describeEvents(events)}`);
        this.#network.tell(events);
      },
    });
    this.#desk = new AdminDesk({
      time,
      table: this.#aws.table,
      guard,
      tally,
      startAdmin: (name, isCalm) => this.#runs.startAdmin(name, isCalm),
    });
    this.#passDesk = new PassDesk({
      messages: this.#aws.passMessages,
      passes: this.#aws.passes,
      desk: this.#desk,
      guard,
      brake: scenario.brake,
      tally,
      rest: () => this.#rest(),
      untilNextNight: () => time.sleep(NIGHT_TO_NIGHT_MS),
      calm: () => {
        this.#runs.mood = "calm";
      },
    });
  }

  get verdict(): Verdict {
    const violations = [...this.#guard.violations, ...this.#violations];
    return { violations, story: this.#story, writes: this.#guard.writes, tally: this.#tally };
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
    this.#runs.mood = "calm";
    this.#tell("— no more steps —");
    if (!(await this.#rest())) return;
    const hasLostEvents = this.#network.dropped > 0;
    this.#tally.count(hasLostEvents ? "run: with lost events" : "run: without lost events");
    if (!hasLostEvents) this.#compare(false);
    await this.#passDesk.judgeEnded();
    if (!this.#hasFailed) await this.#playNight(hasLostEvents);
  }

  /** One pass must find whatever events have lost, and nothing where none was lost. */
  async #playNight(hasLostEvents: boolean): Promise<void> {
    this.#runs.mood = "mortal";
    await this.#time.sleep(UNTIL_NIGHT_MS);
    this.#tell("— the night's pass —");
    const pass = await this.#passDesk.runToSuccess();
    await this.#passDesk.judgeEnded();
    if (this.#hasFailed) return;
    if (pass === undefined) this.#violations.push("no pass succeeds");
    else if (!hasLostEvents) this.#judgeRepairs(pass);
    this.#compare(true);
  }

  /** What a pass repairs is how an operator learns that events get lost. */
  #judgeRepairs({ counts }: Pass): void {
    for (const [type, sums] of Object.entries(counts))
      for (const cause of ["missedEvent", "lateEvent", "driftByHand"])
        if ((sums[`by.${cause}`] ?? 0) > 0)
          this.#complain(`a pass repairs ${type} for ${cause}, but no event was lost`);
  }

  get #hasFailed(): boolean {
    return this.#guard.violations.length + this.#violations.length > 0;
  }

  #perform({ kind, seed }: Step): void {
    const dice = createDice(seed);
    const mutations = actInHubSpot({ world: this.#acted, history: this.#history, dice }, kind);
    for (const { events } of mutations)
      for (const event of events)
        if (event.kind === "merge")
          this.#tally.count(`HubSpot: merge ${event.objectId === event.newId ? "into an old id" : "with a new id"}`);
    if (mutations.length > 0) this.#tally.count(`HubSpot: ${kind}`);
    if (kind === "editLocally" || kind === "detach" || kind === "attach" || kind === "resync")
      this.#desk.act(kind, dice);
    if (kind === "pass") void this.#passDesk.act(dice);
    if (kind === "deploy") this.#deploy(dice);
    this.#runs.poll();
  }

  /** Whatever runs at this moment ends with the settings it began with; what starts from now on has the new ones. */
  #deploy(dice: Dice): void {
    if (!this.#deployments.change(dice)) return;
    this.#tell(`deployed: ${JSON.stringify(this.#deployments.settings)}`);
    this.#passDesk.startForSettings();
  }

  /** Waits until every event is delivered and the queues are empty. */
  async #rest(): Promise<boolean> {
    const untilMs = this.#time.now() + LONGEST_UNREST_MS;
    while (this.#time.now() < untilMs && !this.#hasFailed) {
      this.#redrive();
      this.#runs.poll();
      await this.#time.sleep(30_000);
      if (this.#network.isIdle && this.#runs.areIdle && this.#desk.isIdle && this.#isRedriven) return true;
    }
    if (!this.#hasFailed) this.#violations.push("it does not come to rest");
    return false;
  }

  get #isRedriven(): boolean {
    return this.#redriven === this.#aws.changes.deadLetters().length;
  }

  /** An admin sends dead letters back once the trouble is over. */
  #redrive(): void {
    for (const body of this.#aws.changes.deadLetters().slice(this.#redriven)) {
      this.#redriven += 1;
      this.#tell(`dead letter redriven: ${body}`);
      this.#tally.count("SQS: dead letter sent back by an admin");
      const decoded = decodeMessage(body);
      if (decoded.kind !== "decoded") continue;
      this.#judgeGivenUp(decoded.body.changes);
      void this.#aws.changes.send(decoded.body);
    }
  }

  /** Where nothing but objects that HubSpot cannot answer is amiss, nothing else may be given up. */
  #judgeGivenUp(changes: readonly Change[]): void {
    const { refusals, faults } = this.#scenario.trouble;
    if (refusals === 0 || faults > 0) return;
    for (const { type, id } of changes) {
      const isHeldUp = this.#history.kinOf(type, id).some((kin) => isRefused(kin, refusals));
      if (!isHeldUp) this.#complain(`${type} ${id} was given up, but HubSpot could answer it`);
    }
  }

  #compare(isAfterPass: boolean): void {
    const { detached } = this.#guard;
    const { rules } = this.#deployments;
    const input = { history: this.#history, table: this.#aws.table, detached, ...rules, isAfterPass };
    const gaps = [...compareWithRules(input), ...findErasedData(input, this.#aws.listBodies())];
    const when = isAfterPass ? "after a pass" : "before any pass";
    for (const gap of gaps) this.#complain(`${when}: ${gap}`);
  }

  #complain(rule: string): void {
    this.#violations.push(rule);
    this.#tell(`VIOLATION ${rule}`);
  }

  #tell(line: string): void {
    this.#story.push(`${String(this.#time.now() - START_MS).padStart(9)} ${line}`);
  }
}
