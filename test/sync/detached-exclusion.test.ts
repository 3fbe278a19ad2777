import { beforeEach, describe, expect, it } from "vitest";
import { applyChanges } from "../../lib/sync/apply-changes.ts";
import { attachCustomerRecord } from "../../lib/sync/attach-record.ts";
import { detachCustomerRecord } from "../../lib/sync/detach-record.ts";
import { markFailing } from "../../lib/sync/mark-failing.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleCompany, sampleContact, sampleDeal, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;
let run: Run;
let edits: number;

/** Company 1 with a contact and deal 5, all transferred. */
beforeEach(async () => {
  world = createSyncWorld();
  run = { ...world.ports, cause: "admin" };
  edits = 0;
  world.hubspot.putCompany(sampleCompany("1"));
  world.hubspot.putContact(sampleContact("3"), ["1"]);
  world.hubspot.putDeal(sampleDeal("5"), "1");
  await world.tell(change("contact", "3"), change("deal", "5"));
  await settle();
});

async function settle(): Promise<void> {
  await world.drain();
  world.advance(3_600_000);
}

/** Sets the exclusion property of the company, and its name. */
async function edit(exclusion: string): Promise<void> {
  edits += 1;
  const updatedAtMs = UPDATED_AT_MS + edits * 60_000;
  world.hubspot.putCompany(sampleCompany("1", { exclusion, name: `Neu ${edits}`, updatedAtMs }));
  await world.tell(change("company", "1", { property: updatedAtMs }));
  await settle();
}

async function detach(): Promise<void> {
  await detachCustomerRecord(run, { id: "1" });
  await settle();
}

const stateOf = (id: "1" | "5") =>
  [...world.store.customers(), ...world.store.projects()].find((record) => {
    return record.type === "customer" ? record.companyId === id : record.dealId === id;
  })?.state;

describe("HubSpot's exclusion of a company that cannot be read any more", () => {
  it("keeps the data of its contacts and deals as it is, though they go on changing", async () => {
    await edit("no");
    await markFailing({ ...run, cause: "event" }, change("company", "1"), "HubSpot's answer has no name");
    const atMs = world.now();
    world.hubspot.putDeal(sampleDeal("5", { description: "Neu", updatedAtMs: atMs }), "1");
    world.hubspot.putContact(sampleContact("3", { email: "neu@example.com", updatedAtMs: atMs }), ["1"]);
    await world.tell(change("deal", "5", { property: atMs }), change("contact", "3", { property: atMs }));
    await settle();
    expect(stateOf("1")).toBe("failing");
    expect(world.store.projects()).toMatchObject([{ state: "excluded", fields: { description: "Relaunch 5" } }]);
    expect(world.store.contactItems()).toMatchObject([{ state: "excluded" }]);
    expect(JSON.stringify(world.store.contactItems())).not.toContain("neu@example.com");
    await edit("");
    expect([stateOf("1"), stateOf("5")]).toEqual(["linked", "linked"]);
    expect(world.store.customers()[0]).not.toHaveProperty("isExcludedInHubSpot");
  });
});

describe("HubSpot's exclusion of a company whose customer is detached", () => {
  it("keeps a project excluded that was excluded before: a detach starts no sync", async () => {
    await edit("no");
    await detach();
    expect([stateOf("1"), stateOf("5")]).toEqual(["detached", "excluded"]);
  });

  it("reaches projects in both directions, and nothing of the customer", async () => {
    await detach();
    const before = world.store.customers()[0];
    await edit("nein");
    expect(stateOf("5")).toBe("excluded");
    await edit("");
    expect(stateOf("5")).toBe("linked");
    const { fence: _fence, revision: _revision, ...after } = world.store.customers()[0] ?? {};
    expect(before).toMatchObject(after);
    expect(world.store.contactItems()).toMatchObject([{ state: "detached" }]);
  });

  it("keeps a new deal out", async () => {
    await detach();
    await edit("no");
    world.hubspot.putDeal(sampleDeal("6"), "1");
    await world.tell(change("deal", "6", { created: 1 }));
    await settle();
    expect(world.store.projects().map(({ dealId, state, fields }) => [dealId, state, fields === undefined])).toEqual([
      ["5", "excluded", false],
      ["6", "excluded", true],
    ]);
  });

  it("is not told backwards by an older read that lands late", async () => {
    await detach();
    const older = world.now();
    const newer = older + 1_000;
    world.hubspot.putCompany(sampleCompany("1", { exclusion: "no", updatedAtMs: older }));
    world.faults.beforeStore = async (name) => {
      if (name !== "write") return;
      world.faults.beforeStore = undefined;
      world.hubspot.putCompany(sampleCompany("1", { exclusion: "", updatedAtMs: newer }));
      const heard = change("company", "1", { property: newer });
      await applyChanges({ ...run, cause: "event" }, [heard], "test");
    };
    await world.tell(change("company", "1", { property: older }));
    await settle();
    expect(stateOf("5")).toBe("linked");
  });

  it("is the customer's own again once it is attached", async () => {
    await detach();
    await edit("no");
    await attachCustomerRecord(run, { id: "1" });
    await settle();
    expect([stateOf("1"), stateOf("5")]).toEqual(["excluded", "excluded"]);
    expect(world.store.customers()[0]).not.toHaveProperty("isExcludedInHubSpot");
    await edit("");
    expect([stateOf("1"), stateOf("5")]).toEqual(["linked", "linked"]);
  });
});
