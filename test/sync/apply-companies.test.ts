import { beforeEach, describe, expect, it } from "vitest";
import { applyCompanies } from "../../lib/sync/apply-companies.ts";
import type { Sighting } from "../../lib/sync/run.ts";
import { sampleCompany } from "../fixtures/sample-objects.ts";
import { sampleCustomer, sampleUntransferred } from "../fixtures/sample-records.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;

beforeEach(() => {
  world = createSyncWorld();
});

/** A read of company 90, into which company 1 was merged. */
function seeSurvivor(at: Sighting<"company">["hint"]["at"]): Sighting<"company"> {
  const object = sampleCompany("90", { mergedIds: ["1"] });
  return {
    id: "90",
    observed: { kind: "live", readAtMs: world.now(), object },
    links: [],
    hint: change("company", "90", at),
  };
}

const apply = (at: Sighting<"company">["hint"]["at"]) =>
  applyCompanies({ ...world.ports, cause: "event" }, [seeSurvivor(at)]);
const absorbed = async () => (await world.store.readCustomers(["1"])).get("1");

describe("applyCompanies", () => {
  it("leaves what was absorbed as it is while the survivor is only to be read again", async () => {
    const stored = sampleCustomer("1");
    await world.store.write(stored);
    const { outcomes, settledIds } = await apply({ deleted: 1 });
    expect(outcomes).toEqual(new Map([["90", { kind: "again", why: "stillThere" }]]));
    expect(settledIds).toEqual(new Set());
    expect(await absorbed()).toEqual(stored);
  });

  it("gives no number back where what was absorbed has none", async () => {
    await world.store.write(sampleUntransferred("1"));
    const calls: string[] = [];
    world.faults.beforeStore = (name) => void calls.push(name);
    const { outcomes, settledIds } = await apply({ property: 1 });
    expect(outcomes).toEqual(new Map([["90", { kind: "done", writes: 1 }]]));
    expect(settledIds).toEqual(new Set(["90"]));
    expect(await absorbed()).toMatchObject({ state: "merged" });
    expect(calls).not.toContain("releaseNumber");
  });
});
