import { beforeEach, describe, expect, it } from "vitest";
import type { Change } from "../../lib/domain/change.ts";
import { attachCustomerRecord } from "../../lib/sync/attach-record.ts";
import { detachCustomerRecord, detachProjectRecord } from "../../lib/sync/detach-record.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import { sampleCompany, sampleDeal } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;

/** Company 1 with deal 5, both detached; companies 2 and 3 with deal 6, of which nobody has heard yet. */
beforeEach(async () => {
  world = createSyncWorld();
  world.hubspot.putCompany(sampleCompany("1"));
  world.hubspot.putCompany(sampleCompany("2"));
  world.hubspot.putCompany(sampleCompany("3"));
  world.hubspot.putDeal(sampleDeal("5"), "1");
  world.hubspot.putDeal(sampleDeal("6"), "3");
  await world.tell(change("deal", "5"));
  await world.drain();
  await detachProjectRecord({ ...world.ports, cause: "admin" }, { id: "5" });
  await detachCustomerRecord({ ...world.ports, cause: "admin" }, { id: "1" });
  world.advance(3_600_000);
});

/** An attach onto another id that waits in the queue, of a record that has changed since the admin saw it. */
function voidMove(type: "company" | "deal", { from, to }: { readonly from: string; readonly to: string }): Change {
  return { ...change(type, to, { attach: world.now() }), absorbs: [from], seen: { id: from, revision: 1 } };
}

const lookAtRecords = () =>
  [
    ...world.store.customers().map(({ companyId, state }) => `company ${companyId} ${state}`),
    ...world.store.projects().map(({ dealId, state }) => `deal ${dealId} ${state}`),
  ].toSorted();

describe("an attach onto another id that has become void while it waited", () => {
  it("moves nothing, although the company of the deal is brought here", async () => {
    await world.tell(voidMove("company", { from: "1", to: "2" }), voidMove("deal", { from: "5", to: "6" }));
    await world.drain();
    expect(lookAtRecords()).toEqual(["company 1 detached", "company 3 linked", "deal 5 detached"]);
  });

  it("lets the events pass that it was joined with", async () => {
    await world.tell(
      voidMove("company", { from: "1", to: "2" }),
      change("company", "2", { created: world.now() }),
      voidMove("deal", { from: "5", to: "6" }),
      change("deal", "6", { created: world.now() }),
    );
    await world.drain();
    expect(lookAtRecords()).toEqual([
      "company 1 detached",
      "company 2 linked",
      "company 3 linked",
      "deal 5 detached",
      "deal 6 linked",
    ]);
  });
});

describe("an attach that failed when half of it was done", () => {
  it("is finished by whoever asks again, although the record is attached already", async () => {
    const run = { ...world.ports, cause: "admin" } as const;
    world.faults.beforeQueue = () => {
      throw new RetryableError("the queue does not answer", { code: "unreachable" });
    };
    await expect(attachCustomerRecord(run, { id: "1" })).rejects.toThrow("the queue does not answer");
    delete world.faults.beforeQueue;
    const again = await attachCustomerRecord(run, { id: "1" });
    expect(again).toEqual({ kind: "refused", refusal: { code: "notAttachable", state: "linked" } });
    expect((await world.store.readCustomers(["1"])).get("1")).toMatchObject({ state: "linked", isFollowUpDue: false });
  });
});
