import { beforeEach, describe, expect, it } from "vitest";
import { MAX_LOOKS } from "../../lib/domain/decision.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import { sampleCompany, sampleContact, sampleDeal, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";
import { createTransferredWorld } from "../fixtures/transferred-world.ts";

let world: SyncWorld;
beforeEach(() => {
  world = createSyncWorld();
});

const statesOf = (records: readonly { readonly state: string }[]): readonly string[] =>
  records.map(({ state }) => state);
const readCount = (name: string): number => world.hubspot.calls.filter((call) => call.name === name).length;

/** Company 1 with contact 3 and deal 5 is in the portal and transferred. */
async function transferOne(): Promise<void> {
  world = await createTransferredWorld();
  world.hubspot.calls.length = 0;
}

let updates = 0;
const later = (): { readonly updatedAtMs: number } => ({ updatedAtMs: UPDATED_AT_MS + 10_000 + (updates += 1) });

describe("applySightings", () => {
  it("pulls a company in that is not here, once for all that name it, before what belongs to it", async () => {
    await transferOne();
    expect(world.store.customers()).toMatchObject([{ companyId: "1", state: "linked", customerNumber: "1" }]);
    expect(world.store.projects()).toMatchObject([{ state: "linked", shortForm: "5", fields: { companyId: "1" } }]);
    expect(world.store.contactItems()).toMatchObject([{ state: "linked", fields: { primary: true } }]);
  });

  it("does not read a company again that is here", async () => {
    await transferOne();
    await world.tell(change("contact", "3"), change("deal", "5"));
    await world.drain();
    expect(readCount("readObjects company")).toBe(0);
  });

  it("pulls an excluded company in as an entry, and holds what belongs to it", async () => {
    world.hubspot.putCompany(sampleCompany("1", { exclusion: "nein" }));
    world.hubspot.putContact(sampleContact("3"), ["1"]);
    world.hubspot.putDeal(sampleDeal("5"), "1");
    await world.tell(change("contact", "3"), change("deal", "5"));
    await world.drain();
    for (const records of [world.store.customers(), world.store.projects(), world.store.contactItems()]) {
      expect(records).toMatchObject([{ state: "excluded" }]);
      expect(records[0]).not.toHaveProperty("fields");
    }
  });

  it("looks again for a company that HubSpot does not show yet, then lets the deal wait", async () => {
    world.hubspot.putDeal(sampleDeal("5"), "1");
    await world.tell(change("deal", "5"));
    for (let look = 0; look < MAX_LOOKS; look += 1) {
      world.advance(60_000);
      await world.work();
      expect(world.store.projects()).toEqual([]);
    }
    await world.drain();
    expect(world.store.projects()).toMatchObject([
      { state: "waiting", reason: { code: "customerNotHere", companyId: "1" } },
    ]);
    expect(world.store.customers()).toEqual([]);
  });

  it("reads no company for a deal outside the stages and settles it at once", async () => {
    world.hubspot.putCompany(sampleCompany("1"));
    world.hubspot.putDeal(sampleDeal("5", { stageId: "lost" }), "1");
    await world.tell(change("deal", "5"));
    await world.work();
    expect(world.store.projects()).toMatchObject([{ state: "outOfStage", dependsOnCompanyId: "1" }]);
    expect(world.queue.size()).toBe(0);
    expect(readCount("readObjects company")).toBe(0);
  });

  it("freezes a project at once when its deal leaves the stages, and goes on with the same one", async () => {
    await transferOne();
    world.hubspot.putDeal(sampleDeal("5", { stageId: "lost", description: "Neu", ...later() }));
    await world.tell(change("deal", "5"));
    await world.work();
    expect(world.store.projects()).toMatchObject([{ state: "outOfStage", fields: { description: "Relaunch 5" } }]);
    world.hubspot.putDeal(sampleDeal("5", { description: "Neu", ...later() }));
    await world.tell(change("deal", "5"));
    await world.drain();
    expect(world.store.projects()).toMatchObject([{ state: "linked", fields: { description: "Neu" }, shortForm: "5" }]);
  });

  it("freezes a customer with its contacts and deals when it is excluded, and brings all back", async () => {
    await transferOne();
    world.hubspot.putCompany(sampleCompany("1", { exclusion: "no", name: "Neu", ...later() }));
    await world.tell(change("company", "1"));
    await world.drain();
    world.hubspot.putContact(sampleContact("3", { lastName: "Neu", ...later() }));
    await world.tell(change("contact", "3"));
    await world.drain();
    expect(world.store.customers()).toMatchObject([
      { state: "excluded", fields: { name: "Bäckerei 1" }, isFollowUpDue: false },
    ]);
    expect(world.store.contactItems()).toMatchObject([{ state: "excluded", fields: { lastName: "Groß 3" } }]);
    expect(world.store.projects()).toMatchObject([{ state: "excluded", fields: { companyId: "1" } }]);
    world.advance(3_600_000);
    world.hubspot.putCompany(sampleCompany("1", { name: "Neu", ...later() }));
    await world.tell(change("company", "1"));
    await world.drain();
    expect(world.store.customers()).toMatchObject([{ state: "linked", fields: { name: "Neu" }, isFollowUpDue: false }]);
    expect(world.store.contactItems()).toMatchObject([{ state: "linked", fields: { lastName: "Neu" } }]);
    expect(statesOf(world.store.projects())).toEqual(["linked"]);
  });

  describe("of companies that turn together", () => {
    beforeEach(async () => {
      for (const id of ["1", "2", "3"]) {
        world.hubspot.putCompany(sampleCompany(id));
        world.hubspot.putDeal(sampleDeal(`${id}0`), id);
        await world.tell(change("deal", `${id}0`));
      }
      await world.drain();
      world.advance(3_600_000);
      world.hubspot.calls.length = 0;
      for (const id of ["1", "2", "3"]) {
        world.hubspot.putCompany(sampleCompany(id, { exclusion: "no", ...later() }));
        await world.tell(change("company", id));
      }
    });

    it("asks HubSpot for the contacts and deals of all in one call each", async () => {
      await world.work();
      expect(readCount("readDependantIds contact")).toBe(1);
      expect(readCount("readDependantIds deal")).toBe(1);
      expect(world.store.customers().map(({ isFollowUpDue }) => isFollowUpDue)).toEqual([false, false, false]);
      await world.drain();
      expect(statesOf(world.store.projects())).toEqual(["excluded", "excluded", "excluded"]);
    });

    it("leaves the mark on all when HubSpot does not tell what depends on them, and starts over", async () => {
      world.faults.beforeHubSpot = (name) => {
        if (name === "readDependantIds deal") throw new RetryableError("HubSpot is away", { code: "serverError" });
      };
      await world.work();
      expect(world.store.customers().map(({ isFollowUpDue }) => isFollowUpDue)).toEqual([true, true, true]);
      delete world.faults.beforeHubSpot;
      await world.drain();
      expect(statesOf(world.store.projects())).toEqual(["excluded", "excluded", "excluded"]);
    });
  });

  it("makes a project of a waiting deal when its company appears", async () => {
    world.hubspot.putDeal(sampleDeal("5"));
    await world.tell(change("deal", "5"));
    await world.drain();
    expect(world.store.projects()).toMatchObject([{ state: "waiting", reason: { code: "noCompany" } }]);
    world.hubspot.putCompany(sampleCompany("1"));
    world.hubspot.associate("deal", "5", ["1"]);
    await world.tell({ ...change("deal", "5", { association: 1 }), expects: { "1": { isAssociated: true, atMs: 1 } } });
    await world.drain();
    expect(world.store.projects()).toMatchObject([{ state: "linked", fields: { companyId: "1" } }]);
  });

  it("makes one contact person for each company of a contact and ends the one that is no longer associated", async () => {
    await transferOne();
    world.hubspot.putCompany(sampleCompany("2"));
    world.hubspot.associate("contact", "3", ["2"]);
    const expects = { "1": { isAssociated: false, atMs: 1 }, "2": { isAssociated: true, atMs: 1 } };
    await world.tell({ ...change("contact", "3", { association: 1 }), expects });
    await world.drain();
    expect(world.store.contactItems()).toMatchObject([
      { companyId: "1", state: "deleted", reason: { code: "notAssociated" } },
      { companyId: "2", state: "linked" },
    ]);
  });

  it("holds a new customer whose number is taken, tells by whom, and clears it when it is free", async () => {
    await world.store.write(sampleCustomer("7", { customerNumber: "1" }));
    await world.store.reserveNumber({ kind: "customerNumber", number: "1", holderId: "7", atMs: world.now() });
    world.hubspot.putCompany(sampleCompany("1"));
    world.hubspot.putDeal(sampleDeal("5"), "1");
    await world.tell(change("deal", "5"));
    await world.drain();
    const reason = { code: "numberTaken", number: "1", holderId: "7", holderName: "Müller & Söhne 7" };
    expect(await world.store.readCustomers(["1"])).toMatchObject(new Map([["1", { state: "failing", reason }]]));
    expect(world.store.projects()).toMatchObject([{ state: "waiting", reason: { code: "customerNotHere" } }]);
    await world.store.releaseNumber({ kind: "customerNumber", number: "1", holderId: "7" });
    world.advance(60_000);
    await world.tell(change("company", "1"));
    await world.drain();
    const customer = (await world.store.readCustomers(["1"])).get("1");
    expect(customer).toMatchObject({ state: "linked", customerNumber: "1", isFollowUpDue: false });
    expect(world.store.projects()).toMatchObject([{ state: "linked" }]);
  });

  it("takes a number over that a crash left behind, once no function can still be alive that reserved it", async () => {
    world.hubspot.putCompany(sampleCompany("1"));
    await world.store.reserveNumber({ kind: "customerNumber", number: "1", holderId: "7", atMs: world.now() });
    world.advance(19 * 60_000);
    await world.tell(change("company", "1"));
    await world.drain();
    expect(world.store.customers()).toMatchObject([{ state: "failing" }]);
    world.advance(2 * 60_000);
    await world.tell(change("company", "1"));
    await world.drain();
    expect(world.store.customers()).toMatchObject([{ state: "linked", customerNumber: "1" }]);
    expect(world.store.reservations()).toMatchObject([{ number: "1", holderId: "1" }]);
  });

  it("deactivates a deleted company with its contacts and deals, and a restored one comes back with them", async () => {
    await transferOne();
    world.hubspot.archive("company", "1");
    await world.tell(change("company", "1", { deleted: world.now() }));
    await world.drain();
    expect(statesOf([...world.store.customers(), ...world.store.contactItems()])).toEqual(["deleted", "deleted"]);
    expect(world.store.projects()).toMatchObject([{ state: "waiting", fields: { companyId: "1" } }]);
    world.hubspot.restore("company", "1");
    await world.tell(change("company", "1", { restored: world.now() }));
    await world.drain();
    const all = [...world.store.customers(), ...world.store.contactItems(), ...world.store.projects()];
    expect(statesOf(all)).toEqual(["linked", "linked", "linked"]);
  });

  it("keeps what belongs to a known customer as it is while HubSpot does not answer for its company", async () => {
    await transferOne();
    world.faults.beforeHubSpot = (name) => {
      if (name === "readObjects company") throw new RetryableError("down", { code: "unreachable" });
    };
    const looked = { looks: MAX_LOOKS };
    await world.tell(
      change("company", "1"),
      { ...change("contact", "3"), ...looked },
      { ...change("deal", "5"), ...looked },
    );
    await world.work();
    expect(statesOf([...world.store.contactItems(), ...world.store.projects()])).toEqual(["linked", "linked"]);
  });
});
