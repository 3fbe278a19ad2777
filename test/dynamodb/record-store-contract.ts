import { describe, expect, it } from "vitest";
import { BadCursorError } from "../../lib/sync/errors.ts";
import type { ListQuery, Page, RecordStore, RecordStreams } from "../../lib/sync/ports.ts";
import {
  sampleCustomer,
  samplePerson,
  sampleProject,
  sampleTombstone,
  sampleUntransferred,
} from "../fixtures/sample-records.ts";

type Store = RecordStore & RecordStreams;

const HISTORY = [{ atMs: 1_790_000_000_000, cause: "event", fields: [{ field: "name", from: "A", to: "B" }] }] as const;

const PERSON_FIELDS = {
  salutation: "Herr",
  firstName: "",
  lastName: "Weiß",
  jobTitle: "",
  email: "",
  phone: "",
  mobile: "",
  primary: false,
};

/** What every record store does, whatever it is made of. `createStore` answers a new, empty one. */
export function describeRecordStore(name: string, createStore: () => Promise<Store>): void {
  describe(`RecordStore: ${name}`, () => {
    describeReads(createStore);
    describeWrites(createStore);
    describeReservations(createStore);
    describeHandOver(createStore);
    describeLists(createStore);
    describeStreams(createStore);
  });
}

function describeReads(createStore: () => Promise<Store>): void {
  it("reads what was written, with umlauts, emoji, history and 20-digit ids", async () => {
    const store = await createStore();
    const id = "18446744073709551615";
    const customer = sampleCustomer(id, { history: HISTORY, isFollowUpDue: true, absorbedIds: ["1", "2"] });
    const project = sampleProject(id, "5", {
      fields: { description: "Straße 🏗 漢字", companyId: "5" },
      history: HISTORY,
    });
    await store.write(customer);
    await store.write(project);
    expect(await store.readCustomers([id])).toEqual(new Map([[id, customer]]));
    expect(await store.readProjects([id])).toEqual(new Map([[id, project]]));
  });

  it("leaves out ids that nothing is stored under, also ids that HubSpot cannot have", async () => {
    const store = await createStore();
    await store.write(sampleCustomer("7"));
    expect([...(await store.readCustomers(["7", "8", "07", "", "x", "7"])).keys()]).toEqual(["7"]);
    expect((await store.readProjects(["7"])).size).toBe(0);
  });

  it("reads more ids than one request of DynamoDB takes", async () => {
    const store = await createStore();
    const ids = Array.from({ length: 130 }, (_, index) => String(1000 + index));
    await Promise.all(ids.map((id) => store.write(sampleCustomer(id))));
    expect([...(await store.readCustomers(ids)).keys()].toSorted()).toEqual(ids);
  });

  it("reads all persons of each contact and its tombstone, and an entry for a contact without any", async () => {
    const store = await createStore();
    const persons = [samplePerson("12", "3"), samplePerson("12", "20")];
    const tombstone = sampleTombstone("12", { state: "merged", mergedInto: "99" });
    await Promise.all([...persons, tombstone, samplePerson("120", "3"), samplePerson("1", "23")].map(store.write));
    const contacts = await store.readContacts(["12", "404", "12", "x"]);
    expect([...contacts.keys()]).toEqual(["12", "404", "x"]);
    expect(contacts.get("12")).toEqual({ persons, tombstone });
    expect(contacts.get("404")).toEqual({ persons: [] });
    expect(await store.readTombstone("12")).toEqual(tombstone);
    expect(await store.readTombstone("1")).toBeUndefined();
  });

  it("answers contacts and deals of a customer, by the company a project depends on", async () => {
    const store = await createStore();
    await Promise.all(
      [
        samplePerson("1", "5"),
        samplePerson("2", "5", { state: "waiting", reason: { code: "customerNotHere", companyId: "5" } }),
        samplePerson("3", "55"),
        sampleProject("4", "5"),
        sampleProject("6", "7", { dependsOnCompanyId: "5" }),
        sampleProject("8", "5", { dependsOnCompanyId: "7" }),
      ].map(store.write),
    );
    const { contactIds, dealIds } = await store.readDependantIds("5");
    expect(contactIds.toSorted()).toEqual(["1", "2"]);
    expect(dealIds.toSorted()).toEqual(["4", "6"]);
    expect(await store.readDependantIds("404")).toEqual({ contactIds: [], dealIds: [] });
  });

  it("answers the contacts that merges absorbed into one, also once they are erased, and nobody's else", async () => {
    const store = await createStore();
    await Promise.all(
      [
        sampleTombstone("1", { state: "merged", mergedInto: "9" }),
        sampleTombstone("2", { state: "erased", mergedInto: "9" }),
        sampleTombstone("3", { state: "merged", mergedInto: "99" }),
        sampleTombstone("4", { state: "deleted" }),
        samplePerson("9", "5"),
      ].map(store.write),
    );
    expect((await store.readAbsorbedContactIds("9")).toSorted()).toEqual(["1", "2"]);
    expect(await store.readAbsorbedContactIds("404")).toEqual([]);
    expect(await store.readDependantIds("9")).toEqual({ contactIds: [], dealIds: [] });
  });

  it("finds a project under its new customer only, once it has moved", async () => {
    const store = await createStore();
    await store.write(sampleProject("4", "5"));
    await store.write(sampleProject("4", "6", { revision: 2 }));
    expect((await store.readDependantIds("5")).dealIds).toEqual([]);
    expect((await store.readDependantIds("6")).dealIds).toEqual(["4"]);
  });
}

function describeWrites(createStore: () => Promise<Store>): void {
  it("refuses a first revision when something else is stored", async () => {
    const store = await createStore();
    expect(await store.write(sampleCustomer("7"))).toBe("written");
    expect(await store.write(sampleCustomer("7", { isFollowUpDue: true }))).toBe("conflict");
    expect((await store.readCustomers(["7"])).get("7")?.isFollowUpDue).toBe(false);
  });

  it("refuses a revision that does not follow the stored one", async () => {
    const store = await createStore();
    expect(await store.write(sampleCustomer("7", { revision: 2 }))).toBe("conflict");
    await store.write(sampleCustomer("7"));
    expect(await store.write(sampleCustomer("7", { revision: 3 }))).toBe("conflict");
    expect(await store.write(sampleCustomer("7", { revision: 2 }))).toBe("written");
    expect(await store.write(sampleCustomer("7", { revision: 2, isFollowUpDue: true }))).toBe("conflict");
  });

  it("takes the very same write twice, as after a lost answer", async () => {
    const store = await createStore();
    const first = sampleCustomer("7", { history: HISTORY });
    expect([await store.write(first), await store.write(first)]).toEqual(["written", "written"]);
    await store.write({ ...first, revision: 2 });
    expect(await store.write(first)).toBe("conflict");
  });

  it("lets exactly one of two concurrent writers win", async () => {
    const store = await createStore();
    const outcomes = await Promise.all(
      [1, 2, 3, 4].map((readAtMs) =>
        store.write(samplePerson("7", "5", { fence: { sourceUpdatedAtMs: 1, readAtMs } })),
      ),
    );
    expect(outcomes.toSorted()).toEqual(["conflict", "conflict", "conflict", "written"]);
  });

  it("keeps contact persons of one contact and its tombstone apart", async () => {
    const store = await createStore();
    const outcomes = [
      await store.write(samplePerson("7", "5")),
      await store.write(samplePerson("7", "6")),
      await store.write(sampleTombstone("7")),
      await store.write(sampleTombstone("7", { state: "deleted" })),
    ];
    expect(outcomes).toEqual(["written", "written", "written", "conflict"]);
  });

  it("refuses an id that HubSpot cannot have", async () => {
    const store = await createStore();
    await expect(store.write(sampleCustomer("07"))).rejects.toMatchObject({ code: "refused" });
  });
}

function describeReservations(createStore: () => Promise<Store>): void {
  const claim = { kind: "customerNumber", number: "K-100 ü", holderId: "1" } as const;

  it("reserves a free number, again for its holder with the new time, and for nobody else", async () => {
    const store = await createStore();
    expect(await store.reserveNumber({ ...claim, atMs: 10 })).toEqual({ kind: "reserved" });
    expect(await store.reserveNumber({ ...claim, atMs: 20 })).toEqual({ kind: "reserved" });
    const taken = { kind: "taken", holderId: "1", reservedAtMs: 20 };
    expect(await store.reserveNumber({ ...claim, holderId: "2", atMs: 30 })).toEqual(taken);
  });

  it("takes a number over from the named holder only", async () => {
    const store = await createStore();
    await store.reserveNumber({ ...claim, atMs: 10 });
    const other = { ...claim, holderId: "2", atMs: 20 };
    expect(await store.reserveNumber({ ...other, takeFrom: "3" })).toMatchObject({ kind: "taken", holderId: "1" });
    expect(await store.reserveNumber({ ...other, takeFrom: "1" })).toEqual({ kind: "reserved" });
    expect(await store.reserveNumber({ ...claim, atMs: 30 })).toMatchObject({ kind: "taken", holderId: "2" });
  });

  it("keeps customer numbers and short forms apart", async () => {
    const store = await createStore();
    await store.reserveNumber({ ...claim, atMs: 10 });
    const other = { ...claim, kind: "shortForm", holderId: "2", atMs: 10 } as const;
    expect(await store.reserveNumber(other)).toEqual({ kind: "reserved" });
  });

  it("gives a number back for its holder only, and as often as asked", async () => {
    const store = await createStore();
    await store.reserveNumber({ ...claim, atMs: 10 });
    await store.releaseNumber({ ...claim, holderId: "2" });
    expect(await store.reserveNumber({ ...claim, holderId: "2", atMs: 20 })).toMatchObject({ kind: "taken" });
    await store.releaseNumber(claim);
    await store.releaseNumber(claim);
    expect(await store.reserveNumber({ ...claim, holderId: "2", atMs: 20 })).toEqual({ kind: "reserved" });
  });

  it("does not give back a number that its holder has reserved again since", async () => {
    const store = await createStore();
    await store.reserveNumber({ ...claim, atMs: 20 });
    const other = { ...claim, holderId: "2", atMs: 30 };
    await store.releaseNumber({ ...claim, reservedUntilMs: 19 });
    expect(await store.reserveNumber(other)).toMatchObject({ kind: "taken" });
    await store.releaseNumber({ ...claim, reservedUntilMs: 20 });
    expect(await store.reserveNumber(other)).toEqual({ kind: "reserved" });
  });

  it("reserves a number for exactly one of many at once", async () => {
    const store = await createStore();
    const outcomes = await Promise.all(
      ["1", "2", "3", "4"].map((holderId) => store.reserveNumber({ ...claim, holderId, atMs: 10 })),
    );
    expect(outcomes.filter(({ kind }) => kind === "reserved")).toHaveLength(1);
  });

  it("lists every reservation of a kind once", async () => {
    const store = await createStore();
    const numbers = Array.from({ length: 230 }, (_, index) => `N${String(index).padStart(3, "0")}`);
    await Promise.all(
      numbers.map((number) => store.reserveNumber({ kind: "shortForm", number, holderId: "9", atMs: 5 })),
    );
    await store.reserveNumber({ ...claim, atMs: 10 });
    const listed = await collect((cursor) => store.listReservations("shortForm", cursor));
    expect(listed.map(({ number }) => number).toSorted()).toEqual(numbers);
    expect(listed[0]).toMatchObject({ kind: "shortForm", holderId: "9", reservedAtMs: 5 });
    await expect(store.listReservations("shortForm", "x")).rejects.toBeInstanceOf(BadCursorError);
  });
}

/** Customers 1 and 90, and who has which number since when. */
async function look(store: Store) {
  const customers = await store.readCustomers(["1", "90"]);
  const reservations = await collect((cursor) => store.listReservations("customerNumber", cursor));
  return { customers, holders: reservations.map(({ holderId, reservedAtMs }) => [holderId, reservedAtMs]) };
}

function describeHandOver(createStore: () => Promise<Store>): void {
  const claim = { kind: "customerNumber", number: "K-1", holderId: "90", takeFrom: "1", atMs: 20 } as const;
  const survivor = sampleCustomer("90", { customerNumber: "K-1" });
  const pointer = sampleUntransferred("1", {
    state: "merged",
    reason: { code: "absorbedBy", survivorId: "90" },
    revision: 2,
  });

  /** A store in which customer 1 has the number. */
  async function createHolder(): Promise<Store> {
    const store = await createStore();
    await store.write(sampleCustomer("1", { customerNumber: "K-1" }));
    await store.reserveNumber({ kind: "customerNumber", number: "K-1", holderId: "1", atMs: 10 });
    return store;
  }

  it("moves a number from one record to another in one step", async () => {
    const store = await createHolder();
    expect(await store.handOver({ survivor, pointer, claim })).toEqual({ kind: "written" });
    expect(await look(store)).toEqual({
      customers: new Map([
        ["1", pointer],
        ["90", survivor],
      ]),
      holders: [["90", 20]],
    });
  });

  it("moves a short form as well", async () => {
    const store = await createStore();
    await store.write(sampleProject("5", "1", { shortForm: "UMBAU" }));
    await store.reserveNumber({ kind: "shortForm", number: "UMBAU", holderId: "5", atMs: 10 });
    const {
      fields: _,
      own: _own,
      shortForm: _form,
      ...rest
    } = sampleProject("5", "1", { state: "merged", revision: 2 });
    const moved = {
      survivor: sampleProject("95", "1", { shortForm: "UMBAU" }),
      pointer: { ...rest, reason: { code: "absorbedBy", survivorId: "95" } },
      claim: { kind: "shortForm", number: "UMBAU", holderId: "95", takeFrom: "5", atMs: 20 },
    } as const;
    expect(await store.handOver(moved)).toEqual({ kind: "written" });
    expect(await store.readProjects(["5", "95"])).toMatchObject(
      new Map([
        ["5", { state: "merged" }],
        ["95", { shortForm: "UMBAU" }],
      ]),
    );
  });

  it.each([
    ["the giver has moved on", sampleCustomer("1", { customerNumber: "K-1", revision: 2 })],
    ["the survivor is there already", sampleCustomer("90", { customerNumber: "90" })],
  ])("changes nothing when %s", async (_case, written) => {
    const store = await createHolder();
    await store.write(written);
    const before = await look(store);
    expect(await store.handOver({ survivor, pointer, claim })).toEqual({ kind: "conflict" });
    expect(await look(store)).toEqual(before);
  });

  it("changes nothing when the number is somebody else's, and names who that is", async () => {
    const store = await createHolder();
    const before = await look(store);
    const taken = { kind: "taken", holderId: "1", reservedAtMs: 10 };
    expect(await store.handOver({ survivor, pointer, claim: { ...claim, takeFrom: "7" } })).toEqual(taken);
    expect(await look(store)).toEqual(before);
  });

  it("lets exactly one of two survivors have it", async () => {
    const store = await createHolder();
    const other = { survivor: { ...survivor, companyId: "91" }, pointer, claim: { ...claim, holderId: "91" } };
    const outcomes = await Promise.all([store.handOver({ survivor, pointer, claim }), store.handOver(other)]);
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(["conflict", "written"]);
    expect([...(await store.readCustomers(["90", "91"])).keys()]).toHaveLength(1);
  });
}

function describeLists(createStore: () => Promise<Store>): void {
  const excluded = { state: "excluded", reason: { code: "detachedByAdmin" } } as const;

  async function createFilledStore(): Promise<Store> {
    const store = await createStore();
    await Promise.all(
      [
        sampleCustomer("2", { history: HISTORY }),
        sampleCustomer("10"),
        sampleCustomer("9", excluded),
        sampleUntransferred("5"),
        sampleUntransferred("3", { state: "merged", reason: { code: "absorbedBy", survivorId: "2" } }),
        sampleCustomer("30", { customerNumber: "K-77" }),
        samplePerson("100", "2"),
        samplePerson("100", "10"),
        samplePerson("11", "2", { state: "deleted", reason: { code: "notAssociated", companyId: "2" } }),
        samplePerson("12", "2", { ...excluded, fields: { ...PERSON_FIELDS, firstName: "Ömer".normalize("NFD") } }),
        sampleTombstone("100", { state: "deleted" }),
        sampleTombstone("7"),
        sampleProject("4", "2"),
        sampleProject("41", "2", { state: "outOfStage", reason: { code: "stageNotSelected", stageId: "s" } }),
        sampleProject("40", "10", { dependsOnCompanyId: "2" }),
      ].map(store.write),
    );
    return store;
  }

  it.each<[string, Omit<ListQuery, "limit">, string[]]>([
    ["without state leave out what was never transferred and pointers", {}, ["2", "9", "10", "30"]],
    ["by state linked", { state: "linked" }, ["2", "10", "30"]],
    ["by another state show also what was never transferred", { state: "excluded" }, ["5", "9"]],
    ["by state merged show pointers", { state: "merged" }, ["3"]],
    ["by a state that none is in", { state: "failing" }, []],
    ["by company", { companyId: "10" }, ["10"]],
    ["by a company that HubSpot cannot have", { companyId: "x" }, []],
    ["by the start of the name in any case", { prefix: "mÜLLER & söhne 1" }, ["10"]],
    ["by the start of the name however it is spelled", { prefix: "MÜLLER".normalize("NFD") }, ["2", "9", "10", "30"]],
    ["by the start of the number in any case", { prefix: "k-7" }, ["30"]],
    ["by state and prefix", { state: "excluded", prefix: "müller" }, ["9"]],
  ])("lists customers in id order: %s", async (_, query, expected) => {
    const store = await createFilledStore();
    for (const limit of [1, 2, 50]) {
      const listed = await collect((cursor) => store.listCustomers({ ...query, limit, ...(cursor && { cursor }) }));
      expect(listed.map(({ companyId }) => companyId)).toEqual(expected);
    }
  });

  it.each<[string, Omit<ListQuery, "limit">, string[]]>([
    ["without state", {}, ["4", "40", "41"]],
    ["by the company they depend on", { companyId: "2" }, ["4", "40", "41"]],
    ["by a company they only show", { companyId: "10" }, []],
    ["by company and state", { companyId: "2", state: "outOfStage" }, ["41"]],
    ["by company and prefix", { companyId: "2", prefix: "umbau 40" }, ["40"]],
  ])("lists projects in id order: %s", async (_, query, expected) => {
    const store = await createFilledStore();
    for (const limit of [1, 50]) {
      const listed = await collect((cursor) => store.listProjects({ ...query, limit, ...(cursor && { cursor }) }));
      expect(listed.map(({ dealId }) => dealId)).toEqual(expected);
    }
  });

  it.each<[string, Omit<ListQuery, "limit">, string[]]>([
    ["without state leave out deleted ones and tombstones", {}, ["12/2", "100/2", "100/10"]],
    ["by company", { companyId: "2" }, ["12/2", "100/2"]],
    ["by state", { state: "deleted" }, ["11/2"]],
    ["by the start of the name", { prefix: "öm" }, ["12/2"]],
  ])("lists contact persons in id order: %s", async (_, query, expected) => {
    const store = await createFilledStore();
    for (const limit of [1, 50]) {
      const listed = await collect((cursor) =>
        store.listContactPersons({ ...query, limit, ...(cursor && { cursor }) }),
      );
      expect(listed.map(({ contactId, companyId }) => `${contactId}/${companyId}`)).toEqual(expected);
    }
  });

  it("gives no cursor with a page that ends the list exactly", async () => {
    const store = await createFilledStore();
    const page = await store.listCustomers({ limit: 4 });
    expect(page.items).toHaveLength(4);
    expect(page.cursor).toBeUndefined();
  });

  it("leaves the history out of lists", async () => {
    const store = await createFilledStore();
    expect((await store.listCustomers({ limit: 1 })).items[0]?.history).toEqual([]);
  });

  it("refuses a cursor that is malformed or of another list", async () => {
    const store = await createFilledStore();
    const { cursor } = await store.listCustomers({ limit: 1 });
    expect(cursor).toMatch(/^[\w-]+$/u);
    for (const bad of ["", "x", "../..", `${cursor}=`]) {
      await expect(store.listCustomers({ limit: 1, cursor: bad })).rejects.toBeInstanceOf(BadCursorError);
    }
    await expect(store.listProjects({ limit: 1, ...(cursor && { cursor }) })).rejects.toBeInstanceOf(BadCursorError);
  });
}

function describeStreams(createStore: () => Promise<Store>): void {
  it("streams customers and projects in ascending id order, each once, without history", async () => {
    const store = await createStore();
    const ids = Array.from({ length: 120 }, (_, index) => String((index * 7919) % 100_003));
    await Promise.all(
      ids.flatMap((id) => [sampleCustomer(id, { history: HISTORY }), sampleProject(id, "5")]).map(store.write),
    );
    const expected = ids.toSorted((left, right) => Number(left) - Number(right));
    const customers = await toArray(store.streamCustomers({}));
    const projects = await toArray(store.streamProjects({}));
    expect(customers.map(({ companyId }) => companyId)).toEqual(expected);
    expect(projects.map(({ dealId }) => dealId)).toEqual(expected);
    expect(customers[0]).toEqual(sampleCustomer(expected[0] ?? ""));
  });

  it("streams a range: above its lower bound, up to and with its upper one", async () => {
    const store = await createStore();
    await Promise.all(["1", "2", "3", "10", "20"].map((id) => store.write(sampleCustomer(id))));
    const ids = async (range: { afterId?: string; toId?: string }): Promise<readonly string[]> =>
      (await toArray(store.streamCustomers(range))).map(({ companyId }) => companyId);
    expect(await ids({ afterId: "2", toId: "10" })).toEqual(["3", "10"]);
    expect(await ids({ toId: "2" })).toEqual(["1", "2"]);
    expect(await ids({ afterId: "20" })).toEqual([]);
  });

  it("streams contacts grouped, with their tombstones", async () => {
    const store = await createStore();
    const persons = ["3", "20", "100"].map((companyId) => samplePerson("12", companyId));
    await Promise.all(
      [...persons, sampleTombstone("12"), sampleTombstone("9"), samplePerson("120", "3")].map(store.write),
    );
    expect(await toArray(store.streamContacts({ afterId: "8", toId: "12" }))).toEqual([
      { contactId: "9", persons: [], tombstone: sampleTombstone("9") },
      { contactId: "12", persons, tombstone: sampleTombstone("12") },
    ]);
  });

  it("streams the ids of the customers in a state, ascending", async () => {
    const store = await createStore();
    const ids = Array.from({ length: 40 }, (_, index) => String((index * 7919) % 100_003));
    await Promise.all(
      ids.map((id, index) => store.write(sampleCustomer(id, index % 2 === 0 ? { state: "excluded" } : {}))),
    );
    const excluded = ids.filter((_, index) => index % 2 === 0);
    const ascending = excluded.toSorted((left, right) => Number(left) - Number(right));
    expect(await toArray(store.streamCustomerIds("excluded"))).toEqual(ascending);
    expect(await toArray(store.streamCustomerIds("deleted"))).toEqual([]);
  });

  it("ends quietly when its reader stops early", async () => {
    const store = await createStore();
    await Promise.all(["1", "2", "3"].map((id) => store.write(sampleCustomer(id))));
    for await (const { companyId } of store.streamCustomers({})) {
      expect(companyId).toBe("1");
      break;
    }
    expect(await toArray(store.streamCustomers({}))).toHaveLength(3);
  });
}

async function toArray<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const array: T[] = [];
  for await (const item of items) array.push(item);
  return array;
}

async function collect<T>(readPage: (cursor: string | undefined) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<T> = await readPage(cursor);
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}
