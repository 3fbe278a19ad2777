import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { InMemoryMessages } from "../fixtures/in-memory-messages.ts";
import type { Dice } from "./dice.ts";
import type { Trouble } from "./scenario.ts";
import type { SimProcess } from "./sim-process.ts";
import type { Tally } from "./tally.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How Lambda reads a queue. */
export interface PollingRules {
  /** Such as `change`. */
  readonly messageName: string;
  readonly visibilityMs: number;
  /** Runs of the function at once. */
  readonly mostAtOnce: number;
  /** Messages of one run; one of them is chosen. */
  readonly batchSizes: readonly number[];
  /** Longest time in which messages are gathered. */
  readonly gatherMs: number;
}

interface PoolOptions {
  readonly rules: PollingRules;
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly trouble: Trouble;
  readonly tally: Tally;
  readonly queue: Pick<InMemoryMessages, "receive" | "returnMessages" | "deleteMessages" | "nextVisibleAtMs" | "size">;
  /** A new run of the function. */
  readonly start: () => {
    readonly process: SimProcess;
    readonly handle: (event: SQSEvent) => Promise<SQSBatchResponse>;
  };
}

/** What stands between a queue and its function: gathers messages, runs several at once, deletes what is done. */
export class MessagePool {
  readonly #options: PoolOptions;
  readonly #inWork = new Map<string, number>();
  #working = 0;
  /** The moment for which the next look at the queue is planned. */
  #plannedMs: number | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#working === 0 && this.#options.queue.size() === 0;
  }

  /** Runs of the function that are at work. */
  get working(): number {
    return this.#working;
  }

  /** To be called whenever something may have been queued. */
  poll(): void {
    const { time, queue, dice, rules } = this.#options;
    const visibleAtMs = queue.nextVisibleAtMs();
    if (visibleAtMs === undefined || this.#working >= rules.mostAtOnce) return;
    const plannedMs = Math.max(time.now(), visibleAtMs);
    // What is being worked on becomes visible much later than what has just been queued.
    if (this.#plannedMs !== undefined && this.#plannedMs <= plannedMs) return;
    this.#plannedMs = plannedMs;
    // The window in which messages are gathered; a run may start sooner if the batch is full.
    time.after(plannedMs - time.now() + dice.between(0, rules.gatherMs), () => {
      if (this.#plannedMs !== plannedMs) return;
      this.#plannedMs = undefined;
      this.#take();
      this.poll();
    });
  }

  #take(): void {
    const { queue, dice, trouble, rules, tally } = this.#options;
    const event = queue.receive(dice.pick(rules.batchSizes) ?? 1, rules.visibilityMs);
    if (event.Records.length === 0) return;
    const messageIds = event.Records.map(({ messageId }) => messageId);
    const again = event.Records.filter(({ attributes }) => attributes.ApproximateReceiveCount !== "1");
    tally.count(`SQS: ${rules.messageName} message received again`, again.length);
    const shared = messageIds.filter((messageId) => this.#inWork.has(messageId));
    tally.count(`SQS: ${rules.messageName} message in two hands at once`, shared.length);
    // SQS promises at least once: a message that is worked on may be received by another worker as well.
    if (dice.hits(trouble.duplicates / 2)) queue.returnMessages(messageIds.slice(0, 1));
    this.#working += 1;
    if (this.#working > 1) tally.count(`processes: two runs for ${rules.messageName} messages at once`);
    void this.#work(event, messageIds);
  }

  async #work(event: SQSEvent, messageIds: readonly string[]): Promise<void> {
    const { queue, dice, start } = this.#options;
    const { process, handle } = start();
    process.tell(`takes ${messageIds.join(", ")}: ${event.Records.map(({ body }) => summarise(body)).join(" + ")}`);
    this.#mark(messageIds, 1);
    const outcome = await process
      .live(() => handle(event))
      .catch((error: unknown) => {
        process.tell(`throws ${String(error)}`);
        return { kind: "died" } as const;
      });
    this.#mark(messageIds, -1);
    this.#working -= 1;
    if (outcome.kind === "ended") {
      const failedIds = outcome.value.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
      queue.deleteMessages(messageIds.filter((messageId) => !failedIds.includes(messageId)));
      process.tell(failedIds.length === 0 ? "is done" : `is done but for ${failedIds.join(", ")}`);
      // Whether failed items wait for their timeout or come back at once, nobody should rely on.
      if (failedIds.length > 0 && dice.hits(0.5)) queue.returnMessages(failedIds);
    }
    this.poll();
  }

  #mark(messageIds: readonly string[], hands: 1 | -1): void {
    for (const messageId of messageIds) {
      const held = (this.#inWork.get(messageId) ?? 0) + hands;
      if (held === 0) this.#inWork.delete(messageId);
      else this.#inWork.set(messageId, held);
    }
  }
}

/** Without the random names of invocations, which differ from run to run. */
function summarise(body: string): string {
  const changes = /"changes":(?<changes>\[.*\])/u.exec(body)?.groups?.["changes"] ?? body;
  return changes
    .replaceAll(/,"handedBy":"[^"]*"/gu, "")
    .replaceAll('"', "")
    .slice(0, 600);
}
