import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { QUEUE } from "../../lib/contract.ts";
import { parsePassEvent } from "../../lib/sqs/pass-queue.ts";
import type { PassPorts } from "../../lib/sync/pass/pass-types.ts";
import type { ChangeQueue } from "../../lib/sync/ports.ts";
import type { Run } from "../../lib/sync/run.ts";
import { createChangeHandler } from "../../lib/wiring/change-handler.ts";
import { createPassHandler } from "../../lib/wiring/pass-handler.ts";
import type { AwsAccount } from "./aws-account.ts";
import { createDice, deriveSeed } from "./dice.ts";
import { MessagePool, type PollingRules } from "./message-pool.ts";
import type { Scenario, Trouble } from "./scenario.ts";
import { LONGEST_LIFE_MS, SimProcess } from "./sim-process.ts";
import type { StoreGuard } from "./store-guard.ts";
import type { Tally } from "./tally.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** As deployed, but with more workers at once. */
const CHANGE_RULES: PollingRules = {
  messageName: "change",
  visibilityMs: 6 * LONGEST_LIFE_MS,
  mostAtOnce: 3,
  batchSizes: [1, 2, 5, 100],
  gatherMs: QUEUE.batchWindowSeconds * 1000,
};

const PASS_RULES: PollingRules = {
  messageName: "pass",
  visibilityMs: 960_000,
  mostAtOnce: 2,
  batchSizes: [1],
  gatherMs: 500,
};

/** Lives of an invocation of the pass: as deployed, or so short that a pass takes several. Milliseconds. */
const PASS_LIVES_MS = [61_000, 63_000, 75_000, 900_000];

interface RunsOptions {
  readonly scenario: Scenario;
  readonly time: VirtualTime;
  readonly tally: Tally;
  readonly guard: StoreGuard;
  readonly aws: AwsAccount;
  readonly tell: (line: string) => void;
}

interface QueueRun {
  readonly process: SimProcess;
  readonly handle: (event: SQSEvent) => Promise<SQSBatchResponse>;
}

/** Runs of the real functions: receive-webhook, process-changes, reconcile and the records API. */
export class FunctionRuns {
  /** `mortal`: processes are slow and die, but what they call works. */
  mood: "troubled" | "mortal" | "calm" = "troubled";
  readonly #options: RunsOptions;
  readonly #workers: MessagePool;
  readonly #passes: MessagePool;
  #started = 0;

  constructor(options: RunsOptions) {
    const { scenario, time, tally, aws } = options;
    this.#options = options;
    const poolOf = (n: number): { dice: ReturnType<typeof createDice> } => ({
      dice: createDice(deriveSeed(scenario.seed, n)),
    });
    const shared = { time, tally, trouble: scenario.trouble };
    this.#workers = new MessagePool({
      ...shared,
      ...poolOf(5),
      rules: CHANGE_RULES,
      queue: aws.changes,
      start: () => this.#startWorker(),
    });
    this.#passes = new MessagePool({
      ...shared,
      ...poolOf(6),
      rules: PASS_RULES,
      queue: aws.passMessages,
      start: () => this.#startPassRun(),
    });
  }

  get areIdle(): boolean {
    return this.#workers.isIdle && this.#passes.isIdle;
  }

  /** To be called whenever something may have been queued. */
  poll(): void {
    this.#workers.poll();
    this.#passes.poll();
  }

  startReceiver(isCalm: boolean): { readonly process: SimProcess; readonly queue: ChangeQueue } {
    const process = this.#start("receiver", { isCalm });
    return { process, queue: this.#options.aws.queueOf(process) };
  }

  startAdmin(
    name: string,
    isCalm: boolean,
  ): { readonly process: SimProcess; readonly run: Run; readonly ports: PassPorts } {
    const process = this.#start("admin", { isCalm, name: `admin ${name}` });
    const ports = this.#options.aws.passPortsOf(process);
    return { process, run: { ...ports, cause: "admin" }, ports };
  }

  #startWorker(): QueueRun {
    const { aws, tally } = this.#options;
    if (this.#passes.working > 0) tally.count("processes: a worker beside a pass");
    const process = this.#start("worker", {});
    const endsAtMs = this.#options.time.now() + LONGEST_LIFE_MS;
    const ports = aws.portsOf(process);
    const marks = aws.passStoreOf(process);
    const handle = createChangeHandler({ ports, marks, maxReceives: QUEUE.maxReceives });
    const context = { getRemainingTimeInMillis: () => endsAtMs - this.#options.time.now() };
    return { process, handle: (event) => handle(event, context) };
  }

  #startPassRun(): QueueRun {
    const { aws, guard, time, tally } = this.#options;
    if (this.#workers.working > 0) tally.count("processes: a worker beside a pass");
    const lifeMs = createDice(deriveSeed(this.#options.scenario.seed, 200_000 + this.#started)).pick(PASS_LIVES_MS);
    const process = this.#start("pass", { longestLifeMs: lifeMs ?? LONGEST_LIFE_MS });
    const endsAtMs = time.now() + (lifeMs ?? LONGEST_LIFE_MS);
    const work = createPassHandler(aws.passPortsOf(process));
    return {
      process,
      handle: async (event) => {
        for (const message of parsePassEvent(event))
          if ("passId" in message) guard.noteInvocation(process.name, message.passId);
        await work(event, { getRemainingTimeInMillis: () => endsAtMs - time.now() });
        return { batchItemFailures: [] };
      },
    };
  }

  #start(
    role: string,
    { isCalm = false, name = role, ...life }: { isCalm?: boolean; name?: string; longestLifeMs?: number },
  ): SimProcess {
    const { scenario, time, tally, guard, tell } = this.#options;
    this.#started += 1;
    return new SimProcess({
      role,
      name: `${name}#${this.#started}`,
      time,
      tally,
      dice: createDice(deriveSeed(scenario.seed, 100_000 + this.#started)),
      trouble: this.#troubleNow(isCalm),
      tell,
      complain: (rule) => guard.complain(rule),
      ...life,
    });
  }

  #troubleNow(isCalm: boolean): Trouble {
    const { trouble } = this.#options.scenario;
    if (isCalm || this.mood === "calm") return { ...trouble, faults: 0, deaths: 0, slowness: 0, refusals: 0 };
    return this.mood === "mortal" ? { ...trouble, faults: 0, refusals: 0 } : trouble;
  }
}
