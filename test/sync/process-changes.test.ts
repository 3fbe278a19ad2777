import { beforeEach, describe, expect, it } from "vitest";
import type { Change } from "../../lib/domain/change.ts";
import { METRICS, QUEUE } from "../../lib/contract.ts";
import { MAX_LOOKS } from "../../lib/domain/decision.ts";
import { LOOK_DELAYS_SECONDS } from "../../lib/domain/suspicion.ts";
import { NonRetryableError, RetryableError } from "../../lib/sync/errors.ts";
import { processChanges } from "../../lib/sync/process-changes.ts";
import { selectLogFields } from "../../lib/telemetry/log-fields.ts";
import { sampleCompany, sampleContact, sampleDeal } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld, readMessage, type SyncWorld } from "../fixtures/sync-world.ts";

const options = { maxReceives: QUEUE.maxReceives };

let world: SyncWorld;
beforeEach(() => {
  world = createSyncWorld();
});

/** What waits in the queue, with the seconds until it is visible. */
function waiting() {
  const nowMs = world.now();
  const delaySeconds = Math.ceil(((world.queue.nextVisibleAtMs() ?? nowMs) - nowMs) / 1000);
  world.advance(3_600_000);
  return { delaySeconds, messages: world.queue.receive(100, 1).Records.map(readMessage) };
}

/** Fails each write of one record as the store would. */
function refuseWrites(id: string, error: Error): void {
  world.faults.beforeStore = (name, [record]) => {
    if (name === "write" && JSON.stringify(record).includes(`"${id}"`)) throw error;
  };
}

const refused = new NonRetryableError("the record is too large", { code: "refused" });
const throttled = new RetryableError("the table is throttled", { code: "throttled" });

describe("processChanges", () => {
  it("acknowledges what is stored and reads each object once, however often it is named", async () => {
    world.hubspot.putCompany(sampleCompany("1"));
    world.hubspot.putContact(sampleContact("3"), ["1"]);
    for (let repeat = 0; repeat < 5; repeat += 1) await world.tell(change("contact", "3"), change("company", "1"));
    expect(await world.work()).toEqual({ failedMessageIds: [] });
    expect(world.queue.size()).toBe(0);
    expect(world.hubspot.calls.map(({ name, ids }) => `${name} ${ids.join()}`)).toEqual([
      "readCompanyLinks contact 3",
      "readObjects contact 3",
      "readObjects company 1",
    ]);
    expect(world.store.contactItems()).toMatchObject([{ state: "linked", revision: 1 }]);
  });

  it("asks HubSpot nothing for an empty batch", async () => {
    expect(await processChanges(world.ports, [], options)).toEqual({ failedMessageIds: [] });
    expect([world.hubspot.calls, world.log]).toEqual([[], []]);
  });

  it("queues a change whose read looks old anew, one look further, and acknowledges its message", async () => {
    await world.tell(change("deal", "5", { created: 1 }));
    for (const [looks, expectedSeconds] of LOOK_DELAYS_SECONDS.entries()) {
      expect(await world.work()).toEqual({ failedMessageIds: [] });
      const depth = await world.queue.readDepth();
      expect(depth).toEqual({ waiting: 0, inFlight: 0, delayed: 1 });
      const sinceMs = (world.queue.nextVisibleAtMs() ?? 0) - world.now();
      expect(Math.ceil(sinceMs / 1000)).toBe(expectedSeconds);
      expect(world.log.at(-1)?.fields).toMatchObject({ again: 1, done: 0, failed: 0 });
      expect(looks).toBeLessThan(LOOK_DELAYS_SECONDS.length);
      world.advance(expectedSeconds * 1000);
    }
    expect(await world.work()).toEqual({ failedMessageIds: [] });
    expect(world.queue.size()).toBe(0);
    expect(world.store.projects()).toEqual([]);
  });

  it("writes at once what an event names, and has a read that no lag reaches confirm what may be older", async () => {
    world.hubspot.putCompany(sampleCompany("1"));
    world.hubspot.putDeal(sampleDeal("5"));
    await world.tell(change("company", "1"), change("deal", "5"));
    const associatedAtMs = world.now();
    await world.work();
    world.hubspot.putDeal(sampleDeal("5"), "1");
    await world.tell(change("deal", "5", { association: associatedAtMs - 1 }));
    await world.work();
    expect(world.store.projects()).toMatchObject([{ state: "linked", dependsOnCompanyId: "1" }]);
    const { delaySeconds, messages } = waiting();
    expect(delaySeconds).toBe(30);
    expect(messages).toMatchObject([{ changes: [{ id: "5", looks: MAX_LOOKS }] }]);
  });

  it("applies an object as soon as a look finds it", async () => {
    await world.tell(change("company", "1", { created: 1 }));
    await world.work();
    world.hubspot.putCompany(sampleCompany("1"));
    await world.drain();
    expect(world.store.customers()).toMatchObject([{ companyId: "1", state: "linked" }]);
  });

  it.each([
    ["an outage", new RetryableError("down", { code: "unreachable" }), 30],
    ["a daily limit", new RetryableError("used up", { code: "dailyLimit" }), 900],
    ["a revoked token", new NonRetryableError("401", { code: "tokenRejected" }), 300],
    ["a wait that HubSpot asks for", new RetryableError("later", { code: "rateLimited", retryAfterSeconds: 7.2 }), 8],
    [
      "a wait longer than SQS allows",
      new RetryableError("later", { code: "migrating", retryAfterSeconds: 86_400 }),
      900,
    ],
  ])(
    "queues anew after %s of HubSpot's, without using a receive, a look or a failure",
    async (...[, error, seconds]) => {
      world.faults.beforeHubSpot = () => {
        throw error;
      };
      const changes = [change("company", "1"), change("contact", "3"), change("deal", "5")];
      await world.tell(...changes);
      expect(await world.work()).toEqual({ failedMessageIds: [] });
      const { delaySeconds, messages } = waiting();
      expect(delaySeconds).toBe(seconds);
      expect(messages).toMatchObject([{ receives: 1, deliveryId: "test" }]);
      expect(messages[0]?.changes).toEqual(changes);
    },
  );

  it("queues anew after an outage of the store's", async () => {
    world.hubspot.putCompany(sampleCompany("1"));
    world.faults.beforeStore = () => {
      throw throttled;
    };
    await world.tell(change("company", "1"));
    expect(await world.work()).toEqual({ failedMessageIds: [] });
    expect(waiting().messages).toMatchObject([{ receives: 1, changes: [change("company", "1")] }]);
  });

  it("says why changes wait, once for each kind of outage", async () => {
    const noScope = new NonRetryableError("HubSpot answered 403", { code: "scopeMissing" });
    world.faults.beforeHubSpot = (name) => {
      if (name.endsWith("contact")) throw noScope;
    };
    for (const id of ["1", "2"]) world.hubspot.putCompany(sampleCompany(id));
    refuseWrites("2", throttled);
    await world.tell(...["1", "2"].map((id) => change("company", id)), change("contact", "3"), change("contact", "4"));
    await world.work();
    const waits = world.log.filter(({ message }) => message === "changes wait").map(({ fields }) => fields);
    expect(waits).toEqual([
      { error: throttled, changes: 1, delaySeconds: 30 },
      { error: noScope, changes: 2, delaySeconds: 300 },
    ]);
  });

  it("sends one bad object of a message on its own and acknowledges the others", async () => {
    for (const id of ["1", "2", "4"]) world.hubspot.putCompany(sampleCompany(id));
    refuseWrites("2", refused);
    await world.tell(change("company", "1"), change("company", "2"), change("company", "4"));
    expect(await world.work()).toEqual({ failedMessageIds: [] });
    expect(world.store.customers().map(({ companyId }) => companyId)).toEqual(["1", "4"]);
    const { messages } = waiting();
    expect(messages.map(({ changes }) => changes)).toEqual([[{ ...change("company", "2"), failures: 1 }]]);
  });

  it("sends an object on its own that fails and that several messages tell of, for none says all of it", async () => {
    for (const id of ["1", "2"]) world.hubspot.putCompany(sampleCompany(id));
    refuseWrites("2", refused);
    await world.tell(change("company", "2", { created: 1 }));
    await world.tell(change("company", "2", { property: 2 }));
    expect(await world.work()).toEqual({ failedMessageIds: [] });
    expect(waiting().messages).toMatchObject([
      { changes: [{ id: "2", at: { created: 1, property: 2 }, failures: 1 }] },
    ]);
    world.queue.deleteMessages(["message-3"]);
    await world.tell(change("company", "1"), change("company", "2"));
    await world.tell(change("company", "2"));
    expect(await world.work()).toEqual({ failedMessageIds: [] });
    expect(waiting().messages).toHaveLength(1);
  });

  it("gives a failing change back to SQS in its message, whatever else the batch tells of", async () => {
    for (const id of ["1", "2"]) world.hubspot.putCompany(sampleCompany(id));
    world.hubspot.putDeal(sampleDeal("2"), "1");
    refuseWrites("Bäckerei 2", refused);
    for (const told of [change("company", "1"), change("company", "2"), change("deal", "2")]) await world.tell(told);
    expect(await world.work()).toEqual({ failedMessageIds: ["message-2"] });
  });

  it("gives a message with nothing but a failing change back to SQS", async () => {
    world.hubspot.putCompany(sampleCompany("1"));
    refuseWrites("1", refused);
    await world.tell(change("company", "1"));
    expect(await world.work()).toEqual({ failedMessageIds: ["message-1"] });
    expect(world.store.customers()).toEqual([]);
  });

  it("marks the record as failing on the last receive, and the dead letters keep the change", async () => {
    world.hubspot.putCompany(sampleCompany("1"));
    world.faults.beforeStore = (name, [record]) => {
      if (name === "write" && JSON.stringify(record).includes('"linked"')) throw refused;
    };
    await world.tell(change("company", "1"));
    for (let receives = 1; receives <= QUEUE.maxReceives; receives += 1) {
      expect(world.store.customers()).toEqual([]);
      expect(await world.work()).toEqual({ failedMessageIds: ["message-1"] });
      world.queue.returnMessages(["message-1"]);
    }
    const reason = { code: "refused", error: refused.message };
    expect(world.store.customers()).toMatchObject([{ companyId: "1", state: "failing", reason }]);
    await world.work();
    expect(world.queue.size()).toBe(0);
    expect(world.queue.deadLetters()).toHaveLength(1);
    world.faults.beforeStore = undefined;
    await world.tell(change("company", "1"));
    await world.drain();
    expect(world.store.customers()).toMatchObject([{ companyId: "1", state: "linked" }]);
  });

  it("shows of an unexpected error no more than its name, for its message may hold personal data", async () => {
    world.hubspot.putCompany(sampleCompany("1"));
    refuseWrites("1", new TypeError("cannot read jörg@example.com"));
    await world.tell(change("company", "1"));
    await world.work();
    const logged = selectLogFields(world.log.find(({ message }) => message === "change failed")?.fields ?? {});
    expect(logged).toMatchObject({ type: "company", id: "1", errorName: "TypeError" });
    expect(JSON.stringify(logged)).not.toContain("jörg");
  });

  it("names on each write the deliveries that led to it, also after it was handed back with others", async () => {
    const send = (deliveryId: string, told: Change) =>
      world.queue.send({ deliveryId, receivedAtMs: world.now(), changes: [told] });
    world.hubspot.putCompany(sampleCompany("1"));
    world.hubspot.putDeal(sampleDeal("5"), "1");
    world.faults.beforeHubSpot = () => {
      throw new RetryableError("down", { code: "unreachable" });
    };
    await send("a", change("company", "9"));
    await send("b", change("deal", "5"));
    await send("c", change("deal", "5"));
    await world.work();
    world.faults.beforeHubSpot = undefined;
    world.advance(30_000);
    await world.work();
    const writes = world.log.filter(({ message }) => message === "record written");
    expect(writes.map(({ fields }) => [fields["type"], fields["id"], fields["correlationId"]])).toEqual([
      ["customer", "1", "b,c"],
      ["project", "5", "b,c"],
    ]);
  });

  it("keeps with a change that it hands back where it was told, unless its message says the same", async () => {
    world.faults.beforeHubSpot = () => {
      throw new RetryableError("down", { code: "unreachable" });
    };
    const told = { a: change("company", "1"), b: change("company", "2"), c: change("company", "4") };
    await world.queue.send({ deliveryId: "a", receivedAtMs: 10, changes: [told.a] });
    await world.queue.send({ deliveryId: "b", receivedAtMs: 10, changes: [told.b] });
    await world.queue.send({ deliveryId: "a", receivedAtMs: 11, changes: [told.c] });
    await world.work();
    expect(waiting().messages).toMatchObject([{ deliveryId: "a", receivedAtMs: 10 }]);
    world.advance(1);
    expect(world.queue.receive(10, 1).Records.map(readMessage)[0]?.changes).toStrictEqual([
      told.a,
      { ...told.b, origin: { deliveryIds: ["b"], receivedAtMs: 10 } },
      { ...told.c, origin: { deliveryIds: ["a"], receivedAtMs: 11 } },
    ]);
  });

  it("ties what follows a customer's turn to the delivery that turned it", async () => {
    world.hubspot.putCompany(sampleCompany("1"));
    world.hubspot.putCompany(sampleCompany("2"));
    world.hubspot.putContact(sampleContact("3"), ["2"]);
    await world.tell(change("contact", "3"), change("company", "1"));
    await world.drain();
    world.hubspot.putCompany({ ...sampleCompany("2"), exclusion: "no" });
    await world.queue.send({ deliveryId: "a", receivedAtMs: world.now(), changes: [change("company", "1")] });
    await world.queue.send({ deliveryId: "b", receivedAtMs: world.now(), changes: [change("company", "2")] });
    await world.work();
    expect(waiting().messages).toMatchObject([{ deliveryId: "b", changes: [{ type: "contact", id: "3" }] }]);
  });

  it("counts what was settled, what failed, and how long the oldest unsettled change has waited", async () => {
    for (const id of ["1", "2"]) world.hubspot.putCompany(sampleCompany(id));
    refuseWrites("2", refused);
    await world.tell(change("company", "1"));
    await world.tell(change("company", "2"));
    world.advance(60_000);
    await world.work();
    const last = (metric: string) => world.counts.get(metric)?.at(-1);
    expect([METRICS.changesProcessed, METRICS.changesFailed, METRICS.recordsWritten].map(last)).toEqual([1, 1, 1]);
    expect(last(METRICS.oldestChangeSeconds)).toBeCloseTo(60, 0);
    // Sent anew on its own, it is a new message; its age is not.
    world.faults.beforeStore = undefined;
    refuseWrites("2", throttled);
    world.advance(900_000);
    await world.work();
    world.advance(60_000);
    await world.work();
    expect(last(METRICS.oldestChangeSeconds)).toBeCloseTo(1_020, 0);
    world.faults.beforeStore = undefined;
    await world.drain();
    expect(last(METRICS.oldestChangeSeconds)).toBe(0);
  });

  it("tells of each delivery, of each change that fails, and of the batch", async () => {
    for (const id of ["1", "2"]) world.hubspot.putCompany(sampleCompany(id));
    refuseWrites("2", refused);
    const receivedAtMs = world.now();
    await world.queue.send({
      deliveryId: "a",
      receivedAtMs,
      changes: [change("company", "1"), change("company", "2")],
    });
    await world.queue.send({ deliveryId: "b", receivedAtMs: receivedAtMs + 500, changes: [change("company", "2")] });
    await world.queue.send({ deliveryId: "c", receivedAtMs: receivedAtMs + 500, changes: [change("deal", "5")] });
    world.advance(1_000);
    await world.work();
    expect(world.log.filter(({ message }) => message !== "record written")).toEqual([
      ...["a", "b", "c"].map((correlationId, index) => ({
        message: "delivery processed",
        fields: { correlationId, messageId: `message-${index + 1}`, receives: 1, changes: index === 0 ? 2 : 1 },
      })),
      {
        message: "batch processed",
        fields: { messages: 3, changes: 3, done: 1, again: 1, failed: 1, written: 1, oldestMs: expect.any(Number) },
      },
      {
        message: "change failed",
        fields: { type: "company", id: "2", error: refused, correlationId: "a,b" },
      },
    ]);
    const oldestMs = Number(world.log.find(({ message }) => message === "batch processed")?.fields["oldestMs"]);
    expect(Math.round(oldestMs / 100)).toBe(10);
  });

  it("counts a record at the moment it starts failing", async () => {
    world.hubspot.putCompany(sampleCompany("1"));
    await world.store.reserveNumber({ kind: "customerNumber", number: "1", holderId: "7", atMs: world.now() });
    await world.tell(change("company", "1"));
    await world.work();
    expect(world.store.customers()).toMatchObject([{ companyId: "1", state: "failing" }]);
    expect(world.counts.get(METRICS.recordsFailing)).toEqual([1]);
  });

  it("gives the whole batch back when the queue does not take what has to go back into it", async () => {
    world.hubspot.putCompany(sampleCompany("1"));
    await world.tell(change("company", "1"));
    await world.tell(change("deal", "5"));
    world.faults.beforeQueue = () => {
      throw new RetryableError("SQS is down", { code: "unreachable" });
    };
    expect(await world.work()).toEqual({ failedMessageIds: ["message-1", "message-2"] });
    expect(world.log.at(-1)).toEqual({
      message: "batch went back to the queue",
      fields: { messages: 2, error: expect.objectContaining({ message: "SQS is down", code: "unreachable" }) },
    });
    world.faults.beforeQueue = undefined;
    await world.drain();
    expect(world.store.customers()).toMatchObject([{ state: "linked" }]);
  });

  it("fails only the objects of a type that HubSpot refuses to answer", async () => {
    world.hubspot.putCompany(sampleCompany("1"));
    world.hubspot.putContact(sampleContact("3"), ["1"]);
    world.hubspot.putDeal(sampleDeal("5"), "1");
    world.faults.beforeHubSpot = (name) => {
      if (name === "readObjects deal") throw new NonRetryableError("bad answer", { code: "badAnswer" });
    };
    await world.tell(change("contact", "3"), change("deal", "5"));
    expect(await world.work()).toEqual({ failedMessageIds: [] });
    expect(world.store.contactItems()).toMatchObject([{ contactId: "3", state: "linked" }]);
    expect(waiting().messages[0]?.changes).toEqual([{ ...change("deal", "5"), failures: 1 }]);
  });

  it("reads hundreds of changes of each type in one call each, and companies once for all that name them", async () => {
    const ids = Array.from({ length: 250 }, (_, index) => String(1000 + index));
    for (const id of ids) {
      world.hubspot.putContact(sampleContact(id), ["1"]);
      world.hubspot.putDeal(sampleDeal(id), "1");
    }
    world.hubspot.putCompany(sampleCompany("1"));
    for (const id of ids) await world.tell(change("contact", id), change("deal", id));
    await world.drain(QUEUE.batchSize * 10);
    expect(world.hubspot.calls.map(({ name, ids: read }) => [name, read.length])).toEqual([
      ["readCompanyLinks contact", 250],
      ["readCompanyLinks deal", 250],
      ["readObjects contact", 250],
      ["readObjects deal", 250],
      ["readObjects company", 1],
    ]);
    expect(world.store.projects()).toHaveLength(250);
  });
});
