import { beforeEach, describe, expect, it } from "vitest";
import { followUp, followUpByHand } from "../../lib/sync/follow-up.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleContact, sampleDeal } from "../fixtures/sample-objects.ts";
import { sampleCustomer, samplePerson, sampleProject } from "../fixtures/sample-records.ts";
import { createSyncWorld, readMessage, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;
let run: Run;

const turned = sampleCustomer("1", { isFollowUpDue: true, absorbedIds: ["9"] });

/**
 * Customer 1 has turned. HubSpot knows contacts 30 and 31 and deal 51 of it, our store 31, 32 and 52, and 33 of what it
 * absorbed.
 */
beforeEach(async () => {
  world = createSyncWorld();
  run = { ...world.ports, cause: "admin" };
  for (const id of ["30", "31"]) world.hubspot.putContact(sampleContact(id), ["1"]);
  world.hubspot.putDeal(sampleDeal("51"), "1");
  await world.store.write(turned);
  await world.store.write(samplePerson("31", "1"));
  await world.store.write(samplePerson("32", "1"));
  await world.store.write(samplePerson("33", "9"));
  await world.store.write(sampleProject("52", "1"));
});

const queued = () => world.queue.receive(10, 1000).Records.map(readMessage);
const isDue = async () => (await world.store.readCustomers(["1"])).get("1")?.isFollowUpDue;

describe("followUp", () => {
  it("queues what HubSpot and the store know of the customer and of what it absorbed, each once", async () => {
    expect(await followUp(run, [turned], () => "d1")).toEqual(new Map([["1", { kind: "done", writes: 0 }]]));
    const [message, ...others] = queued();
    expect(others).toEqual([]);
    expect(message?.deliveryId).toBe("d1");
    expect(message?.changes.map(({ type, id }) => `${type} ${id}`)).toEqual([
      "contact 30",
      "contact 31",
      "contact 32",
      "contact 33",
      "deal 51",
      "deal 52",
    ]);
    for (const { at, looks } of message?.changes ?? []) expect([Object.keys(at), looks]).toEqual([["follow"], 0]);
    expect(await isDue()).toBe(false);
  });

  it("queues nothing for a customer that nothing depends on, and takes the mark away", async () => {
    const alone = sampleCustomer("2", { isFollowUpDue: true });
    await world.store.write(alone);
    await followUp(run, [alone], () => "d1");
    expect(world.queue.size()).toBe(0);
    expect((await world.store.readCustomers(["2"])).get("2")?.isFollowUpDue).toBe(false);
  });

  it("asks HubSpot nothing when nobody has turned", async () => {
    expect(await followUp(run, [], () => "d1")).toEqual(new Map());
    expect(world.hubspot.calls).toEqual([]);
  });

  it("fails for every customer when HubSpot does not answer", async () => {
    const error = new RetryableError("HubSpot is away", { code: "serverError" });
    world.faults.beforeHubSpot = () => {
      throw error;
    };
    const other = sampleCustomer("2", { isFollowUpDue: true });
    const failed = { kind: "failed", error };
    expect(await followUp(run, [turned, other], () => "d1")).toEqual(
      new Map([
        ["1", failed],
        ["2", failed],
      ]),
    );
    expect(await isDue()).toBe(true);
  });

  it("leaves the mark when the queue does not take all", async () => {
    world.faults.beforeQueue = () => {
      throw new RetryableError("the queue is away", { code: "unreachable" });
    };
    expect((await followUp(run, [turned], () => "d1")).get("1")).toMatchObject({ kind: "failed" });
    expect(await isDue()).toBe(true);
  });
});

describe("followUpByHand", () => {
  it("queues in the admin's name", async () => {
    await followUpByHand(run, turned);
    const [message] = queued();
    expect(message?.deliveryId).toMatch(/^admin-\d+$/u);
    expect(await isDue()).toBe(false);
    expect(world.log).toEqual([]);
  });

  it("leaves it to the next change or pass when HubSpot does not answer, and says so", async () => {
    world.faults.beforeHubSpot = () => {
      throw new RetryableError("HubSpot is away", { code: "serverError" });
    };
    await followUpByHand(run, turned);
    const fields = { id: "1", code: "serverError" };
    expect(world.log).toEqual([{ message: "follow-up left to the next change or pass", fields }]);
    expect(await isDue()).toBe(true);
  });

  it("does not hide a bug", async () => {
    world.faults.beforeHubSpot = () => {
      throw new TypeError("a bug");
    };
    await expect(followUpByHand(run, turned)).rejects.toThrow("a bug");
  });
});
