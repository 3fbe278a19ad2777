import { beforeEach, describe, expect, it } from "vitest";
import type { Customer } from "../../lib/domain/record.ts";
import { sampleCompany, sampleContact, sampleDeal } from "../fixtures/sample-objects.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";
import { applyOne, change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;

/** Customers 1 and 2, and at HubSpot contact 3 and deal 5 of company 1. */
beforeEach(async () => {
  world = createSyncWorld();
  for (const id of ["1", "2"]) {
    world.hubspot.putCompany(sampleCompany(id));
    await world.store.write(sampleCustomer(id));
  }
  world.hubspot.putContact(sampleContact("3"), ["1"]);
  world.hubspot.putDeal(sampleDeal("5"), "1");
});

/** Turns a customer once, when it was read and nothing is written yet. */
function turn(id: string, changes: Partial<Customer>): void {
  world.faults.beforeStore = async (name) => {
    if (name !== "write") return;
    world.faults.beforeStore = undefined;
    const stored = (await world.store.readCustomers([id])).get(id) ?? sampleCustomer(id);
    await world.store.write({ ...stored, revision: stored.revision + 1, ...changes });
  };
}

const DELETED = { state: "deleted", reason: { code: "deletedInHubSpot" } } as const;
const AGAIN = { kind: "again", why: "perhapsOlder" };
const DONE = { kind: "done", writes: 1 };

/** Notes the questions for customers and the writes. */
function listen(): readonly string[] {
  const calls: string[] = [];
  world.faults.beforeStore = (name, [first]) => {
    if (name === "readCustomers" && String(first) !== "") calls.push(`customers ${String(first)}`);
    if (name === "write") calls.push("write");
  };
  return calls;
}

describe("what was written on a customer that has turned meanwhile", () => {
  it.each([
    ["contact", "3"],
    ["deal", "5"],
  ] as const)("is looked at again: a %s", async (type, id) => {
    turn("1", DELETED);
    expect(await applyOne(world, change(type, id))).toEqual(AGAIN);
    expect(await applyOne(world, change(type, id))).toEqual(DONE);
    const records = [...world.store.projects(), ...world.store.contactItems()];
    expect(records).toMatchObject([{ state: type === "deal" ? "waiting" : "deleted" }]);
  });

  it("is looked at again where the exclusion of a detached one has turned", async () => {
    await world.store.write(sampleCustomer("1", { state: "detached", revision: 2 }));
    turn("1", { isExcludedInHubSpot: true });
    expect(await applyOne(world, change("deal", "5"))).toEqual(AGAIN);
  });

  it("is looked at again where it is the survivor of the company that HubSpot names", async () => {
    const reason = { code: "absorbedBy", survivorId: "2" } as const;
    await world.store.write(sampleCustomer("1", { state: "merged", reason, revision: 2 }));
    turn("2", DELETED);
    expect(await applyOne(world, change("deal", "5"))).toEqual(AGAIN);
  });

  it.each<[what: string, id: string, changes: Partial<Customer>]>([
    ["another customer has turned", "2", DELETED],
    ["its customer has other values only", "1", { customerNumber: "K-1" }],
  ])("is done where %s", async (_what, id, changes) => {
    turn(id, changes);
    expect(await applyOne(world, change("deal", "5"))).toEqual(DONE);
  });

  it("is found by one more question for the customers, after the write", async () => {
    const calls = listen();
    await applyOne(world, change("deal", "5"));
    expect(calls).toEqual(["customers 1", "write", "customers 1"]);
  });

  it("costs no question where nothing is written", async () => {
    await applyOne(world, change("deal", "5"));
    const calls = listen();
    await applyOne(world, change("deal", "5"));
    expect(calls).toEqual(["customers 1"]);
  });

  it("costs no question where the object is gone, for that rests on no customer", async () => {
    await applyOne(world, change("deal", "5"));
    world.hubspot.archive("deal", "5");
    const calls = listen();
    await applyOne(world, change("deal", "5", { deleted: world.now() }));
    expect(calls).toEqual(["write"]);
  });
});
