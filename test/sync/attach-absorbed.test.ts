import { beforeEach, describe, expect, it } from "vitest";
import { attachCustomerRecord, attachProjectRecord } from "../../lib/sync/attach-record.ts";
import { detachCustomerRecord, detachProjectRecord } from "../../lib/sync/detach-record.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleCompany, sampleDeal, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { change, type SyncWorld } from "../fixtures/sync-world.ts";
import { createTransferredWorld } from "../fixtures/transferred-world.ts";

let world: SyncWorld;
let run: Run;

beforeEach(async () => {
  world = await createTransferredWorld();
  run = { ...world.ports, cause: "admin" };
});

const later = { updatedAtMs: UPDATED_AT_MS + 60_000 };

const mergeCompanies = () => world.hubspot.mergeCompanies(["1"], sampleCompany("2", later));

/** Deal 5 is absorbed as well. */
async function merge(): Promise<void> {
  mergeCompanies();
  world.hubspot.mergeDeals(["5"], sampleDeal("6", later), "2");
  await world.tell(change("company", "2", { merged: world.now() }), change("deal", "6", { merged: world.now() }));
  await world.drain();
}

async function detach(): Promise<void> {
  await detachProjectRecord(run, { id: "5" });
  await detachCustomerRecord(run, { id: "1" });
  await world.drain();
}

const readCustomer = async () => (await world.store.readCustomers(["1"])).get("1");
const refused = (refusal: object) => ({ kind: "refused", refusal });

describe("an attach of what a merge absorbed while it was detached", () => {
  it("is refused in its own place, for no value would come from there", async () => {
    await detach();
    await merge();
    const refusal = { code: "targetNotLive", observed: "absorbed" };
    expect(await attachCustomerRecord(run, { id: "1" })).toEqual(refused({ ...refusal, targetId: "1" }));
    expect(await attachProjectRecord(run, { id: "5" })).toEqual(refused({ ...refusal, targetId: "5" }));
    expect(await readCustomer()).toMatchObject({ state: "detached", customerNumber: "1" });
    expect(world.queue.size()).toBe(0);
  });

  it.each([false, true])("writes nothing when it is absorbed meanwhile, the revision named: %s", async (isNamed) => {
    await detach();
    const stored = await readCustomer();
    world.faults.afterHubSpot = () => {
      delete world.faults.afterHubSpot;
      mergeCompanies();
    };
    const outcome = await attachCustomerRecord(run, {
      id: "1",
      expectedRevision: isNamed ? stored?.revision : undefined,
    });
    const applied = { kind: "lookingAgain", why: "perhapsOlder" };
    expect(outcome).toEqual({ kind: "done", record: stored, applied });
    expect(stored).toMatchObject({ state: "detached" });
    await world.drain();
    expect(await readCustomer()).toEqual(stored);
  });
});

describe("an attach of what a merge has handed over", () => {
  it("is refused, in its own place as onto the survivor", async () => {
    await merge();
    const refusal = refused({ code: "notAttachable", state: "merged" });
    for (const ontoId of ["1", "2"]) expect(await attachCustomerRecord(run, { id: "1", ontoId })).toEqual(refusal);
    for (const ontoId of ["5", "6"]) expect(await attachProjectRecord(run, { id: "5", ontoId })).toEqual(refusal);
  });
});
