import { beforeEach, describe, expect, it } from "vitest";
import { QUEUE } from "../../lib/contract.ts";
import type { Change } from "../../lib/domain/change.ts";
import type { ObjectType } from "../../lib/domain/hubspot-object.ts";
import type { HubSpotReader, ReadApart } from "../../lib/sync/ports.ts";
import type { SyncPorts } from "../../lib/sync/run.ts";
import { createChangeHandler } from "../../lib/wiring/change-handler.ts";
import { limitTime } from "../../lib/wiring/time-limit.ts";
import { createInMemoryChangeQueue } from "../fixtures/in-memory-change-queue.ts";
import { createInMemoryRecordStore } from "../fixtures/in-memory-record-store.ts";
import { SAMPLE_SETTINGS } from "../fixtures/sample-objects.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";
import { change } from "../fixtures/sync-world.ts";
import { batchAnswer, idsOf, stubHubSpot, wireObject } from "../hubspot/stub-hubspot.ts";
import type { SentRequest, StubAnswer } from "../hubspot/stub-hubspot.ts";

/** As deployed. Milliseconds. */
const LIFE_MS = 120_000;

/** What SQS takes for a message at its slower. Milliseconds. */
const SEND_MS = 30;

const NO_TELEMETRY = { info: () => undefined, warn: () => undefined, error: () => undefined, count: () => undefined };

/** All of HubSpot's limit is used by others: one call in ten seconds is left. */
const USED_UP = { "x-hubspot-ratelimit-max": "100", "x-hubspot-ratelimit-remaining": "0" };

/** Each object exists, and is of company 1. */
function answerSlowly(request: SentRequest): StubAnswer {
  const ids = idsOf(request);
  const to = [{ toObjectId: 1, associationTypes: [{ category: "HUBSPOT_DEFINED", typeId: 5 }] }];
  const isLinks = request.path.includes("associations");
  const results = ids.map((id) => (isLinks ? { from: { id }, to } : wireObject(id, { dealstage: "won", name: id })));
  if (request.path.includes("account-info")) return { body: { portalId: 1, uiDomain: "x", timeZone: "UTC" } };
  return { ...batchAnswer(results), headers: USED_UP };
}

let wire: ReturnType<typeof stubHubSpot>;
let store: ReturnType<typeof createInMemoryRecordStore>;
let queue: ReturnType<typeof createInMemoryChangeQueue>;
let ports: SyncPorts;

beforeEach(() => {
  wire = stubHubSpot(answerSlowly);
  store = createInMemoryRecordStore();
  queue = createInMemoryChangeQueue({ now: wire.clock.now });
  const settings = { ...SAMPLE_SETTINGS, dealStages: { kind: "all" } as const };
  const { reader: hubspot, clock } = wire;
  const marks = { readPortal: () => Promise.resolve(undefined) };
  ports = { hubspot, store, queue, clock, telemetry: NO_TELEMETRY, settings, marks };
});

/** Queues changes of so many objects, ids from 1000, as full messages. */
async function tell(type: ObjectType, count: number): Promise<void> {
  const changes = Array.from({ length: count }, (_, index): Change => change(type, String(1_000 + index)));
  for (let start = 0; start < count; start += QUEUE.changesPerMessage) {
    const part = changes.slice(start, start + QUEUE.changesPerMessage);
    await queue.send({ deliveryId: "d", receivedAtMs: wire.clock.now(), changes: part });
  }
}

/** Works on a batch as Lambda does; tells how long it took. */
async function work(): Promise<number> {
  const marks = { saveLastEvent: () => Promise.resolve() };
  const handle = createChangeHandler({ ports, marks, maxReceives: QUEUE.maxReceives });
  const startedAtMs = wire.clock.now();
  const event = queue.receive(QUEUE.batchSize, 6 * LIFE_MS);
  const context = { getRemainingTimeInMillis: () => LIFE_MS - (wire.clock.now() - startedAtMs) };
  const { batchItemFailures } = await wire.run(handle(event, context));
  expect(batchItemFailures).toEqual([]);
  queue.deleteMessages(event.Records.map(({ messageId }) => messageId));
  return wire.clock.now() - startedAtMs;
}

/** Works until nothing is left. */
async function drain(): Promise<readonly number[]> {
  const tookMs: number[] = [];
  while (queue.size() > 0) {
    if (tookMs.length > 50) throw new Error("the queue never gets empty");
    const waitMs = (queue.nextVisibleAtMs() ?? 0) - wire.clock.now();
    if (waitMs > 0) await wire.run(wire.clock.sleep(waitMs));
    tookMs.push(await work());
  }
  return tookMs;
}

describe("a worker whose time does not suffice", () => {
  it.each<ObjectType>(["company", "deal"])("applies what it could read and hands %s changes back", async (type) => {
    await store.write(sampleCustomer("1"));
    await tell(type, 3_000);
    expect(await work()).toBeLessThan(LIFE_MS);
    const applied = store.customers().length - 1 + store.projects().length;
    expect(applied).toBeGreaterThanOrEqual(300);
    const left = queue.bodies().flatMap((body): readonly Change[] => JSON.parse(body).changes);
    expect(applied + left.length).toBe(3_000);
    expect(left.filter(({ failures }) => failures !== undefined)).toEqual([]);
  });

  it("gets through all of it in the end, and nothing is given up", async () => {
    await tell("deal", 2_000);
    await tell("company", 1_000);
    const tookMs = await drain();
    expect(Math.max(...tookMs)).toBeLessThan(LIFE_MS);
    expect(tookMs.length).toBeGreaterThan(2);
    expect([store.customers().length, store.projects().length]).toEqual([1_001, 2_000]);
    expect(queue.deadLetters()).toEqual([]);
  });

  it("has time to hand back a full batch of which every object fails on its own", async () => {
    wire = stubHubSpot((request) =>
      request.path.endsWith("/batch/read") ? { status: 400, body: {} } : answerSlowly(request),
    );
    queue = createInMemoryChangeQueue({ now: wire.clock.now });
    await tell("company", QUEUE.batchSize * QUEUE.changesPerMessage);
    const send: typeof queue.send = async (message) => {
      await wire.clock.sleep(SEND_MS);
      await queue.send(message);
    };
    ports = { ...ports, hubspot: wire.reader, clock: wire.clock, queue: { ...queue, send } };
    expect(await work()).toBeLessThan(LIFE_MS);
    expect(queue.bodies()).toHaveLength(QUEUE.batchSize * QUEUE.changesPerMessage);
  });

  it("does not write past nine tenths of its time", async () => {
    let sinceMs = 0;
    const context = { getRemainingTimeInMillis: () => LIFE_MS };
    const clock = { sleep: wire.clock.sleep, now: () => sinceMs };
    const { store: limited, queue: sameQueue } = limitTime({ ...ports, clock }, context);
    sinceMs = 0.9 * LIFE_MS - 1;
    expect(await limited.write(sampleCustomer("1"))).toBe("written");
    sinceMs = 0.9 * LIFE_MS;
    const nothing = limited.write(sampleCustomer("2"));
    await expect(nothing).rejects.toMatchObject({
      name: "RetryableError",
      code: "timeUp",
      message: "the time of this run is used up",
    });
    await expect(limited.readCustomers(["1"])).rejects.toMatchObject({ code: "timeUp" });
    expect(store.customers()).toHaveLength(1);
    expect(sameQueue).toBe(queue);
  });
});

type Reading = (hubspot: HubSpotReader, apart: ReadApart) => Promise<unknown>;

/** Reads so long after a worker began. @returns how many calls were made, and why what could not be read was set aside */
async function readLate(afterMs: number, read: Reading): Promise<readonly [calls: number, unread: readonly unknown[]]> {
  const { clock, reader } = wire;
  const { hubspot } = limitTime({ ...ports, hubspot: reader, clock }, { getRemainingTimeInMillis: () => LIFE_MS });
  await wire.run(clock.sleep(afterMs));
  const unread: unknown[] = [];
  const apart: ReadApart = { setAside: (_id, error) => void unread.push(error), isOverdue: () => false };
  await wire.run(read(hubspot, apart));
  return [wire.sent.length, unread];
}

describe("limitTime", () => {
  it.each<[what: string, untilMs: number, read: Reading]>([
    ["contacts", 60_000, ({ readObjects }, apart) => readObjects("contact", ["1"], apart)],
    ["deals", 60_000, ({ readObjects }, apart) => readObjects("deal", ["1"], apart)],
    ["the companies of deals", 60_000, ({ readCompanyLinks }, apart) => readCompanyLinks("deal", ["1"], apart)],
    ["companies", 84_000, ({ readObjects }, apart) => readObjects("company", ["1"], apart)],
    ["what follows companies", 96_000, ({ readDependantIds }, apart) => readDependantIds("deal", ["1"], apart)],
  ])("lets %s be read for %i ms of a worker's two minutes, and no longer", async (_what, untilMs, read) => {
    expect(await readLate(untilMs - 1, read)).toEqual([1, []]);
    wire = stubHubSpot(answerSlowly);
    expect(await readLate(untilMs, read)).toEqual([0, [expect.objectContaining({ code: "timeUp" })]]);
  });
});
