import { beforeEach, describe, expect, it } from "vitest";
import { sampleCompany, sampleContact, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";
import { MAX_LOOKS } from "../../lib/domain/decision.ts";
import { applyChanges } from "../../lib/sync/apply-changes.ts";
import type { Outcome } from "../../lib/sync/run.ts";
import { processChanges } from "../../lib/sync/process-changes.ts";
import { detachCustomerRecord } from "../../lib/sync/detach-record.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import type { Change } from "../../lib/domain/change.ts";

let world: SyncWorld;
beforeEach(async () => {
  world = createSyncWorld();
  for (const id of ["1", "2"]) {
    world.hubspot.putCompany(sampleCompany(id));
    await world.tell(change("company", id));
  }
  await world.drain();
  world.hubspot.putContact(sampleContact("3"), ["1", "2"]);
});

/** A worker of its own, working on one change. */
function startWorker(told: Change): Promise<unknown> {
  const message = { messageId: "m", deliveryId: "d", receivedAtMs: 1, receives: 1, changes: [told] };
  return processChanges(world.ports, [message], { maxReceives: 5 });
}

/** Lets exactly so many turns of the event loop's promise queue pass. */
async function passTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
}

const erasure = change("contact", "3", { erased: 1, deleted: 1 });
const creation = change("contact", "3", { created: 1 });

/** What is left of the contact but ids; a missing tombstone counts as well. */
function findLeftovers(): readonly unknown[] {
  const items = world.store.contactItems();
  const isRemembered = items.some(({ type }) => type === "contactTombstone");
  const personal = items.filter((item) => item.state !== "erased" || /Jörg|Groß|example/u.test(JSON.stringify(item)));
  return isRemembered ? personal : [...personal, "no tombstone"];
}

/** Contact 3 is at a detached customer and then merged into contact 4. */
async function mergeDetached(): Promise<void> {
  await world.tell(creation);
  await world.drain();
  await detachCustomerRecord({ ...world.ports, cause: "admin" }, { id: "1" });
  await world.drain();
  world.advance(3_600_000);
  world.hubspot.mergeContacts(["3", "4"], sampleContact("4"), ["1", "2"]);
  await world.tell({ ...change("contact", "4", { merged: 1 }), absorbs: ["3"] });
  await world.drain();
}

describe("applyContacts, on an erasure", () => {
  it("removes every copy at once, without asking HubSpot", async () => {
    await world.tell(creation);
    await world.drain();
    world.hubspot.calls.length = 0;
    await world.tell(erasure);
    await world.work();
    expect(world.store.contactItems()).toHaveLength(3);
    expect(findLeftovers()).toEqual([]);
    expect(world.hubspot.calls.filter(({ name }) => name.includes("contact"))).toEqual([]);
  });

  it("leaves a tombstone of a contact that was never seen, and nothing that comes later brings it back", async () => {
    await world.tell(erasure);
    await world.drain();
    for (const told of [creation, change("contact", "3", { restored: 9 }), change("contact", "3", { resync: 9 })]) {
      world.advance(3_600_000);
      await world.tell(told);
      await world.drain();
      expect(findLeftovers()).toEqual([]);
    }
  });

  it("erases the contact person of a detached customer as well", async () => {
    await world.tell(creation);
    await world.drain();
    for (const item of world.store.contactItems()) {
      if (item.type !== "contactPerson") continue;
      const reason = { code: "customerDetached", companyId: item.companyId } as const;
      await world.store.write({ ...item, state: "detached", reason, revision: item.revision + 1 });
    }
    await world.tell(erasure);
    await world.drain();
    expect(findLeftovers()).toEqual([]);
  });

  it("reaches what a detached customer kept of a contact that was merged into the erased one", async () => {
    await mergeDetached();
    expect(JSON.stringify(world.store.contactItems())).toMatch(/Jörg/u);
    await world.tell(change("contact", "4", { erased: 1, deleted: 1 }));
    await world.drain();
    expect(JSON.stringify(world.store.contactItems())).not.toMatch(/Jörg|Groß|example/u);
  });

  it("reaches it as well when the erasure was cut short at any write", async () => {
    for (let writes = 1; writes <= 6; writes += 1) {
      world = createSyncWorld();
      for (const id of ["1", "2"]) world.hubspot.putCompany(sampleCompany(id));
      await world.tell(change("company", "1"), change("company", "2"));
      await world.drain();
      world.hubspot.putContact(sampleContact("3"), ["1", "2"]);
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
      const creating = startWorker(creation);
      await passTurns(turns);
      await Promise.all([creating, startWorker(erasure)]);
      await world.drain();
      expect(findLeftovers()).toEqual([]);
    },
  );

  it.each(Array.from({ length: 30 }, (_, turns) => turns))(
    "wins over a creation that is %i turns behind but read before",
    async (turns) => {
      const erasing = startWorker(erasure);
      await passTurns(turns);
      await Promise.all([erasing, startWorker(creation)]);
      await world.drain();
      expect(findLeftovers()).toEqual([]);
    },
  );

  it("wins over a creation that stops anywhere between its read and its write", async () => {
    for (const stopped of ["readContacts", "readCustomers", "write", "readTombstone"]) {
      world = createSyncWorld();
      world.hubspot.putCompany(sampleCompany("1"));
      await world.tell(change("company", "1"));
      await world.drain();
      world.hubspot.putContact(sampleContact("3"), ["1"]);
      const { promise: gate, resolve: resume } = Promise.withResolvers<void>();
      let isFirst = true;
      world.faults.beforeStore = (name) => {
        if (name !== stopped || !isFirst) return undefined;
        isFirst = false;
        return gate;
      };
      const creating = startWorker(creation);
      await passTurns(200);
      await startWorker(erasure);
      resume();
      await creating;
      await world.drain();
      expect(findLeftovers()).toEqual([]);
    }
  });
});

describe("applyContacts, on a deletion", () => {
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
    const associating = startWorker({ ...change("contact", "3", { association: 1 }), expects });
    await passTurns(50);
    world.faults.afterHubSpot = undefined;
    world.hubspot.archive("contact", "3");
    await startWorker(change("contact", "3", { deleted: world.now() }));
    resume();
    await associating;
    await world.drain();
    expect(world.store.contactItems().filter(({ state }) => state === "linked")).toEqual([]);
  });
});

const apply = async (told: Change): Promise<Outcome | undefined> => {
  const [applied] = await applyChanges({ ...world.ports, cause: "event" }, [told], "d");
  return applied?.outcome;
};
const written = () => world.log.flatMap(({ fields: { type, id } }) => (type === "contactPerson" ? [String(id)] : []));
const mergedErasure = change("contact", "4", { erased: 1, deleted: 1 });

describe("applyContacts", () => {
  it("counts and tells each contact person that it wrote, and nothing when the same comes again", async () => {
    expect(await apply(creation)).toEqual({ kind: "done", writes: 2 });
    expect(written().toSorted()).toEqual(["3/1", "3/2"]);
    world.advance(3_600_000);
    expect(await apply(creation)).toEqual({ kind: "done", writes: 0 });
    expect(await apply(erasure)).toEqual({ kind: "done", writes: 2 });
    expect(written().slice(2).toSorted()).toEqual(["3/1", "3/2"]);
    expect(await apply(erasure)).toEqual({ kind: "done", writes: 0 });
    expect(written()).toHaveLength(4);
  });

  it("counts what it erased of a contact that was merged into the erased one", async () => {
    await mergeDetached();
    const left = world.store.contactItems().filter((item) => item.type === "contactPerson");
    expect(await apply(mergedErasure)).toEqual({ kind: "done", writes: left.length });
  });

  it("looks again where a detached customer turns whose company was absorbed, and the read shows it there still", async () => {
    world.hubspot.associate("contact", "3", ["1"]);
    await world.tell(creation);
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
      expect(await apply({ ...creation, looks })).toEqual({ kind: "again", why: "notFoundYet" });
    expect(world.store.contactItems()).toMatchObject([{ companyId: "1", state: "linked" }]);
    expect(await apply({ ...creation, looks: MAX_LOOKS })).toMatchObject({ kind: "done" });
    expect(world.store.contactItems()).toMatchObject([
      { companyId: "1", state: "linked" },
      { companyId: "7", state: "waiting" },
    ]);
  });

  it.each([
    ["a change", change("contact", "3")],
    ["an erasure", erasure],
  ])("gives up on %s after eight writes that lost their race", async (_name, told) => {
    await apply(creation);
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
    expect(await apply(told)).toMatchObject({
      kind: "failed",
      error: { name: "RetryableError", code: "locked", message },
    });
    expect(races).toBe(8);
  });
});

function isRecordOf(companyId: string, record: unknown): boolean {
  return typeof record === "object" && record !== null && "companyId" in record && record.companyId === companyId;
}
