import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { InMemoryChangeQueue } from "../fixtures/in-memory-change-queue.ts";
import type { Dice } from "./dice.ts";
import type { Trouble } from "./scenario.ts";
import type { SimProcess } from "./sim-process.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Six times the longest life of a worker, as AWS advises. */
const VISIBILITY_MS = 720_000;

const MOST_WORKERS = 3;

interface PoolOptions {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly trouble: Trouble;
  readonly queue: InMemoryChangeQueue;
  /** A new run of process-changes. */
  readonly startWorker: () => {
    readonly process: SimProcess;
    readonly handle: (event: SQSEvent) => Promise<SQSBatchResponse>;
  };
}

/** What stands between the queue and the workers: gathers messages, runs several workers at once, deletes what is done. */
export class WorkerPool {
  readonly #options: PoolOptions;
  #working = 0;
  #isPolling = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#working === 0 && this.#options.queue.size() === 0;
  }

  /** To be called whenever something may have been queued. */
  poll(): void {
    const { time, queue, dice } = this.#options;
    const visibleAtMs = queue.nextVisibleAtMs();
    if (this.#isPolling || visibleAtMs === undefined || this.#working >= MOST_WORKERS) return;
    this.#isPolling = true;
    // The window in which messages are gathered; a worker may come sooner if the batch is full.
    time.after(Math.max(0, visibleAtMs - time.now()) + dice.between(0, 5_000), () => {
      this.#isPolling = false;
      this.#take();
      this.poll();
    });
  }

  #take(): void {
    const { queue, dice, trouble } = this.#options;
    const event = queue.receive(dice.pick([1, 2, 5, 100]) ?? 100, VISIBILITY_MS);
    if (event.Records.length === 0) return;
    const messageIds = event.Records.map(({ messageId }) => messageId);
    // SQS promises at least once: a message that is worked on may be received by another worker as well.
    if (dice.hits(trouble.duplicates / 2)) queue.returnMessages(messageIds.slice(0, 1));
    this.#working += 1;
    void this.#work(event, messageIds);
  }

  async #work(event: SQSEvent, messageIds: readonly string[]): Promise<void> {
    const { queue, dice, startWorker } = this.#options;
    const { process, handle } = startWorker();
    process.tell(`takes ${messageIds.join(", ")}: ${event.Records.map(({ body }) => summarise(body)).join(" + ")}`);
    const outcome = await process
      .live(() => handle(event))
      .catch((error: unknown) => {
        process.tell(`throws ${String(error)}`);
        return { kind: "died" } as const;
      });
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
}

function summarise(body: string): string {
  const changes = /"changes":(?<changes>\[.*\])/u.exec(body)?.groups?.["changes"] ?? body;
  return changes.replaceAll('"', "").slice(0, 600);
}
