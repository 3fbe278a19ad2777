import { beforeEach, describe, expect, it } from "vitest";
import { MAX_LOOKS } from "../../lib/domain/decision.ts";
import { applyDeals, followPointers, isWanted } from "../../lib/sync/apply-deals.ts";
import type { Sighting } from "../../lib/sync/run.ts";
import { SAMPLE_SETTINGS, sampleDeal, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { sampleCustomer, sampleProject } from "../fixtures/sample-records.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;

beforeEach(() => {
  world = createSyncWorld();
});

/** A read of deal 90 at company 1, into which deal 5 was merged. */
function seeSurvivor(hint: Partial<Sighting<"deal">["hint"]> = {}): Sighting<"deal"> {
  const object = sampleDeal("90", { mergedIds: ["5"] });
  return {
    id: "90",
    observed: { kind: "live", readAtMs: world.now(), object },
    links: [{ companyId: "1", isPrimary: true }],
    hint: { ...change("deal", "90"), ...hint },
  };
}

const apply = async (sighting: Sighting<"deal">, ...customerIds: readonly string[]) => {
  const customers = new Map(customerIds.map((id) => [id, sampleCustomer(id)]));
  return (await applyDeals({ ...world.ports, cause: "event" }, [sighting], customers)).get(sighting.id);
};
const absorbed = async () => (await world.store.readProjects(["5"])).get("5");

describe("applyDeals", () => {
  it("looks again for a company that is not here yet until the last look, then lets the project wait", async () => {
    for (const looks of [0, MAX_LOOKS - 1])
      expect(await apply(seeSurvivor({ looks }))).toEqual({ kind: "again", why: "notFoundYet" });
    expect(await apply(seeSurvivor({ looks: MAX_LOOKS }))).toEqual({ kind: "done", writes: 1 });
    expect(world.store.projects()).toMatchObject([{ dealId: "90", state: "waiting" }]);
  });

  it("frees the short form of what was absorbed, where the survivor has one", async () => {
    for (const id of ["5", "90"]) {
      await world.store.write(sampleProject(id, "1"));
      await world.store.reserveNumber({ kind: "shortForm", number: id, holderId: id, atMs: 1 });
    }
    await apply(seeSurvivor(), "1");
    expect(await absorbed()).toMatchObject({ state: "merged" });
    expect(world.store.reservations().map(({ number }) => number)).toEqual(["90"]);
  });

  it("gives no short form back where what was absorbed has none", async () => {
    const { shortForm: _, fields: __, ...waiting } = sampleProject("5", "1", { state: "waiting" });
    await world.store.write(waiting);
    const calls: string[] = [];
    world.faults.beforeStore = (name) => void calls.push(name);
    await apply(seeSurvivor(), "1");
    expect(await absorbed()).toMatchObject({ state: "merged" });
    expect(calls).not.toContain("releaseNumber");
  });

  it("leaves what was absorbed as it is while the survivor is only to be read again", async () => {
    const stored = sampleProject("5", "1");
    await world.store.write(stored);
    expect(await apply(seeSurvivor({ at: { deleted: 1 } }), "1")).toEqual({ kind: "again", why: "stillThere" });
    expect(await absorbed()).toEqual(stored);
  });
});

const pointer = (id: string, survivorId: string) =>
  sampleCustomer(id, { state: "merged", reason: { code: "absorbedBy", survivorId } });

const follow = (id: string, ...customers: readonly ReturnType<typeof sampleCustomer>[]) =>
  followPointers(new Map(customers.map((customer) => [customer.companyId, customer])), id);

describe("followPointers", () => {
  const last = sampleCustomer("91");

  it("leads to the last survivor of a chain of merges", () => {
    expect(follow("1", pointer("1", "90"), pointer("90", "91"), last)).toBe(last);
    expect(follow("91", last, pointer("1", "91"))).toBe(last);
  });

  it("stops at the pointer whose survivor is not known, and finds nothing of an unknown company", () => {
    const first = pointer("1", "90");
    expect(follow("1", first, last)).toBe(first);
    expect(follow("7", first, last)).toBeUndefined();
  });

  it("stays at a merged customer that says of nobody who absorbed it", () => {
    const lost = sampleCustomer("1", { state: "merged" });
    const other = sampleCustomer("1", { state: "merged", reason: { code: "deletedInHubSpot" } });
    expect(follow("1", lost)).toBe(lost);
    expect(follow("1", other)).toBe(other);
  });

  it("leads nowhere from a customer that only was a pointer once", () => {
    const released = sampleCustomer("1", { state: "detached", reason: { code: "absorbedBy", survivorId: "91" } });
    expect(follow("1", released, last)).toBe(released);
  });

  it("ends where pointers lead round in a circle", () => {
    const circle = [pointer("1", "2"), pointer("2", "1")];
    expect(follow("1", ...circle)?.state).toBe("merged");
  });
});

describe("isWanted", () => {
  const readAtMs = UPDATED_AT_MS;
  const live = (stageId: string) => ({ kind: "live", readAtMs, object: sampleDeal("5", { stageId }) }) as const;

  it.each<[name: string, observed: Sighting<"deal">["observed"], isExpected: boolean]>([
    ["a live deal in a selected stage", live("won"), true],
    ["a live deal in another stage", live("lost"), false],
    ["an archived one", { kind: "archived", readAtMs, updatedAtMs: readAtMs }, false],
  ])("says of %s whether its company counts", (_name, observed, isExpected) => {
    const sighting = { id: "5", observed, links: [], hint: change("deal", "5") };
    expect(isWanted({ settings: SAMPLE_SETTINGS }, sighting)).toBe(isExpected);
  });
});
