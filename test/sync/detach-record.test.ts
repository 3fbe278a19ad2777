import { beforeEach, describe, expect, it } from "vitest";
import { detachCustomerRecord, detachProjectRecord } from "../../lib/sync/detach-record.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleCompany, sampleDeal, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;
let run: Run;

/** Company 1 and its deal 5, both transferred. */
beforeEach(async () => {
  world = createSyncWorld();
  run = { ...world.ports, cause: "admin" };
  world.hubspot.putCompany(sampleCompany("1"));
  world.hubspot.putDeal(sampleDeal("5"), "1");
  await world.tell(change("deal", "5"));
  await world.drain();
  world.advance(3_600_000);
});

const later = { updatedAtMs: UPDATED_AT_MS + 60_000 };

/** Does something once, just before or just after a survivor takes over. */
function whenHandedOver(moment: "beforeStore" | "afterStore", act: () => Promise<unknown>): void {
  world.faults[moment] = async (name) => {
    if (name !== "handOver") return;
    world.faults[moment] = undefined;
    await act();
  };
}

const lookAtCustomers = () =>
  world.store.customers().map(({ companyId, state, customerNumber }) => [companyId, state, customerNumber]);
const lookAtProjects = () => world.store.projects().map(({ dealId, state, shortForm }) => [dealId, state, shortForm]);
const lookAtNumbers = () => world.store.reservations().map(({ number, holderId }) => `${number} of ${holderId}`);

const read = async () => (await world.store.readCustomers(["1"])).get("1");

describe("detachCustomerRecord, of a customer that HubSpot leads", () => {
  it("answers the record as it is stored when what depends on it has been queued", async () => {
    const outcome = await detachCustomerRecord(run, { id: "1" });
    expect(outcome).toEqual({ kind: "done", record: await read() });
    expect(await read()).toMatchObject({ state: "detached", isFollowUpDue: false });
    expect(world.queue.size()).toBe(1);
  });

  it("is finished by whoever asks again when HubSpot did not tell what depends on it", async () => {
    world.faults.beforeHubSpot = () => {
      throw new RetryableError("HubSpot is away", { code: "serverError" });
    };
    expect(await detachCustomerRecord(run, { id: "1" })).toMatchObject({ record: { isFollowUpDue: true } });
    delete world.faults.beforeHubSpot;
    const refusal = { code: "notDetachable", state: "detached" };
    expect(await detachCustomerRecord(run, { id: "1" })).toEqual({ kind: "refused", refusal });
    expect(await read()).toMatchObject({ isFollowUpDue: false });
    world.hubspot.calls.length = 0;
    expect(await detachCustomerRecord(run, { id: "1" })).toEqual({ kind: "refused", refusal });
    expect(world.hubspot.calls).toEqual([]);
  });

  it("is refused of another revision than the admin has seen, and of what is not here", async () => {
    const revision = (await read())?.revision ?? 0;
    const refusal = { code: "revisionChanged", revision };
    expect(await detachCustomerRecord(run, { id: "1", expectedRevision: 99 })).toEqual({ kind: "refused", refusal });
    expect(await detachCustomerRecord(run, { id: "4711" })).toMatchObject({ refusal: { code: "notFound" } });
    expect(await read()).toMatchObject({ state: "linked", revision });
  });
});

describe("detachCustomerRecord", () => {
  beforeEach(() => world.hubspot.mergeCompanies(["1"], sampleCompany("90", later)));

  it("keeps the number where it is when it comes before the survivor has taken over", async () => {
    whenHandedOver("beforeStore", () => detachCustomerRecord(run, { id: "1" }));
    await world.tell(change("company", "90", { merged: 1 }));
    await world.drain();
    expect(lookAtCustomers()).toEqual([
      ["1", "detached", "1"],
      ["90", "linked", "90"],
    ]);
    expect(lookAtNumbers()).toEqual(expect.arrayContaining(["1 of 1", "90 of 90"]));
  });

  it("is refused when it comes after the survivor has taken over", async () => {
    let outcome: unknown;
    whenHandedOver("afterStore", async () => {
      outcome = await detachCustomerRecord(run, { id: "1" });
    });
    await world.tell(change("company", "90", { merged: 1 }));
    await world.drain();
    expect(outcome).toMatchObject({ kind: "refused", refusal: { code: "notDetachable", state: "merged" } });
    expect(lookAtCustomers()).toEqual([
      ["1", "merged", undefined],
      ["90", "linked", "1"],
    ]);
    expect(lookAtNumbers()).toContain("1 of 90");
  });
});

describe("detachProjectRecord", () => {
  beforeEach(() => world.hubspot.mergeDeals(["5"], sampleDeal("95", later), "1"));

  it("keeps the short form where it is when it comes before the survivor has taken over", async () => {
    whenHandedOver("beforeStore", () => detachProjectRecord(run, { id: "5" }));
    await world.tell(change("deal", "95", { merged: 1 }));
    await world.drain();
    expect(lookAtProjects()).toEqual([
      ["5", "detached", "5"],
      ["95", "linked", "95"],
    ]);
    expect(lookAtNumbers()).toEqual(expect.arrayContaining(["5 of 5", "95 of 95"]));
  });

  it("is refused when it comes after the survivor has taken over", async () => {
    let outcome: unknown;
    whenHandedOver("afterStore", async () => {
      outcome = await detachProjectRecord(run, { id: "5" });
    });
    await world.tell(change("deal", "95", { merged: 1 }));
    await world.drain();
    expect(outcome).toMatchObject({ kind: "refused", refusal: { code: "notDetachable", state: "merged" } });
    expect(lookAtProjects()).toEqual([
      ["5", "merged", undefined],
      ["95", "linked", "5"],
    ]);
    expect(lookAtNumbers()).toContain("5 of 95");
  });
});
