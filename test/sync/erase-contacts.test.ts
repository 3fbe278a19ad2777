import { beforeEach, describe, expect, it } from "vitest";
import { detachCustomerRecord } from "../../lib/sync/detach-record.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import { CREATION, createContactWorld, ERASURE, listToldPersons } from "../fixtures/contact-world.ts";
import { sampleContact } from "../fixtures/sample-objects.ts";
import { samplePerson, sampleTombstone } from "../fixtures/sample-records.ts";
import { applyOne, change, meddleOnce, passTurns, startWorker, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;

beforeEach(async () => {
  world = await createContactWorld();
});

/** What is left of the contact but ids; a missing tombstone counts as well. */
function findLeftovers(): readonly unknown[] {
  const items = world.store.contactItems();
  const isRemembered = items.some(({ type }) => type === "contactTombstone");
  const personal = items.filter((item) => item.state !== "erased" || /Jörg|Groß|example/u.test(JSON.stringify(item)));
  return isRemembered ? personal : [...personal, "no tombstone"];
}

/** Contact 3 is at a detached customer and then merged into contact 4. */
async function mergeDetached(survivorAt: readonly string[] = ["1", "2"]): Promise<void> {
  await world.tell(CREATION);
  await world.drain();
  await detachCustomerRecord({ ...world.ports, cause: "admin" }, { id: "1" });
  await world.drain();
  world.advance(3_600_000);
  world.hubspot.mergeContacts(["3", "4"], sampleContact("4"), survivorAt);
  await world.tell({ ...change("contact", "4", { merged: 1 }), absorbs: ["3"] });
  await world.drain();
}

describe("applyContacts, on an erasure", () => {
  it("removes every copy at once, without asking HubSpot", async () => {
    await world.tell(CREATION);
    await world.drain();
    world.hubspot.calls.length = 0;
    await world.tell(ERASURE);
    await world.work();
    expect(world.store.contactItems()).toHaveLength(3);
    expect(findLeftovers()).toEqual([]);
    expect(world.hubspot.calls.filter(({ name }) => name.includes("contact"))).toEqual([]);
  });

  it("leaves a tombstone of a contact that was never seen, and nothing that comes later brings it back", async () => {
    await world.tell(ERASURE);
    await world.drain();
    for (const told of [CREATION, change("contact", "3", { restored: 9 }), change("contact", "3", { resync: 9 })]) {
      world.advance(3_600_000);
      await world.tell(told);
      await world.drain();
      expect(findLeftovers()).toEqual([]);
    }
  });

  it("erases the contact person of a detached customer as well", async () => {
    await world.tell(CREATION);
    await world.drain();
    for (const item of world.store.contactItems()) {
      if (item.type !== "contactPerson") continue;
      const reason = { code: "customerDetached", companyId: item.companyId } as const;
      await world.store.write({ ...item, state: "detached", reason, revision: item.revision + 1 });
    }
    await world.tell(ERASURE);
    await world.drain();
    expect(findLeftovers()).toEqual([]);
  });

  // Of a company in the bin, the survivor has no association.
  it.each([[["1", "2"]], [[]]])(
    "reaches what a detached customer kept of a merged contact, its survivor at %j",
    async (survivorAt) => {
      await mergeDetached(survivorAt);
      expect(JSON.stringify(world.store.contactItems())).toMatch(/Jörg/u);
      await world.tell(change("contact", "4", { erased: 1, deleted: 1 }));
      await world.drain();
      expect(JSON.stringify(world.store.contactItems())).not.toMatch(/Jörg|Groß|example/u);
    },
  );

  it("reaches it as well when the erasure was cut short at any write", async () => {
    for (let writes = 1; writes <= 6; writes += 1) {
      world = await createContactWorld();
      await mergeDetached();
      let left = writes;
      world.faults.beforeStore = (name) => {
        if (name === "write" && left-- <= 0) throw new RetryableError("cut short", { code: "unreachable" });
      };
      await world.tell(change("contact", "4", { erased: 1, deleted: 1 }));
      await world.work();
      delete world.faults.beforeStore;
      await world.drain();
      expect(JSON.stringify(world.store.contactItems())).not.toMatch(/Jörg|Groß|example/u);
    }
  });

  it.each(Array.from({ length: 60 }, (_, turns) => turns))(
    "wins over a creation that is %i turns ahead",
    async (turns) => {
      const creating = startWorker(world, CREATION);
      await passTurns(turns);
      await Promise.all([creating, startWorker(world, ERASURE)]);
      await world.drain();
      expect(findLeftovers()).toEqual([]);
    },
  );

  it.each(Array.from({ length: 30 }, (_, turns) => turns))(
    "wins over a creation that is %i turns behind but read before",
    async (turns) => {
      const erasing = startWorker(world, ERASURE);
      await passTurns(turns);
      await Promise.all([erasing, startWorker(world, CREATION)]);
      await world.drain();
      expect(findLeftovers()).toEqual([]);
    },
  );

  it("wins over a creation that stops anywhere between its read and its write", async () => {
    for (const stopped of ["readContacts", "readCustomers", "write", "readTombstone"]) {
      world = await createContactWorld();
      world.hubspot.associate("contact", "3", ["1"]);
      const { promise: gate, resolve: resume } = Promise.withResolvers<void>();
      let isFirst = true;
      world.faults.beforeStore = (name) => {
        if (name !== stopped || !isFirst) return undefined;
        isFirst = false;
        return gate;
      };
      const creating = startWorker(world, CREATION);
      await passTurns(200);
      await startWorker(world, ERASURE);
      resume();
      await creating;
      await world.drain();
      expect(findLeftovers()).toEqual([]);
    }
  });

  it("counts and tells each contact person that it erased, and nothing when the same comes again", async () => {
    await applyOne(world, CREATION);
    world.log.length = 0;
    expect(await applyOne(world, ERASURE)).toEqual({ kind: "done", writes: 2 });
    expect(listToldPersons(world)).toEqual(["3/1", "3/2"]);
    expect(await applyOne(world, ERASURE)).toEqual({ kind: "done", writes: 0 });
    expect(listToldPersons(world)).toHaveLength(2);
  });

  it("counts and tells them as well where one write lost its race", async () => {
    await applyOne(world, CREATION);
    world.log.length = 0;
    meddleOnce(world, { state: "erased", companyId: "1" }, () =>
      world.store.write(samplePerson("3", "1", { revision: 2 })),
    );
    expect(await applyOne(world, ERASURE)).toEqual({ kind: "done", writes: 2 });
    expect(listToldPersons(world)).toEqual(["3/1", "3/2"]);
    expect(findLeftovers()).toEqual([]);
  });

  it("counts what it erased of a contact that was merged into the erased one", async () => {
    await mergeDetached();
    const left = world.store.contactItems().filter((item) => item.type === "contactPerson");
    const told = change("contact", "4", { erased: 1, deleted: 1 });
    expect(await applyOne(world, told)).toEqual({ kind: "done", writes: left.length });
  });

  it("leaves the other contacts of the same companies as they are", async () => {
    await applyOne(world, CREATION);
    const other = samplePerson("5", "1");
    await world.store.write(other);
    expect(await applyOne(world, ERASURE)).toEqual({ kind: "done", writes: 2 });
    expect(world.store.contactItems()).toContainEqual(other);
  });

  it("leaves its tombstone where a deletion has left one in between", async () => {
    await applyOne(world, CREATION);
    meddleOnce(world, { type: "contactTombstone" }, () =>
      world.store.write(sampleTombstone("3", { state: "deleted" })),
    );
    expect(await applyOne(world, ERASURE)).toEqual({ kind: "done", writes: 2 });
    expect(findLeftovers()).toEqual([]);
  });

  it("finds what a worker that died since has created between the first look and the tombstone", async () => {
    await applyOne(world, CREATION);
    meddleOnce(world, { type: "contactTombstone" }, () => world.store.write(samplePerson("3", "7")));
    expect(await applyOne(world, ERASURE)).toEqual({ kind: "done", writes: 3 });
    expect(findLeftovers()).toEqual([]);
  });
});
