import type { Behaviour } from "./behaviour.ts";
import type { PortalEvent } from "./portal-event.ts";
import type { PortalSource } from "./portal-source.ts";
import { createUuid, pickIndex, shuffle, type Random } from "./seeded-random.ts";
import { toWireEvent, type WebhookFormat, type WireEvent } from "./webhook-event.ts";
import { toWireJson } from "./wire-json.ts";

/** One POST to the app: at most 100 events. */
export interface Delivery {
  readonly deliveryId: string;
  readonly events: readonly WireEvent[];
  /** 0 for the first try; every event carries it as `attemptNumber`. */
  readonly attempt: number;
}

interface Waiting {
  readonly event: WireEvent;
  /** Not to be sent before this moment. */
  readonly notBeforeMs: number;
  readonly isDuplicate: boolean;
}

/**
 * Events on their way out, turned into deliveries with whatever disorder is asked for. Nothing is sent here: the server's
 * sender, or a simulation that delivers in any order it likes, takes the deliveries out.
 */
export class WebhookQueue {
  readonly #source: Pick<PortalSource, "identity" | "now">;
  readonly #behaviour: Behaviour;
  readonly #random: Random;
  #waiting: Waiting[] = [];

  constructor(options: {
    readonly source: Pick<PortalSource, "identity" | "now">;
    readonly behaviour: Behaviour;
    readonly random: Random;
  }) {
    this.#source = options.source;
    this.#behaviour = options.behaviour;
    this.#random = options.random;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** When the next event may leave; `undefined` when none waits. */
  get nextDueMs(): number | undefined {
    return this.#waiting.length === 0
      ? undefined
      : this.#waiting.reduce((least, entry) => Math.min(least, entry.notBeforeMs), Number.POSITIVE_INFINITY);
  }

  enqueue(events: readonly PortalEvent[]): void {
    for (const event of events) this.enqueueWireEvent(this.#format(event));
  }

  /** For events that no change of the portal stands behind, such as the test button's. */
  enqueueWireEvent(event: WireEvent): void {
    const { dropShare, duplicateShare } = this.#behaviour;
    if (this.#hits(dropShare)) return;
    this.#wait(event, false);
    if (this.#hits(duplicateShare)) this.#wait(event, true);
  }

  /**
   * Everything that is due, as deliveries. Facts: at most 100 events in one, and neither order nor single delivery is
   * promised. Duplicates travel in deliveries of their own, after the originals unless everything is reordered.
   */
  takeDeliveries(): Delivery[] {
    const nowMs = this.#source.now();
    const due = this.#waiting.filter((entry) => entry.notBeforeMs <= nowMs);
    this.#waiting = this.#waiting.filter((entry) => entry.notBeforeMs > nowMs);
    if (this.#behaviour.isReordered) return this.#batch(shuffle(this.#random, due));
    const inTime = due.toSorted((left, right) => left.notBeforeMs - right.notBeforeMs);
    const [originals, duplicates] = [false, true].map((isDuplicate) =>
      inTime.filter((entry) => entry.isDuplicate === isDuplicate),
    );
    return [...this.#batch(originals ?? []), ...this.#batch(duplicates ?? [])];
  }

  #format(event: PortalEvent): WireEvent {
    const { webhookFormat } = this.#behaviour;
    const format: WebhookFormat = webhookFormat === "mixed" ? this.#either() : webhookFormat;
    return toWireEvent(event, { identity: this.#source.identity, format, random: this.#random });
  }

  #either(): WebhookFormat {
    return this.#random() < 0.5 ? "legacy" : "generic";
  }

  /** Without any share asked for, no random number is used up. */
  #hits(share: number): boolean {
    return share > 0 && this.#random() < share;
  }

  #wait(event: WireEvent, isDuplicate: boolean): void {
    const { maxDelayMs } = this.#behaviour;
    const delayMs = maxDelayMs === 0 ? 0 : pickIndex(this.#random, maxDelayMs + 1);
    this.#waiting.push({ event, notBeforeMs: this.#source.now() + delayMs, isDuplicate });
  }

  #batch(waiting: readonly Waiting[]): Delivery[] {
    const size = this.#behaviour.maxEventsPerDelivery;
    const deliveries: Delivery[] = [];
    for (let start = 0; start < waiting.length; start += size) {
      const events = waiting.slice(start, start + size).map((entry) => entry.event);
      deliveries.push({ deliveryId: createUuid(this.#random), events, attempt: 0 });
    }
    return deliveries;
  }
}

/** The raw body of a delivery: what is signed, byte for byte. */
export function toDeliveryBody(delivery: Delivery): string {
  return toWireJson(delivery.events.map((event) => ({ ...event, attemptNumber: delivery.attempt })));
}
