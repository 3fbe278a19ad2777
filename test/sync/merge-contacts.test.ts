import { beforeEach, describe, expect, it } from "vitest";
import { MAX_LOOKS } from "../../lib/domain/decision.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import { sampleContact, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { sampleCustomer, samplePerson } from "../fixtures/sample-records.ts";
import { applyOne, change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;

/** Contact 31 at companies 1 and 2, and 32 at company 2, all transferred; HubSpot has merged both into 93. */
beforeEach(async () => {
  world = createSyncWorld();
  for (const id of ["1", "2"]) await world.store.write(sampleCustomer(id));
  for (const [contactId, companyId] of [
    ["31", "1"],
    ["31", "2"],
    ["32", "2"],
  ] as const)
    await world.store.write(samplePerson(contactId, companyId));
  for (const id of ["31", "32"]) world.hubspot.putContact(sampleContact(id), ["1"]);
  mergeInto("1", "2");
});

/** The survivor is at these companies. */
function mergeInto(...companyIds: readonly string[]): void {
  world.hubspot.mergeContacts(["31", "32"], sampleContact("93", { updatedAtMs: UPDATED_AT_MS + 20_000 }), companyIds);
}

const survivor = change("contact", "93", { merged: 1 });
const absorbed = change("contact", "31", { property: 1 });
const error = new RetryableError("throttled", { code: "throttled" });

/** Contact persons and tombstones, one line each. */
const describeItems = (): readonly string[] =>
  world.store
    .contactItems()
    .map((item) => {
      const at = item.type === "contactPerson" ? `at ${item.companyId}` : "tombstone";
      return `${item.contactId} ${at} ${item.state}${"fields" in item ? "" : ", empty"}`;
    })
    .toSorted();

const merged = [
  "31 at 1 merged, empty",
  "31 at 2 merged, empty",
  "31 tombstone merged, empty",
  "32 at 2 merged, empty",
  "32 tombstone merged, empty",
  "93 at 1 linked",
  "93 at 2 linked",
];

/** Refuses the first write of one contact person, or of a tombstone. */
function refuseOnce(contactId: string, companyId?: string): void {
  world.faults.beforeStore = (name, [record]) => {
    const isMeant = Reflect.get(Object(record), "contactId") === contactId;
    if (name !== "write" || !isMeant || Reflect.get(Object(record), "companyId") !== companyId) return;
    delete world.faults.beforeStore;
    throw error;
  };
}

describe("applyContacts, on a merge", () => {
  it("stays what it is where its own id is among those that it absorbed", async () => {
    const mergedIds = ["31", "32", "93"];
    const updatedAtMs = UPDATED_AT_MS + 20_000;
    world.hubspot.putContact(sampleContact("93", { updatedAtMs, mergedIds }), ["1", "2"]);
    await applyOne(world, survivor);
    await applyOne(world, survivor);
    expect(describeItems()).toEqual(merged);
  });

  it("empties what was absorbed, and is done", async () => {
    expect(await applyOne(world, survivor)).toEqual({ kind: "done", writes: 2 });
    expect(describeItems()).toEqual(merged);
  });

  it("goes on where a death came between one absorbed contact person and the next", async () => {
    refuseOnce("31", "2");
    expect(await applyOne(world, survivor)).toEqual({ kind: "failed", error });
    expect(describeItems()).toContain("31 at 2 linked");
    expect(await applyOne(world, survivor)).toEqual({ kind: "done", writes: 0 });
    expect(describeItems()).toEqual(merged);
  });

  it("leaves nothing of an absorbed contact of which nothing is stored", async () => {
    await applyOne(world, { ...survivor, absorbs: ["33"] });
    expect(describeItems()).toEqual(merged);
  });

  it("asks for absorbed contacts where there are any, and no more than that once they are emptied", async () => {
    mergeInto("1");
    await applyOne(world, survivor);
    const calls: unknown[] = [];
    world.faults.beforeStore = (name, args) => {
      if (name !== "readCustomers") calls.push([name, ...args]);
    };
    await applyOne(world, { ...survivor, at: { property: 1 } });
    expect(calls.slice(-1)).toEqual([["readContacts", ["31", "32"]]]);
    world.hubspot.putContact(sampleContact("7"), ["1"]);
    await applyOne(world, change("contact", "7"));
    expect(calls.slice(-1)).toEqual([["readTombstone", "7"]]);
  });

  it("leaves a detached customer what it has of an absorbed contact, also where the survivor is elsewhere", async () => {
    await world.store.write(sampleCustomer("1", { state: "detached", revision: 2 }));
    mergeInto("2");
    await applyOne(world, survivor);
    expect(describeItems()).toEqual(expect.arrayContaining(["31 at 1 detached", "31 at 2 merged, empty"]));
  });
});

describe("applyContacts, of a contact that was absorbed", () => {
  it("says what became of itself where its survivor is done", async () => {
    mergeInto("1");
    expect(await applyOne(world, { ...absorbed, looks: MAX_LOOKS })).toEqual({ kind: "done", writes: 2 });
  });

  it("fails by itself where its survivor is done", async () => {
    refuseOnce("32");
    const told = { ...change("contact", "32", { property: 1 }), looks: MAX_LOOKS };
    expect(await applyOne(world, told)).toEqual({ kind: "failed", error });
    expect(describeItems()).toEqual(merged);
  });

  it("fails by itself where its survivor is to be read again", async () => {
    mergeInto();
    refuseOnce("31");
    expect(await applyOne(world, absorbed)).toEqual({ kind: "failed", error });
  });

  it("is to be read again with its survivor", async () => {
    mergeInto();
    expect(await applyOne(world, absorbed)).toEqual({ kind: "again", why: "perhapsOlder" });
  });
});
