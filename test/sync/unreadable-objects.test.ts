import { beforeEach, describe, expect, it } from "vitest";
import type { Change } from "../../lib/domain/change.ts";
import type { HubSpotReader } from "../../lib/sync/ports.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import { explainObject } from "../../lib/sync/explain-record.ts";
import { followUp } from "../../lib/sync/follow-up.ts";
import { readSightings } from "../../lib/sync/read-sightings.ts";
import { guardPortal } from "../../lib/wiring/portal-guard.ts";
import { sampleCompany, sampleContact, sampleDeal } from "../fixtures/sample-objects.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";
import { change, createSyncWorld, readMessage, type SyncWorld } from "../fixtures/sync-world.ts";

const bad = new RetryableError("HubSpot's object 13 has no valid updatedAt", { code: "badAnswer" });

let world: SyncWorld;

/** Companies 1, 2 and 13; contact 3 is of company 1, contact 4 of company 13. */
beforeEach(() => {
  world = createSyncWorld();
  for (const id of ["1", "2", "13"]) world.hubspot.putCompany(sampleCompany(id));
  world.hubspot.putContact(sampleContact("3"), ["1"]);
  world.hubspot.putContact(sampleContact("4"), ["13"]);
});

const states = () => world.store.customers().map(({ companyId, state }) => `${companyId} ${state}`);
const isPersonOf = (contactId: string) =>
  world.store.contactItems().some((item) => item.type === "contactPerson" && item.contactId === contactId);

describe("an object that HubSpot cannot answer", () => {
  it("ends in the dead letters alone, with its own reason, and its neighbours are applied at once", async () => {
    world.hubspot.spoil("readObjects company", "13", bad);
    await world.tell(...["1", "13", "2"].map((id) => change("company", id)));
    await world.work();
    expect(states()).toEqual(["1 linked", "2 linked"]);
    await world.drain();
    expect(states().toSorted()).toEqual(["1 linked", "13 failing", "2 linked"]);
    expect(world.store.customers().find(({ companyId }) => companyId === "13")?.reason).toEqual({
      code: "refused",
      error: bad.message,
    });
    const dead = world.queue.deadLetters().map((body) => JSON.parse(body).changes);
    expect(dead).toMatchObject([[{ type: "company", id: "13" }]]);
  });

  it("is applied once HubSpot can answer it", async () => {
    world.hubspot.spoil("readObjects company", "13", bad);
    await world.tell(...["1", "13"].map((id) => change("company", id)));
    await world.work();
    world.hubspot.spoil("readObjects company", "13");
    await world.drain();
    expect(states().toSorted()).toEqual(["1 linked", "13 linked"]);
    expect(world.queue.deadLetters()).toEqual([]);
  });

  it("takes along only the contacts that need it, if it is a company that is not here yet", async () => {
    world.hubspot.spoil("readObjects company", "13", bad);
    await world.tell(change("contact", "3"), change("contact", "4"));
    await world.work();
    expect([isPersonOf("3"), isPersonOf("4")]).toEqual([true, false]);
    world.hubspot.spoil("readObjects company", "13");
    await world.drain();
    expect(isPersonOf("4")).toBe(true);
  });

  it.each(["readObjects contact", "readCompanyLinks contact"])(
    "fails alone where it is %s that fails",
    async (name) => {
      world.hubspot.spoil(name, "4", bad);
      await world.tell(change("contact", "3"), change("contact", "4"));
      await world.work();
      expect([isPersonOf("3"), isPersonOf("4")]).toEqual([true, false]);
      expect(world.log.filter(({ message }) => message === "change failed").map(({ fields }) => fields)).toMatchObject([
        { type: "contact", id: "4", error: bad },
      ]);
      // Without its companies nothing could be decided, so it is not asked for either.
      const asked = world.hubspot.calls.find((call) => call.name === "readObjects contact")?.ids;
      expect(asked).toEqual(name === "readObjects contact" ? ["3", "4"] : ["3"]);
    },
  );

  it("is told apart behind the portal guard as well", async () => {
    world.hubspot.spoil("readObjects company", "13", bad);
    world.hubspot.spoil("readCompanyLinks deal", "13", bad);
    world.hubspot.spoil("readDependantIds deal", "13", bad);
    const hubspot = guardPortal(world.hubspot, {
      readPortal: () => Promise.resolve(undefined),
      savePortal: (portal) => Promise.resolve(portal),
    });
    const unread: string[] = [];
    const apart = { setAside: (id: string) => void unread.push(id), isOverdue: () => false };
    expect([...(await hubspot.readObjects("company", ["1", "13"], apart)).keys()]).toEqual(["1"]);
    expect([...(await hubspot.readCompanyLinks("deal", ["1", "13"], apart)).keys()]).toEqual(["1"]);
    expect([...(await hubspot.readDependantIds("deal", ["1", "13"], apart)).keys()]).toEqual(["1"]);
    expect(unread).toEqual(["13", "13", "13"]);
  });

  it.each([
    ["not told of itself", ["51", "6"]],
    ["told of itself", ["51", "95", "6"]],
  ])("holds back what it has absorbed, and nothing else, %s", async (_name, ids) => {
    for (const id of ["51", "52", "6"]) world.hubspot.putDeal(sampleDeal(id), "1");
    world.hubspot.mergeDeals(["51", "52"], sampleDeal("95"), "1");
    world.hubspot.spoil("readObjects deal", "95", bad);
    const failed = { kind: "failed", error: bad };
    const changes = ids.map((id) => change("deal", id));
    const { sightings, unread } = await readSightings(world.ports, "deal", changes);
    expect(sightings.map(({ id }) => id)).toEqual(["6"]);
    expect(unread).toEqual(new Map(["95", "51"].map((id) => [id, failed])));
  });

  it("does not fail an erasure of the contact that another contact was merged into", async () => {
    world.hubspot.putContact(sampleContact("5"), ["1"]);
    world.hubspot.mergeContacts(["5"], sampleContact("4"), ["1"]);
    world.hubspot.spoil("readObjects contact", "4", bad);
    await world.tell(change("contact", "4", { erased: world.now() }), change("contact", "5"));
    await world.work();
    expect(world.store.contactItems()).toMatchObject([{ type: "contactTombstone", contactId: "4" }]);
    const left = world.queue.receive(10, 1_000).Records;
    world.advance(60_000);
    const later = world.queue.receive(10, 1_000).Records;
    expect([...left, ...later].flatMap((record) => readMessage(record).changes)).toMatchObject([{ id: "5" }]);
  });

  it("costs only its own company the follow-up", async () => {
    const customers = ["1", "13"].map((id) => sampleCustomer(id, { isFollowUpDue: true }));
    for (const customer of customers) await world.store.write(customer);
    world.hubspot.spoil("readDependantIds deal", "13", bad);
    const outcomes = await followUp({ ...world.ports, cause: "event" }, customers, () => "d");
    expect(outcomes.get("1")).toEqual({ kind: "done", writes: 0 });
    expect(outcomes.get("13")).toEqual({ kind: "failed", error: bad });
    expect(world.store.customers().map(({ isFollowUpDue }) => isFollowUpDue)).toEqual([false, true]);
  });

  it("is an error to whoever asks for it alone", async () => {
    world.hubspot.spoil("readObjects company", "13", bad);
    await expect(explainObject({ ...world.ports, cause: "admin" }, { type: "company", id: "13" })).rejects.toBe(bad);
  });

  const nowMs = 1_000_000_000_000;
  const waitedFor = (id: string, waitedMs: number): Change => ({
    ...change("company", id),
    origin: { deliveryIds: ["d"], receivedAtMs: nowMs - waitedMs },
  });

  it.each([
    ["have come just now", [waitedFor("1", 60_000), waitedFor("2", 0)], false],
    ["have been tried for over a minute, one of them", [waitedFor("1", 0), waitedFor("2", 60_001)], true],
    ["say nothing of when they came", [change("company", "1")], false],
  ])("is looked for behind a server error only when changes %s", async (_name, changes, expected) => {
    const seen: (boolean | undefined)[] = [];
    const readObjects: HubSpotReader["readObjects"] = (type, ids, apart) => {
      seen.push(apart?.isOverdue());
      return world.hubspot.readObjects(type, ids);
    };
    const clock = { ...world.ports.clock, now: () => nowMs };
    await readSightings({ clock, hubspot: { ...world.hubspot, readObjects } }, "company", changes);
    expect(seen).toEqual([expected]);
  });

  it("is not looked for behind a server error in a follow-up", async () => {
    const seen: (boolean | undefined)[] = [];
    const readDependantIds: HubSpotReader["readDependantIds"] = (type, ids, apart) => {
      seen.push(apart?.isOverdue());
      return world.hubspot.readDependantIds(type, ids);
    };
    const hubspot = { ...world.hubspot, readDependantIds };
    const customer = sampleCustomer("1", { isFollowUpDue: true });
    await world.store.write(customer);
    await followUp({ ...world.ports, hubspot, cause: "event" }, [customer], () => "d");
    expect(seen).toEqual([false, false]);
  });
});
