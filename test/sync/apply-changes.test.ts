import { beforeEach, describe, expect, it } from "vitest";
import type { ObjectType } from "../../lib/domain/hubspot-object.ts";
import { applyChanges } from "../../lib/sync/apply-changes.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import type { HubSpotReader } from "../../lib/sync/ports.ts";
import { sampleCompany, sampleContact, sampleDeal } from "../fixtures/sample-objects.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";
import { applyOne, change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;

/** Company 1 is new, 2 is here; contact 3 and deal 5 are of company 2. */
beforeEach(async () => {
  world = createSyncWorld();
  await world.store.write(sampleCustomer("2"));
  world.hubspot.putCompany(sampleCompany("1"));
  world.hubspot.putContact(sampleContact("3"), ["2"]);
  world.hubspot.putDeal(sampleDeal("5"), "2");
});

const all = [change("company", "1"), change("contact", "3"), change("deal", "5")];
const says = (told: string) => `reading ${told} gave no observation, expected exactly one per id`;
const apply = (hubspot: HubSpotReader) => applyChanges({ ...world.ports, hubspot, cause: "event" }, all, "d");

describe("applyChanges", () => {
  it.each<ObjectType>(["company", "contact", "deal"])(
    "fails what is read with a %s, and nothing else",
    async (type) => {
      const error = new RetryableError("down", { code: "unreachable" });
      world.faults.beforeHubSpot = (name) => {
        if (name === `readObjects ${type}`) throw error;
      };
      const done = { kind: "done", writes: 1 };
      expect(await apply(world.hubspot)).toEqual(
        all.map((told) => ({ change: told, outcome: told.type === type ? { kind: "failed", error } : done })),
      );
    },
  );

  it("fails what HubSpot has said nothing of, in words that name it", async () => {
    const applied = await apply({ ...world.hubspot, readObjects: () => Promise.resolve(new Map()) });
    expect(applied.map(({ outcome }) => outcome)).toMatchObject([
      { kind: "failed", error: { message: says("company 1") } },
      { kind: "failed", error: { message: says("contact 3") } },
      { kind: "failed", error: { message: says("deal 5") } },
    ]);
  });

  it("reads a company as ever, should HubSpot tell of an erasure of it", async () => {
    expect(await applyOne(world, change("company", "1", { erased: 1 }))).toEqual({ kind: "done", writes: 1 });
  });
});
