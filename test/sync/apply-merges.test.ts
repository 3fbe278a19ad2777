import { beforeEach, describe, expect, it } from "vitest";
import type { Change } from "../../lib/domain/change.ts";
import { applyChanges } from "../../lib/sync/apply-changes.ts";
import { applyCompanies } from "../../lib/sync/apply-companies.ts";
import { detachCustomerRecord } from "../../lib/sync/detach-record.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import type { RecordStore } from "../../lib/sync/ports.ts";
import { sampleCompany, sampleContact, sampleDeal, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;
const mergedAt = { updatedAtMs: UPDATED_AT_MS + 20_000 };

/** Companies 1 and 2 with a contact and a deal each; customer 2 has a number of its own. All transferred. */
beforeEach(async () => {
  world = createSyncWorld();
  for (const [companyId, contactId, dealId] of [
    ["1", "31", "51"],
    ["2", "32", "52"],
  ] as const) {
    world.hubspot.putCompany(sampleCompany(companyId));
    world.hubspot.putContact(sampleContact(contactId), [companyId]);
    world.hubspot.putDeal(sampleDeal(dealId), companyId);
    await world.tell(change("contact", contactId), change("deal", dealId));
  }
  await world.drain();
  await renumber("2", "K-2");
  world.advance(3_600_000);
  world.hubspot.calls.length = 0;
});

/** As an admin changes a customer number. */
async function renumber(companyId: string, customerNumber: string): Promise<void> {
  const stored = await customer(companyId);
  if (stored?.customerNumber === undefined) throw new Error(`customer ${companyId} has no number`);
  await world.store.reserveNumber({ kind: "customerNumber", number: customerNumber, holderId: companyId, atMs: 1 });
  await world.store.write({ ...stored, customerNumber, revision: stored.revision + 1 });
  await world.store.releaseNumber({ kind: "customerNumber", number: stored.customerNumber, holderId: companyId });
}

const customer = async (id: string) => (await world.store.readCustomers([id])).get(id);
const project = async (id: string) => (await world.store.readProjects([id])).get(id);
const numbers = () =>
  world.store
    .reservations()
    .map(({ kind, number, holderId }) => `${kind} ${number} of ${holderId}`)
    .toSorted();

/** Customers, numbers and what belongs where, one line each. */
function describeStore(): readonly string[] {
  const customers = world.store.customers().map(({ companyId, state, customerNumber = "", reason, fields }) => {
    const target = reason !== undefined && "survivorId" in reason ? reason.survivorId : "";
    return `customer ${companyId} ${state} ${customerNumber}${target}${fields ? "" : ", empty"}`;
  });
  const projects = world.store.projects().map(({ dealId, fields }) => `project ${dealId} at ${fields?.companyId}`);
  const persons = world.store
    .contactItems()
    .flatMap((item) =>
      item.type === "contactPerson" && item.state === "linked" ? `contact ${item.contactId} at ${item.companyId}` : [],
    );
  return [...customers, ...projects, ...persons, ...numbers()].toSorted();
}

const takenOver = [
  "contact 31 at 90",
  "contact 32 at 90",
  "customer 1 merged 90, empty",
  "customer 2 merged 90, empty",
  "customer 90 linked K-2",
  "customerNumber K-2 of 90",
  "project 51 at 90",
  "project 52 at 90",
  "shortForm 51 of 51",
  "shortForm 52 of 52",
];

describe("applyCompanies, on a merge", () => {
  it.each<[name: string, changes: readonly Change[]]>([
    [
      "all its events",
      [
        change("company", "90", { merged: 1, created: 1 }),
        change("company", "1", { deleted: 1, merged: 1 }),
        change("company", "2", { deleted: 1, merged: 1 }),
      ],
    ],
    ["the survivor's creation alone", [change("company", "90", { created: 1 })]],
    ["one deletion alone, the merge event lost", [change("company", "2", { deleted: 1 })]],
    ["an unrelated late event of an absorbed one", [change("company", "1", { property: 1 })]],
    ["the deal's association alone", [change("deal", "51", { association: 1 })]],
  ])("lets a new third id take number, contacts and deals over after %s", async (_name, changes) => {
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("90", mergedAt));
    await world.tell(...changes);
    await world.drain();
    expect(describeStore()).toEqual(takenOver);
    expect(await customer("90")).toMatchObject({ absorbedIds: ["1", "2"] });
    expect((await customer("90"))?.history[0]?.fields).toContainEqual({ field: "takenOverFrom", to: "2" });
  });

  it("lets an old-style survivor keep its own number and frees the other", async () => {
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("1", mergedAt));
    await world.tell(change("company", "2", { deleted: 1 }));
    await world.drain();
    expect(describeStore()).toEqual([
      "contact 31 at 1",
      "contact 32 at 1",
      "customer 1 linked 1",
      "customer 2 merged 1, empty",
      "customerNumber 1 of 1",
      "project 51 at 1",
      "project 52 at 1",
      "shortForm 51 of 51",
      "shortForm 52 of 52",
    ]);
  });

  it("wakes a record that is held for want of the number which the merge frees", async () => {
    await renumber("2", "77");
    world.hubspot.putCompany(sampleCompany("77"));
    await world.tell(change("company", "77", { created: 1 }));
    await world.drain();
    expect(await customer("77")).toMatchObject({ state: "failing", reason: { code: "numberTaken", holderId: "2" } });
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("1", mergedAt));
    await world.tell(change("company", "1", { merged: 1 }));
    await world.drain();
    expect(await customer("77")).toMatchObject({ state: "linked", customerNumber: "77" });
  });

  it("follows a chain of merges whose first link nobody told", async () => {
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("90", mergedAt));
    world.hubspot.putCompany(sampleCompany("7"));
    world.hubspot.mergeCompanies(["90", "7"], sampleCompany("91", mergedAt));
    await world.tell(change("company", "2"), change("company", "1"));
    await world.drain();
    expect(await customer("91")).toMatchObject({ state: "linked", customerNumber: "K-2", absorbedIds: ["1", "2"] });
    for (const id of ["1", "2"])
      expect(await customer(id)).toMatchObject({ state: "merged", reason: { survivorId: "91" } });
    for (const id of ["51", "52"])
      expect(await project(id)).toMatchObject({ state: "linked", fields: { companyId: "91" } });
  });

  it("follows a chain told link by link, each pointer in the end to the last survivor", async () => {
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("90", mergedAt));
    await world.tell(change("company", "90", { merged: 1 }));
    await world.drain();
    world.advance(3_600_000);
    world.hubspot.putCompany(sampleCompany("7"));
    world.hubspot.mergeCompanies(["90", "7"], sampleCompany("91", { updatedAtMs: UPDATED_AT_MS + 30_000 }));
    await world.tell(change("company", "91", { merged: 1 }));
    await world.drain();
    expect(await customer("91")).toMatchObject({
      state: "linked",
      customerNumber: "K-2",
      absorbedIds: ["1", "2", "90"],
    });
    for (const id of ["1", "2", "90"]) expect(await customer(id)).toMatchObject({ reason: { survivorId: "91" } });
    for (const id of ["51", "52"])
      expect(await project(id)).toMatchObject({ state: "linked", fields: { companyId: "91" } });
  });

  it("leaves pointers where they lead when a replica that lags shows the survivor before still alive", async () => {
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("90", mergedAt));
    await world.tell(change("company", "90", { merged: 1 }));
    await world.drain();
    world.hubspot.putCompany(sampleCompany("7"));
    world.hubspot.mergeCompanies(["90", "7"], sampleCompany("91", { updatedAtMs: UPDATED_AT_MS + 30_000 }));
    await world.tell(change("company", "91", { merged: 1 }));
    await world.drain();
    const object = sampleCompany("90", { ...mergedAt, mergedIds: ["1", "2"] });
    const observed = { kind: "live", readAtMs: world.now(), object } as const;
    const sighting = { id: "90", observed, links: [], hint: { ...change("company", "90", { deleted: 1 }), looks: 1 } };
    await applyCompanies({ ...world.ports, cause: "event" }, [sighting]);
    for (const id of ["1", "2", "90"]) expect(await customer(id)).toMatchObject({ reason: { survivorId: "91" } });
  });

  it("follows up only once what was absorbed leads to the survivor, also when its own write passed for another's", async () => {
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("90", mergedAt));
    const handOver: RecordStore["handOver"] = async (records) => {
      await world.store.handOver(records);
      return { kind: "conflict" };
    };
    const run = { ...world.ports, cause: "event", store: { ...world.store, handOver } } as const;
    const told = change("company", "90", { merged: 1 });
    const first = await applyChanges(run, [told], "test");
    expect(first).toEqual([{ change: told, outcome: { kind: "again", why: "olderThanStored" } }]);
    expect(await customer("90")).toMatchObject({ isFollowUpDue: true });
    await applyChanges(run, [{ ...told, looks: 1 }], "test");
    expect(await customer("1")).toMatchObject({ state: "merged" });
    expect(await customer("90")).toMatchObject({ isFollowUpDue: false });
    await world.drain();
    expect(describeStore()).toEqual(takenOver);
  });

  it("does not follow up while the pointers cannot be written, however often it is tried", async () => {
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("90", mergedAt));
    const write: RecordStore["write"] = (record) => {
      if (record.state === "merged") throw new RetryableError("throttled", { code: "throttled" });
      return world.store.write(record);
    };
    const run = { ...world.ports, cause: "event", store: { ...world.store, write } } as const;
    for (const looks of [0, 1]) {
      const [applied] = await applyChanges(run, [{ ...change("company", "90", { merged: 1 }), looks }], "test");
      expect(applied?.outcome.kind).not.toBe("done");
      expect(await customer("90")).toMatchObject({ isFollowUpDue: true });
    }
    await world.tell(change("company", "90", { merged: 1 }));
    await world.drain();
    expect(describeStore()).toEqual(takenOver);
  });

  it("keeps what was absorbed by a survivor that was deleted before it took anything over", async () => {
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("90", mergedAt));
    world.hubspot.archive("company", "90");
    await world.tell(change("company", "90", { merged: 1 }), change("company", "2", { property: 1 }));
    await world.work();
    expect(await customer("90")).toMatchObject({ state: "deleted" });
    expect(await customer("2")).toMatchObject({ customerNumber: "K-2", fields: expect.anything() });
  });

  it("takes a number over that a survivor in between had reserved when it died", async () => {
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("90", mergedAt));
    world.faults.beforeStore = (name) => {
      if (name === "write") throw new RetryableError("dead", { code: "unreachable" });
    };
    await world.tell({ ...change("company", "90", { merged: 1 }), absorbs: ["1", "2"] });
    await world.work();
    delete world.faults.beforeStore;
    expect(numbers()).toContain("customerNumber K-2 of 90");
    world.hubspot.putCompany(sampleCompany("3"));
    world.hubspot.mergeCompanies(["90", "3"], sampleCompany("91", { updatedAtMs: UPDATED_AT_MS + 30_000 }));
    await world.tell({ ...change("company", "91", { merged: 1 }), absorbs: ["90", "3", "1", "2"] });
    await world.drain();
    expect(await customer("91")).toMatchObject({ state: "linked", customerNumber: "K-2" });
    expect(numbers()).toContain("customerNumber K-2 of 91");
  });

  it("leaves what it absorbed untouched while the number to be handed over belongs to somebody else", async () => {
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("90", mergedAt));
    await world.store.reserveNumber({
      kind: "customerNumber",
      number: "K-2",
      holderId: "7",
      takeFrom: "2",
      atMs: world.now(),
    });
    await world.tell({ ...change("company", "90", { merged: 1 }), absorbs: ["1", "2"] });
    await world.work();
    expect(await customer("2")).toMatchObject({ state: "linked", customerNumber: "K-2" });
  });

  it("leaves a detached record with its number where it is", async () => {
    const stored = await customer("2");
    if (stored === undefined) throw new Error("customer 2 is missing");
    await world.store.write({
      ...stored,
      state: "detached",
      reason: { code: "detachedByAdmin" },
      revision: stored.revision + 1,
    });
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("90", mergedAt));
    await world.tell(change("company", "90", { merged: 1 }), change("company", "2", { deleted: 1 }));
    await world.drain();
    expect(await customer("2")).toMatchObject({ state: "detached", customerNumber: "K-2" });
    expect(await customer("90")).toMatchObject({ state: "linked", customerNumber: "1" });
  });

  it("leaves a record with its data that a survivor deleted since has not taken over", async () => {
    const stored = await customer("1");
    if (stored === undefined) throw new Error("customer 1 is missing");
    world.hubspot.mergeCompanies(["1"], sampleCompany("90", { exclusion: "no", ...mergedAt }));
    await world.store.write({ ...stored, state: "detached", revision: stored.revision + 1 });
    await world.tell(change("company", "90", { merged: UPDATED_AT_MS + 20_000 }));
    await world.drain();
    // Attached once the survivor is in the bin, when HubSpot answers nothing for it.
    await world.store.write({ ...stored, state: "deleted", revision: stored.revision + 2 });
    world.hubspot.archive("company", "90");
    await world.tell(change("company", "90", { deleted: UPDATED_AT_MS + 40_000 }));
    await world.drain();
    expect(await customer("90")).toMatchObject({ state: "deleted", absorbedIds: ["1"] });
    expect(await customer("1")).toMatchObject({ customerNumber: "1", fields: stored.fields });
  });

  it("changes nothing when its events come again", async () => {
    world.hubspot.mergeCompanies(["1", "2"], sampleCompany("90", mergedAt));
    const told = [change("company", "90", { merged: 1 }), change("company", "1", { deleted: 1 })];
    await world.tell(...told);
    await world.drain();
    const histories = world.store.customers().map(({ history }) => history);
    await world.tell(...told.toReversed());
    await world.drain();
    expect(world.store.customers().map(({ history }) => history)).toEqual(histories);
  });
});

describe("applyDeals, on a merge", () => {
  it("hands short form and ZEP's own fields to the survivor", async () => {
    const stored = await project("52");
    if (stored?.own === undefined) throw new Error("project 52 is missing");
    const own = { ...stored.own, tasks: ["Plan"], status: "completed" } as const;
    await world.store.reserveNumber({ kind: "shortForm", number: "UMBAU", holderId: "52", atMs: 1 });
    await world.store.write({ ...stored, own, shortForm: "UMBAU", revision: stored.revision + 1 });
    world.hubspot.mergeDeals(["51", "52"], sampleDeal("95", mergedAt), "1");
    await world.tell(change("deal", "51", { deleted: 1 }));
    await world.drain();
    expect(await project("95")).toMatchObject({ state: "linked", shortForm: "UMBAU", own, absorbedIds: ["51", "52"] });
    for (const id of ["51", "52"])
      expect(await project(id)).toMatchObject({ state: "merged", reason: { survivorId: "95" } });
    expect(numbers()).toContain("shortForm UMBAU of 95");
  });
});

describe("applyContacts, on a merge", () => {
  it.each<[name: string, changes: readonly Change[]]>([
    ["of the survivor", [change("contact", "93", { merged: 1 })]],
    ["of an absorbed one", [change("contact", "31", { deleted: 1 })]],
    [
      "of all",
      [
        change("contact", "32", { deleted: 1 }),
        change("contact", "93", { created: 1 }),
        change("contact", "31", { merged: 1 }),
      ],
    ],
  ])("leaves the absorbed contacts' persons as pointers without data, after the event %s", async (_name, changes) => {
    world.hubspot.mergeContacts(["31", "32"], sampleContact("93", mergedAt), ["1", "2"]);
    await world.tell(...changes);
    await world.drain();
    const persons = world.store.contactItems().filter((item) => item.type === "contactPerson");
    expect(
      persons.map(({ contactId, companyId, state }) => `${contactId} at ${companyId} ${state}`).toSorted(),
    ).toEqual(["31 at 1 merged", "32 at 2 merged", "93 at 1 linked", "93 at 2 linked"]);
    for (const person of persons) expect(person.fields === undefined).toBe(person.state === "merged");
  });
});

/** Company 1 takes what it lacks from company 2, and a replica that lags answers for ten seconds. */
async function mergeUnseen(told: Change, exclusion: string): Promise<void> {
  world.hubspot.mergeCompanies(["1", "2"], sampleCompany("1"));
  await world.tell(told);
  await world.work();
  world.advance(10_000);
  await world.work();
  world.hubspot.putCompany(sampleCompany("1", { exclusion, phone: "0221 4711", mergedIds: ["1", "2"], ...mergedAt }));
  world.hubspot.calls.length = 0;
  await world.drain();
}

describe("what a merge fills in, which no event of its own tells and the first read does not show yet", () => {
  it.each<[name: string, told: () => Change, reads: readonly string[]]>([
    ["the survivor", () => change("company", "1", { merged: world.now() }), ["1"]],
    ["what was absorbed", () => change("company", "2", { deleted: world.now() }), ["2", "1"]],
  ])("reaches the survivor by one later read, told only of %s", async (_name, told, reads) => {
    await mergeUnseen(told(), "");
    expect(await customer("1")).toMatchObject({ state: "linked", fields: { phone: "0221 4711" } });
    expect(await customer("2")).toMatchObject({ state: "merged" });
    const read = world.hubspot.calls.flatMap(({ name, ids }) => (name === "readObjects company" ? ids : []));
    expect(read).toEqual(reads);
  });

  it("excludes the survivor, and what depends on it", async () => {
    await mergeUnseen(change("company", "1", { merged: world.now() }), "no");
    expect(await customer("1")).toMatchObject({ state: "excluded" });
    for (const id of ["51", "52"]) expect(await project(id)).toMatchObject({ state: "excluded" });
  });

  it("excludes the projects of a survivor that is detached", async () => {
    await detachCustomerRecord({ ...world.ports, cause: "admin" }, { id: "1" });
    await world.drain();
    world.advance(3_600_000);
    await mergeUnseen(change("company", "1", { merged: world.now() }), "no");
    expect(await customer("1")).toMatchObject({ state: "detached", isExcludedInHubSpot: true });
    expect(await project("51")).toMatchObject({ state: "excluded" });
  });
});

describe("associations that the first read does not show yet", () => {
  it("reach the contact persons of a merge's survivor by a later read, without another event", async () => {
    world.hubspot.mergeContacts(["31", "32"], sampleContact("93", mergedAt), []);
    await world.tell(change("contact", "93", { merged: world.now() }));
    await world.work();
    world.hubspot.associate("contact", "93", ["1"]);
    await world.drain();
    const persons = world.store.contactItems().filter((item) => item.type === "contactPerson");
    expect(persons).toContainEqual(expect.objectContaining({ contactId: "93", companyId: "1", state: "linked" }));
  });

  it("reach them as well when only what was absorbed was told of", async () => {
    world.hubspot.mergeContacts(["31", "32"], sampleContact("93", mergedAt), []);
    await world.tell(change("contact", "31", { property: world.now() }));
    await world.work();
    world.hubspot.associate("contact", "93", ["1"]);
    await world.drain();
    const persons = world.store.contactItems().filter((item) => item.type === "contactPerson");
    expect(persons).toContainEqual(expect.objectContaining({ contactId: "93", companyId: "1", state: "linked" }));
  });

  it.each(["51", "31"] as const)("reach what was restored, %s, by a later read", async (id) => {
    const type = id === "51" ? "deal" : "contact";
    world.hubspot.archive(type, id);
    await world.tell(change(type, id, { deleted: world.now() }));
    await world.drain();
    world.advance(3_600_000);
    world.hubspot.restore(type, id);
    world.hubspot.associate(type, id, []);
    await world.tell(change(type, id, { restored: world.now() }));
    await world.work();
    world.hubspot.associate(type, id, ["1"]);
    await world.drain();
    const [person] = world.store
      .contactItems()
      .filter((item) => item.contactId === id && item.type !== "contactTombstone");
    expect(type === "deal" ? await project(id) : person).toMatchObject({ state: "linked" });
  });

  it("bring the deals of a restored company back, which nothing here knows to be its own any more", async () => {
    world.hubspot.putCompany(sampleCompany("5", { exclusion: "no" }));
    world.hubspot.putDeal(sampleDeal("55"), "5");
    await world.tell(change("deal", "55"));
    await world.drain();
    world.advance(3_600_000);
    world.hubspot.archive("company", "5");
    await world.tell(change("company", "5", { deleted: world.now() }));
    await world.drain();
    expect(await project("55")).toMatchObject({ state: "waiting", reason: { code: "noCompany" } });
    world.advance(3_600_000);
    world.hubspot.restore("company", "5");
    world.hubspot.associate("deal", "55", []);
    await world.tell(change("company", "5", { restored: world.now() }));
    await world.work();
    world.hubspot.associate("deal", "55", ["5"]);
    await world.drain();
    expect(await project("55")).toMatchObject({ state: "excluded" });
  });

  it("reach what depends on a customer that has turned by a later read", async () => {
    world.hubspot.associate("deal", "51", []);
    world.hubspot.associate("contact", "31", []);
    await world.tell(change("deal", "51", { follow: world.now() }), change("contact", "31", { follow: world.now() }));
    await world.work();
    world.hubspot.associate("deal", "51", ["1"]);
    world.hubspot.associate("contact", "31", ["1"]);
    await world.drain();
    expect(describeStore()).toEqual(expect.arrayContaining(["contact 31 at 1", "project 51 at 1"]));
  });
});
