import type { Behaviour } from "./behaviour.ts";
import { signDelivery } from "./webhook-signature.ts";
import { toDeliveryBody, type Delivery, type WebhookQueue } from "./webhooks.ts";

/** Fact: at most so many requests at once to one target. */
const MAX_IN_FLIGHT = 10;
/** Fact: a delivery that fails is tried again up to ten times, then it is gone for good. */
const MAX_RETRIES = 10;
/** Fact: an app has five seconds to answer. */
const ANSWER_TIMEOUT_MS = 5_000;
const MAX_RETRY_DELAY_MS = 60_000;

/** What happened to deliveries so far. */
export interface DeliveryCounts {
  /** POSTs made, retries included. */
  attempts: number;
  delivered: number;
  retries: number;
  /** Given up after the last retry. */
  lost: number;
  /** Discarded because no URL was set, as for an app without subscriptions. */
  unsubscribed: number;
  eventsDelivered: number;
}

/** Delivers what the queue holds over HTTP, in the background. */
export class WebhookSender {
  counts = createDeliveryCounts();
  targetUrl: string | undefined;
  readonly #queue: WebhookQueue;
  readonly #behaviour: Behaviour;
  readonly #clientSecret: string;
  readonly #now: () => number;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #closed = new AbortController();
  readonly #ready: Delivery[] = [];
  #retrying = 0;
  #inFlight = 0;
  #isGathering = false;
  #idleWaiters: (() => void)[] = [];

  constructor(options: {
    readonly queue: WebhookQueue;
    readonly behaviour: Behaviour;
    readonly clientSecret: string;
    readonly targetUrl: string | undefined;
    /** Real time: a signature's timestamp is checked against it. */
    readonly now: () => number;
  }) {
    this.#queue = options.queue;
    this.#behaviour = options.behaviour;
    this.#clientSecret = options.clientSecret;
    this.targetUrl = options.targetUrl;
    this.#now = options.now;
  }

  /** To be called whenever something was queued or the behaviour changed. */
  wake(): void {
    this.#pump();
    const dueMs = this.#queue.nextDueMs;
    if (this.#isGathering || dueMs === undefined || this.#behaviour.isPaused) return;
    this.#isGathering = true;
    this.#after(Math.max(this.#behaviour.gatherMs, dueMs - this.#now()), () => {
      this.#isGathering = false;
      if (!this.#behaviour.isPaused) this.#ready.push(...this.#queue.takeDeliveries());
      this.wake();
    });
  }

  /** Resolves when nothing waits, is on its way or is due for a retry. */
  async waitUntilIdle(): Promise<void> {
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => {
      this.#idleWaiters.push(resolve);
    });
  }

  close(): void {
    this.#closed.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #pump(): void {
    while (this.#inFlight < MAX_IN_FLIGHT && !this.#behaviour.isPaused && !this.#closed.signal.aborted) {
      const delivery = this.#ready.shift();
      if (delivery === undefined) break;
      this.#inFlight += 1;
      void this.#send(delivery).finally(() => {
        this.#inFlight -= 1;
        this.wake();
      });
    }
    if (this.#isIdle()) for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  async #send(delivery: Delivery): Promise<void> {
    const url = this.targetUrl;
    if (url === undefined) {
      this.counts.unsubscribed += 1;
      return;
    }
    this.counts.attempts += 1;
    if (await this.#post(url, delivery)) {
      this.counts.delivered += 1;
      this.counts.eventsDelivered += delivery.events.length;
    } else {
      this.#retry(delivery);
    }
  }

  /** Fact: a broken connection, no answer in time and every 4xx or 5xx count as failed. */
  async #post(url: string, delivery: Delivery): Promise<boolean> {
    const body = toDeliveryBody(delivery);
    const headers = signDelivery({ url, body, clientSecret: this.#clientSecret, timestampMs: this.#now() });
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    try {
      const response = await fetch(url, { method: "POST", headers, body, signal });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }

  #retry(delivery: Delivery): void {
    if (delivery.attempt >= MAX_RETRIES) {
      this.counts.lost += 1;
      return;
    }
    this.counts.retries += 1;
    this.#retrying += 1;
    this.#after(Math.min(MAX_RETRY_DELAY_MS, this.#behaviour.retryDelayMs * 2 ** delivery.attempt), () => {
      this.#retrying -= 1;
      this.#ready.push({ ...delivery, attempt: delivery.attempt + 1 });
      this.wake();
    });
  }

  #isIdle(): boolean {
    return this.#inFlight === 0 && this.#retrying === 0 && this.#ready.length === 0 && this.#queue.size === 0;
  }

  #after(milliseconds: number, run: () => void): void {
    if (this.#closed.signal.aborted) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, milliseconds);
    this.#timers.add(timer);
  }
}

export function createDeliveryCounts(): DeliveryCounts {
  return { attempts: 0, delivered: 0, retries: 0, lost: 0, unsubscribed: 0, eventsDelivered: 0 };
}
