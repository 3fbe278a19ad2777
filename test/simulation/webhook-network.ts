import type { Behaviour } from "../../infra/local/hubspot-simulator/behaviour.ts";
import type { PortalEvent } from "../../infra/local/hubspot-simulator/portal-event.ts";
import type { WireEvent } from "../../infra/local/hubspot-simulator/webhook-event.ts";
import { signDelivery } from "../../infra/local/hubspot-simulator/webhook-signature.ts";
import { toDeliveryBody, type Delivery, type WebhookQueue } from "../../infra/local/hubspot-simulator/webhooks.ts";
import type { ChangeQueue } from "../../lib/sync/ports.ts";
import { createDeliveryHandler } from "../../lib/wiring/delivery-handler.ts";
import { httpEvent } from "../hubspot/sample-http-event.ts";
import type { Dice } from "./dice.ts";
import type { Trouble } from "./scenario.ts";
import type { SimProcess } from "./sim-process.ts";
import type { Tally } from "./tally.ts";
import type { VirtualTime } from "./virtual-time.ts";

const CLIENT_SECRET = "simulated-client-secret";

/** HubSpot repeats a delivery so often; the last times nothing goes wrong, for a lost event is a matter of `drops`. */
const CALM_AFTER_ATTEMPTS = 5;

interface NetworkOptions {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly trouble: Trouble;
  readonly queue: WebhookQueue;
  readonly behaviour: Behaviour;
  /** A new run of receive-webhook. */
  readonly startReceiver: (isCalm: boolean) => { readonly process: SimProcess; readonly queue: ChangeQueue };
  readonly tally: Tally;
  readonly tell: (line: string) => void;
}

/** Carries events from HubSpot to receive-webhook: late, twice, in another order, or never. */
export class WebhookNetwork {
  readonly #options: NetworkOptions;
  readonly #sent = new Set<WireEvent>();
  #onTheWay = 0;
  #newestSentMs = 0;
  /** Events that were lost, by kind. */
  dropped = 0;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#onTheWay === 0 && this.#options.queue.size === 0;
  }

  /** An erasure is told for certain: without its event nothing in HubSpot tells it from any other absence. */
  tell(events: readonly PortalEvent[]): void {
    const { dice, trouble, queue, behaviour } = this.#options;
    behaviour.duplicateShare = trouble.duplicates;
    behaviour.maxEventsPerDelivery = dice.pick([1, 3, 100]) ?? 100;
    behaviour.isReordered = dice.hits(0.5);
    behaviour.webhookFormat = "mixed";
    for (const event of events) {
      if (event.kind !== "privacyDeletion" && dice.hits(trouble.drops)) {
        this.dropped += 1;
        this.#options.tally.count("webhook: lost for good");
        this.#options.tell(`HubSpot loses ${event.kind} of ${event.type} ${event.objectId}`);
        continue;
      }
      behaviour.maxDelayMs = dice.hits(trouble.delays)
        ? (dice.pick([60_000, 1_200_000, 10_800_000]) ?? 0)
        : (dice.pick([0, 300, 2_000]) ?? 0);
      queue.enqueue([event]);
    }
    this.#schedule();
  }

  #schedule(): void {
    const { time, queue } = this.#options;
    const dueMs = queue.nextDueMs;
    if (dueMs === undefined) return;
    time.after(Math.max(50, dueMs - time.now()), () => {
      const deliveries = queue.takeDeliveries();
      this.#options.tally.count("webhook: events of one moment split into deliveries", deliveries.length - 1);
      for (const delivery of deliveries) this.#start(delivery);
      this.#schedule();
    });
  }

  #start(delivery: Delivery): void {
    this.#onTheWay += 1;
    for (const event of delivery.events) this.#count(event);
    void this.#deliver(delivery);
  }

  #count(event: WireEvent): void {
    const { tally, time } = this.#options;
    const occurredAtMs = Number(event["occurredAt"]);
    const lateMs = time.now() - occurredAtMs;
    if (this.#sent.has(event)) tally.count("webhook: sent twice");
    if (lateMs > 60_000) tally.count("webhook: late by minutes");
    if (lateMs > 3_600_000) tally.count("webhook: late by hours");
    if (occurredAtMs < this.#newestSentMs) tally.count("webhook: overtaken by a newer one");
    this.#sent.add(event);
    this.#newestSentMs = Math.max(this.#newestSentMs, occurredAtMs);
  }

  /** Fact: no answer within five seconds counts as failed; the receiver may have done its work all the same. */
  async #deliver(delivery: Delivery): Promise<void> {
    const { time, dice, startReceiver } = this.#options;
    const { process, queue } = startReceiver(delivery.attempt >= CALM_AFTER_ATTEMPTS);
    const handle = createDeliveryHandler({
      clientSecrets: {
        read: () => Promise.resolve([CLIENT_SECRET]),
        reread: () => Promise.resolve([CLIENT_SECRET]),
      },
      queue,
      clock: process.clock,
      telemetryOf: () => process.telemetry,
    });
    const body = toDeliveryBody(delivery);
    const event = httpEvent({ body });
    const url = `https://${event.requestContext.domainName}${event.rawPath}`;
    const headers = signDelivery({ url, body, clientSecret: CLIENT_SECRET, timestampMs: time.now() });
    const outcome = await process.live(() => handle({ ...event, headers }));
    const status = outcome.kind === "ended" ? outcome.value.statusCode : undefined;
    if (status === 200) {
      this.#onTheWay -= 1;
      return;
    }
    this.#options.tell(`HubSpot's delivery of ${delivery.events.length} events is answered ${status ?? "by nobody"}`);
    this.#options.tally.count("webhook: delivery repeated");
    const waitMs = dice.pick([20_000, 60_000, 1_800_000]) ?? 0;
    time.after(waitMs, () => void this.#deliver({ ...delivery, attempt: delivery.attempt + 1 }));
  }
}
