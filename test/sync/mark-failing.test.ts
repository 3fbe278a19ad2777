import { beforeEach, describe, expect, it } from "vitest";
import type { SyncRecord } from "../../lib/domain/record.ts";
import { markFailing } from "../../lib/sync/mark-failing.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleCustomer, samplePerson, sampleProject } from "../fixtures/sample-records.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;
let run: Run;

beforeEach(() => {
  world = createSyncWorld();
  run = { ...world.ports, cause: "event" };
});

const reason = { code: "refused", error: "too large" };
const all = (): readonly unknown[] => [
  ...world.store.customers(),
  ...world.store.projects(),
  ...world.store.contactItems(),
];
const told = () => world.log.map(({ fields }) => [fields["id"], fields["state"], fields["reason"]]);

describe("markFailing", () => {
  it.each<[type: "company" | "deal" | "contact", records: readonly SyncRecord[]]>([
    ["company", [sampleCustomer("3")]],
    ["deal", [sampleProject("3", "1")]],
    ["contact", [samplePerson("3", "1"), samplePerson("3", "2")]],
  ])("puts the reason on every record of a %s, and tells of it", async (type, records) => {
    for (const record of records) await world.store.write(record);
    await markFailing(run, change(type, "3"), "too large");
    expect(all()).toMatchObject(
      records.map((record) => ({ type: record.type, state: "failing", reason, revision: 2 })),
    );
    expect(told()).toEqual(records.map(() => ["3", "failing", "refused"]));
  });

  it.each([
    ["company", { type: "customer", companyId: "3" }],
    ["deal", { type: "project", dealId: "3" }],
  ] as const)("makes an entry for a %s of which nothing is stored", async (type, entry) => {
    await markFailing(run, change(type, "3"), "too large");
    expect(all()).toMatchObject([{ ...entry, state: "failing", reason, revision: 1 }]);
    expect(told()).toEqual([["3", "failing", "refused"]]);
  });

  it("makes none for a contact, whose companies nobody knows", async () => {
    await markFailing(run, change("contact", "3"), "too large");
    expect(all()).toEqual([]);
  });

  it("leaves a detached record as it is, and makes no entry beside it", async () => {
    const detached = sampleCustomer("3", { state: "detached" });
    await world.store.write(detached);
    const calls: string[] = [];
    world.faults.beforeStore = (name) => void calls.push(name);
    await markFailing(run, change("company", "3"), "too large");
    expect(all()).toEqual([detached]);
    expect(calls).toEqual(["readCustomers"]);
    expect(told()).toEqual([]);
  });

  it("tells of nothing when another writer was faster", async () => {
    await world.store.write(sampleCustomer("3"));
    world.faults.beforeStore = async (name) => {
      if (name !== "write") return;
      world.faults.beforeStore = undefined;
      await world.store.write(sampleCustomer("3", { revision: 2 }));
    };
    await markFailing(run, change("company", "3"), "too large");
    expect(all()).toEqual([sampleCustomer("3", { revision: 2 })]);
    expect(told()).toEqual([]);
  });
});
