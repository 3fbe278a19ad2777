import { beforeEach, describe, expect, it } from "vitest";
import type { Change } from "../../lib/domain/change.ts";
import { MAX_LOOKS } from "../../lib/domain/decision.ts";
import type { Contact, Observation } from "../../lib/domain/hubspot-object.ts";
import type { Customer } from "../../lib/domain/record.ts";
import { applyContacts } from "../../lib/sync/apply-contacts.ts";
import { detachCustomerRecord } from "../../lib/sync/detach-record.ts";
import type { Outcome } from "../../lib/sync/run.ts";
import { CREATION, createContactWorld, ERASURE, listToldPersons } from "../fixtures/contact-world.ts";
import { sampleCompany, sampleContact, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { sampleCustomer, samplePerson, sampleTombstone } from "../fixtures/sample-records.ts";
import { applyOne, change, meddleOnce, passTurns, startWorker, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;

beforeEach(async () => {
  world = await createContactWorld();
});

/** Names of the calls of the store from now on. */
function countCalls(): readonly string[] {
  const calls: string[] = [];
  world.faults.beforeStore = (name) => void calls.push(name);
  return calls;
}

/** Applies one read of contact 3, of which nothing is known but these customers. */
async function applyRead(
  read: { readonly observed: Observation<Contact>; readonly companyIds: readonly string[]; readonly hint?: Change },
  ...customers: readonly Customer[]
): Promise<Outcome | undefined> {
  const { observed, companyIds, hint = change("contact", "3") } = read;
  const links = companyIds.map((companyId) => ({ companyId, isPrimary: true }));
  const known = {
    stored: await world.store.readContacts(["3"]),
    customers: new Map(customers.map((customer) => [customer.companyId, customer])),
  };
  const run = { ...world.ports, cause: "event" } as const;
  return (await applyContacts(run, [{ id: "3", observed, links, hint }], known)).get("3");
}

const live = (changes: Partial<Contact> = {}): Observation<Contact> => ({
  kind: "live",
  readAtMs: world.now(),
  object: sampleContact("3", changes),
});
const archived = (): Observation<Contact> => ({
  kind: "archived",
  readAtMs: world.now(),
  updatedAtMs: UPDATED_AT_MS,
});

describe("applyContacts, on a deletion", () => {
  it("is settled at once, whatever else was told, and whether or not its companies are here", async () => {
    const hint = change("contact", "3", { restored: world.now(), deleted: world.now() });
    expect(await applyRead({ observed: archived(), companyIds: ["7"], hint })).toEqual({ kind: "done", writes: 1 });
  });

  it("ends contact persons as erased where an erasure died between its tombstone and them", async () => {
    await applyOne(world, CREATION);
    world.advance(3_600_000);
    world.hubspot.archive("contact", "3");
    meddleOnce(world, { type: "contactTombstone" }, () => world.store.write(sampleTombstone("3")));
    const told = change("contact", "3", { deleted: world.now() });
    expect(await applyOne(world, told)).toEqual({ kind: "done", writes: 2 });
    expect(world.store.contactItems().map(({ state }) => state)).toEqual(["erased", "erased", "erased"]);
  });

  it.each([
    ["for the first time", false],
    ["for the second time", true],
  ])("wins %s over an association that was read before", async (_name, wasDeleted) => {
    world.hubspot.associate("contact", "3", []);
    if (wasDeleted) {
      world.hubspot.archive("contact", "3");
      await world.tell(change("contact", "3", { deleted: world.now() }));
      await world.drain();
      world.hubspot.restore("contact", "3");
      await world.tell(change("contact", "3", { restored: world.now() }));
      await world.drain();
    }
    world.advance(3_600_000);
    world.hubspot.associate("contact", "3", ["2"]);
    const { promise: gate, resolve: resume } = Promise.withResolvers<void>();
    world.faults.afterHubSpot = (name) => (name === "readObjects contact" ? gate : undefined);
    const expects = { "2": { isAssociated: true, atMs: 1 } };
    const associating = startWorker(world, { ...change("contact", "3", { association: 1 }), expects });
    await passTurns(50);
    world.faults.afterHubSpot = undefined;
    world.hubspot.archive("contact", "3");
    await startWorker(world, change("contact", "3", { deleted: world.now() }));
    resume();
    await associating;
    await world.drain();
    expect(world.store.contactItems().filter(({ state }) => state === "linked")).toEqual([]);
  });
});

describe("applyContacts", () => {
  it("looks again for a restored contact that is still seen in the bin, also where it has no contact person", async () => {
    const hint = change("contact", "3", { restored: world.now() });
    const outcome = await applyRead({ observed: archived(), companyIds: [], hint });
    expect(outcome).toEqual({ kind: "again", why: "stillArchived" });
  });

  it("leaves what it has absorbed alone once that has ended", async () => {
    const hint = change("contact", "3", { merged: world.now() });
    const read = { observed: live({ mergedIds: ["4"] }), companyIds: ["1"], hint };
    const reason = { code: "absorbedBy", survivorId: "3" } as const;
    await world.store.write(samplePerson("4", "1", { state: "merged", reason }));
    await applyRead(read, sampleCustomer("1"));
    expect((await world.store.readContacts(["4"])).get("4")?.persons).toMatchObject([{ revision: 1 }]);
  });

  it("looks again for a restored contact that is seen at no company yet", async () => {
    const hint = change("contact", "3", { restored: world.now() });
    const outcome = await applyRead({ observed: live(), companyIds: [], hint });
    expect(outcome).toEqual({ kind: "again", why: "perhapsOlder" });
  });

  it("looks again for a restored contact that is found neither alive nor in the bin, and for no other", async () => {
    const observed = { kind: "missing", readAtMs: world.now() } as const;
    const restored = change("contact", "3", { restored: world.now() });
    expect(await applyRead({ observed, companyIds: [], hint: restored })).toEqual({
      kind: "again",
      why: "notFoundYet",
    });
    expect(await applyRead({ observed, companyIds: [], hint: change("contact", "3") })).toEqual({
      kind: "done",
      writes: 0,
    });
  });

  it("looks no further for a contact that is not found whose contact persons have ended for good", async () => {
    await world.store.write(sampleTombstone("3", { state: "merged", mergedInto: "4" }));
    await world.store.write(samplePerson("3", "1", { state: "merged" }));
    const observed = { kind: "missing", readAtMs: world.now() } as const;
    expect(await applyRead({ observed, companyIds: [] })).toEqual({ kind: "done", writes: 0 });
  });

  it("is done at once with what an association has brought, also of a contact that was deleted before", async () => {
    await world.store.write(sampleTombstone("3", { state: "deleted" }));
    const hint = change("contact", "3", { association: world.now() });
    const read = { observed: live(), companyIds: ["1"], hint };
    expect(await applyRead(read, sampleCustomer("1"))).toEqual({ kind: "done", writes: 1 });
  });

  it("is done at once with an association that has gone whose company is not here", async () => {
    const expects = { "7": { isAssociated: false, atMs: world.now() } };
    const hint = { ...change("contact", "3", { association: world.now() }), expects };
    expect(await applyRead({ observed: live(), companyIds: ["1"], hint }, sampleCustomer("1"))).toEqual({
      kind: "done",
      writes: 2,
    });
  });

  it.each([
    ["no detached customer", "linked", { kind: "done", writes: 2 }],
    ["a detached customer among others", "detached", { kind: "again", why: "perhapsOlder" }],
  ] as const)("takes a contact at %s that follows its customer: %s", async (_name, state, outcome) => {
    const hint = change("contact", "3", { follow: world.now() });
    const read = { observed: live(), companyIds: ["1", "2"], hint };
    expect(await applyRead(read, sampleCustomer("1", { state }), sampleCustomer("2"))).toEqual(outcome);
  });

  it("takes a contact of which it is told nothing as one that is not here yet", async () => {
    const sighting = {
      id: "3",
      observed: live(),
      links: [{ companyId: "1", isPrimary: true }],
      hint: change("contact", "3"),
    };
    const known = { stored: new Map(), customers: new Map([["1", sampleCustomer("1")]]) };
    const outcomes = await applyContacts({ ...world.ports, cause: "event" }, [sighting], known);
    expect(outcomes).toEqual(new Map([["3", { kind: "done", writes: 1 }]]));
  });

  it("asks the store for a tombstone after a creation alone, and for nothing else", async () => {
    const read = { companyIds: ["1"], hint: change("contact", "3", { follow: 1 }) };
    const calls = countCalls();
    await applyRead({ ...read, observed: live() }, sampleCustomer("1"));
    expect(calls).toEqual(["readContacts", "write", "readTombstone"]);
    await applyRead({ ...read, observed: live({ lastName: "Neu" }) }, sampleCustomer("1"));
    expect(calls.slice(3)).toEqual(["readContacts", "write"]);
  });

  it("counts and tells each contact person that it wrote, and nothing when the same comes again", async () => {
    expect(await applyOne(world, CREATION)).toEqual({ kind: "done", writes: 2 });
    expect(listToldPersons(world)).toEqual(["3/1", "3/2"]);
    world.advance(3_600_000);
    expect(await applyOne(world, CREATION)).toEqual({ kind: "done", writes: 0 });
    expect(listToldPersons(world)).toHaveLength(2);
  });

  it("looks again where a detached customer turns whose company was absorbed, and the read shows it there still", async () => {
    world.hubspot.associate("contact", "3", ["1"]);
    await world.tell(CREATION);
    await world.drain();
    await detachCustomerRecord({ ...world.ports, cause: "admin" }, { id: "1" });
    await world.drain();
    world.advance(3_600_000);
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("90", { updatedAtMs: UPDATED_AT_MS + 20_000 }));
    world.hubspot.associate("contact", "3", ["1"]);
    await world.tell(change("contact", "3", { follow: world.now() }));
    await world.work();
    world.hubspot.associate("contact", "3", ["90"]);
    await world.drain();
    const linked = world.store.contactItems().filter(({ state }) => state === "linked");
    expect(linked).toMatchObject([{ contactId: "3", companyId: "90" }]);
  });

  it("looks again for a company that is not here yet, then lets its contact person wait", async () => {
    world.hubspot.putContact(sampleContact("3"), ["1", "7"]);
    for (const looks of [0, MAX_LOOKS - 1])
      expect(await applyOne(world, { ...CREATION, looks })).toEqual({ kind: "again", why: "notFoundYet" });
    expect(world.store.contactItems()).toMatchObject([{ companyId: "1", state: "linked" }]);
    expect(await applyOne(world, { ...CREATION, looks: MAX_LOOKS })).toMatchObject({ kind: "done" });
    expect(world.store.contactItems()).toMatchObject([
      { companyId: "1", state: "linked" },
      { companyId: "7", state: "waiting" },
    ]);
  });

  it.each([
    ["a change", change("contact", "3")],
    ["an erasure", ERASURE],
  ])("gives up on %s after eight writes that lost their race", async (_name, told) => {
    await applyOne(world, CREATION);
    world.hubspot.putContact(sampleContact("3", { lastName: "Neu", updatedAtMs: UPDATED_AT_MS + 60_000 }), ["1", "2"]);
    let races = 0;
    world.faults.beforeStore = async (name, [record]) => {
      const stored = world.store.contactItems().find((item) => item.type === "contactPerson");
      if (name !== "write" || stored === undefined || !isRecordOf("1", record)) return;
      const winRace = world.faults.beforeStore;
      world.faults.beforeStore = undefined;
      races += 1;
      await world.store.write({ ...stored, changedAtMs: world.now(), revision: stored.revision + 1 });
      world.faults.beforeStore = winRace;
    };
    const message = "contact 3 is contended: 8 writes lost their race";
    expect(await applyOne(world, told)).toMatchObject({
      kind: "failed",
      error: { name: "RetryableError", code: "locked", message },
    });
    expect(races).toBe(8);
  });
});

function isRecordOf(companyId: string, record: unknown): boolean {
  return typeof record === "object" && record !== null && "companyId" in record && record.companyId === companyId;
}
