import { beforeEach, describe, expect, it } from "vitest";
import { detachCustomerRecord } from "../../lib/sync/detach-record.ts";
import { sampleCompany } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;

beforeEach(async () => {
  world = createSyncWorld();
  world.hubspot.putCompany(sampleCompany("1"));
  await world.tell(change("company", "1"));
  await world.drain();
});

const detach = () => detachCustomerRecord({ ...world.ports, cause: "admin" }, { id: "1" });
const describeNumbers = () => world.store.reservations().map(({ number, holderId }) => `${number} of ${holderId}`);

describe("detachCustomerRecord", () => {
  it("refuses while a survivor has the number already and the pointer is still to be written", async () => {
    await world.store.reserveNumber({
      kind: "customerNumber",
      number: "1",
      holderId: "90",
      takeFrom: "1",
      atMs: world.now(),
    });
    expect(await detach()).toMatchObject({ kind: "refused", refusal: { code: "numberTaken", holderId: "90" } });
    expect(world.store.customers()).toMatchObject([{ companyId: "1", state: "linked" }]);
  });

  it("keeps the number for the record, also when its survivor has given it up meanwhile", async () => {
    await world.store.releaseNumber({ kind: "customerNumber", number: "1", holderId: "1" });
    expect(await detach()).toMatchObject({ kind: "done", record: { state: "detached", customerNumber: "1" } });
    expect(describeNumbers()).toEqual(["1 of 1"]);
  });
});
