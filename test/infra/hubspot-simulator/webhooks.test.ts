import { beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { createBehaviour, type Behaviour } from "../../../infra/local/hubspot-simulator/behaviour.ts";
import type { PortalEvent } from "../../../infra/local/hubspot-simulator/portal-event.ts";
import { createRandom } from "../../../infra/local/hubspot-simulator/seeded-random.ts";
import { SAMPLE_IDENTITY } from "../../../infra/local/hubspot-simulator/server.ts";
import { signDelivery } from "../../../infra/local/hubspot-simulator/webhook-signature.ts";
import { toDeliveryBody, WebhookQueue, type Delivery } from "../../../infra/local/hubspot-simulator/webhooks.ts";

const clientSecret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";
const body =
  '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]';

describe("signDelivery", () => {
  it.each([
    // Computed with openssl.
    ["https://www.example.com/webhook_uri", "DxmVAjFNa2xfF3YgQjdZP6TNcok9k1oaH7UXombPtvw="],
    ["https://www.example.com/webhook_uri?x=a%3Ab%2Fc", "0TVEsVJR0G1X+ItpYaZ7CsPpDm+AYGEZIwCCjT0RuzI="],
  ])("signs a delivery to %s as openssl does, and calls it v1", (url, expected) => {
    const headers = signDelivery({ url, body, clientSecret, timestampMs: 1_564_113_600_000 });
    expect(headers).toMatchObject({
      "x-hubspot-signature-v3": expected,
      "x-hubspot-signature-version": "v1",
      "x-hubspot-request-timestamp": "1564113600000",
    });
    expect(headers["x-hubspot-signature"]).toMatch(/^[0-9a-f]{64}$/u);
  });
});

const eventsSchema = z.array(z.looseObject({ objectId: z.number().optional(), subscriptionType: z.string() }));

function eventsOf(delivery: Delivery | undefined) {
  return delivery === undefined ? [] : eventsSchema.parse(JSON.parse(toDeliveryBody(delivery)));
}

describe("WebhookQueue", () => {
  let nowMs: number;
  let behaviour: Behaviour;
  let queue: WebhookQueue;

  beforeEach(() => {
    nowMs = 1_790_000_000_000;
    behaviour = createBehaviour();
    queue = new WebhookQueue({
      source: { identity: SAMPLE_IDENTITY, now: () => nowMs },
      behaviour,
      random: createRandom(5),
    });
  });

  const deletions = (count: number): PortalEvent[] =>
    Array.from({ length: count }, (_, index) => ({
      kind: "deletion",
      type: "company",
      objectId: String(index + 1),
      occurredAtMs: nowMs,
    }));

  const takeIds = () => queue.takeDeliveries().flatMap((delivery) => eventsOf(delivery).map((event) => event.objectId));

  it("puts at most 100 events into one delivery, in order", () => {
    queue.enqueue(deletions(201));
    const deliveries = queue.takeDeliveries();
    expect(deliveries.map((delivery) => delivery.events.length)).toEqual([100, 100, 1]);
    expect(eventsOf(deliveries[2])).toMatchObject([{ objectId: 201 }]);
    expect(queue.takeDeliveries()).toEqual([]);
  });

  it("drops all, duplicates all or reorders when asked", () => {
    behaviour.dropShare = 1;
    queue.enqueue(deletions(3));
    expect(takeIds()).toEqual([]);
    behaviour.dropShare = 0;
    behaviour.duplicateShare = 1;
    queue.enqueue(deletions(3));
    expect(takeIds()).toEqual([1, 2, 3, 1, 2, 3]);
    behaviour.duplicateShare = 0;
    behaviour.isReordered = true;
    queue.enqueue(deletions(50));
    const reordered = takeIds();
    expect(reordered).not.toEqual(reordered.toSorted((left, right) => Number(left) - Number(right)));
    expect(new Set(reordered).size).toBe(50);
  });

  it("holds events back until their delay is over", () => {
    behaviour.maxDelayMs = 1_000;
    queue.enqueue(deletions(20));
    const early = takeIds().length;
    nowMs += 1_000;
    expect(early).toBeLessThan(20);
    expect(takeIds()).toHaveLength(20 - early);
  });

  it("counts attempts in every event of a delivery", () => {
    queue.enqueue(deletions(1));
    const [delivery] = queue.takeDeliveries();
    expect(delivery === undefined ? "" : toDeliveryBody({ ...delivery, attempt: 2 })).toContain('"attemptNumber":2');
  });

  it("writes the legacy format without objectId on association changes", () => {
    queue.enqueue([association]);
    const [event] = eventsOf(queue.takeDeliveries()[0]);
    expect(event).toMatchObject({
      subscriptionType: "deal.associationChange",
      associationType: "DEAL_TO_COMPANY",
      fromObjectId: 7,
      toObjectId: 1,
      associationRemoved: false,
      isPrimaryAssociation: true,
      portalId: SAMPLE_IDENTITY.portalId,
      occurredAt: nowMs,
    });
    expect(event).not.toHaveProperty("objectId");
  });

  it("writes the generic format with object type ids", () => {
    behaviour.webhookFormat = "generic";
    queue.enqueue([association, ...deletions(1), erasure]);
    expect(eventsOf(queue.takeDeliveries()[0])).toMatchObject([
      {
        subscriptionType: "object.associationChange",
        objectId: 7,
        fromObjectTypeId: "0-3",
        toObjectTypeId: "0-2",
        associationTypeId: 5,
      },
      { subscriptionType: "object.deletion", objectTypeId: "0-2", objectId: 1 },
      { subscriptionType: "contact.privacyDeletion", objectId: 5 },
    ]);
  });

  it("writes ids past 2^53 as plain digits", () => {
    queue.enqueue([{ kind: "restore", type: "deal", objectId: "9007199254740993", occurredAtMs: nowMs }]);
    const [delivery] = queue.takeDeliveries();
    expect(delivery === undefined ? "" : toDeliveryBody(delivery)).toContain('"objectId":9007199254740993');
  });

  const association: PortalEvent = {
    kind: "associationChange",
    type: "deal",
    objectId: "7",
    toType: "company",
    toId: "1",
    isRemoved: false,
    isPrimary: true,
    occurredAtMs: 1_790_000_000_000,
  };
  const erasure: PortalEvent = { kind: "privacyDeletion", type: "contact", objectId: "5", occurredAtMs: 1 };
});
