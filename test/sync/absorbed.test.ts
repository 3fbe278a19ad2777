import { beforeEach, describe, expect, it } from "vitest";
import type { Company, Observation } from "../../lib/domain/hubspot-object.ts";
import type { Customer } from "../../lib/domain/record.ts";
import { applySurvivorsFirst, pointAbsorbed, readAbsorbed } from "../../lib/sync/absorbed.ts";
import { describeAbsorbedCustomers } from "../../lib/sync/apply-companies.ts";
import type { Outcome, Run, Sighting } from "../../lib/sync/run.ts";
import { sampleCompany, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { sampleCustomer, sampleUntransferred } from "../fixtures/sample-records.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;
let run: Run;

beforeEach(() => {
  world = createSyncWorld();
  run = { ...world.ports, cause: "event" };
});

const readAtMs = UPDATED_AT_MS + 60_000;
const DONE: Outcome = { kind: "done", writes: 1 };

function sight(id: string, observed: Observation<Company>): Sighting<"company"> {
  return { id, observed, links: [], hint: change("company", id) };
}

const live = (id: string, mergedIds: readonly string[] = []) =>
  sight(id, { kind: "live", readAtMs, object: sampleCompany(id, { mergedIds }) });
const absorbedBy = (id: string, survivorId: string) => sight(id, { kind: "absorbed", readAtMs, survivorId });
const archived = (id: string) => sight(id, { kind: "archived", readAtMs, updatedAtMs: UPDATED_AT_MS });
const read = async (id: string) => (await world.store.readCustomers([id])).get(id);

/** Stores customers with the ids that each has absorbed. */
async function store(absorbedIds: Readonly<Record<string, readonly string[]>>): Promise<void> {
  for (const [id, ids] of Object.entries(absorbedIds))
    await world.store.write(sampleCustomer(id, { absorbedIds: ids }));
}

describe("applySurvivorsFirst", () => {
  it("applies what was absorbed once its survivor has taken over, whatever their order", async () => {
    const order: string[] = [];
    const outcomes = await applySurvivorsFirst([absorbedBy("1", "90"), live("90"), live("7")], async ({ id }) => {
      await Promise.resolve();
      order.push(id);
      return DONE;
    });
    expect(order).toEqual(["90", "7", "1"]);
    expect(outcomes).toEqual(new Map(["90", "7", "1"].map((id) => [id, DONE])));
  });

  const unread: Outcome = { kind: "again", why: "notFoundYet" };
  const outdated: Outcome = { kind: "again", why: "olderThanStored" };
  const doubted: Outcome = { kind: "again", why: "perhapsOlder" };

  it.each<[name: string, survivor: readonly Sighting<"company">[], outcome: Outcome, expected: Outcome]>([
    ["is to be read again", [live("90")], outdated, outdated],
    ["is to be read once more when no replica lags", [live("90")], doubted, doubted],
    ["was deleted since", [archived("90")], DONE, unread],
    ["was not read", [], DONE, unread],
  ])("lets what was absorbed wait like its survivor that %s", async (...[, survivor, outcome, expected]) => {
    const applied: string[] = [];
    const outcomes = await applySurvivorsFirst([absorbedBy("1", "90"), ...survivor], ({ id }) => {
      applied.push(id);
      return Promise.resolve(outcome);
    });
    expect(applied).toEqual(survivor.map(({ id }) => id));
    expect(outcomes.get("1")).toEqual(expected);
  });

  it("fails what was absorbed with its survivor, and nothing else", async () => {
    const error = new Error("too large");
    const outcomes = await applySurvivorsFirst([absorbedBy("1", "90"), live("90"), live("7")], ({ id }) =>
      id === "90" ? Promise.reject(error) : Promise.resolve(DONE),
    );
    expect(outcomes).toEqual(
      new Map<string, Outcome>([
        ["90", { kind: "failed", error }],
        ["7", DONE],
        ["1", { kind: "failed", error }],
      ]),
    );
  });
});

const idsOf = (records: readonly Customer[]) => records.map(({ companyId }) => companyId).toSorted();
const find = (sighting: Sighting<"company">, own?: Customer) =>
  readAbsorbed({ read: run.store.readCustomers }, sighting, own);

describe("readAbsorbed", () => {
  it("finds what HubSpot, the events and the record itself name, and what those had absorbed, each once", async () => {
    await store({ "1": ["4", "90"], "2": [], "3": ["1"], "4": ["5"], "5": ["4"], "6": [] });
    const seen = live("90", ["1", "4711"]);
    const own = sampleCustomer("90", { absorbedIds: ["3"] });
    const calls: unknown[] = [];
    world.faults.beforeStore = (_name, [ids]) => void calls.push(ids);
    expect(idsOf(await find({ ...seen, hint: { ...seen.hint, absorbs: ["2"] } }, own))).toEqual([
      "1",
      "2",
      "3",
      "4",
      "5",
    ]);
    expect(calls).toEqual([["1", "4711", "2", "3"], ["4"], ["5"]]);
  });

  it("asks for nothing where HubSpot does not show the survivor as alive, or nothing was absorbed", async () => {
    await store({ "1": [] });
    const calls: unknown[] = [];
    world.faults.beforeStore = (_name, [ids]) => void calls.push(ids);
    expect(await find(archived("90"), sampleCustomer("90", { absorbedIds: ["1"] }))).toEqual([]);
    expect(await find(live("90"), undefined)).toEqual([]);
    expect(calls).toEqual([]);
  });
});

const point = (sighting: Sighting<"company">, record: Customer | undefined) =>
  pointAbsorbed(run, describeAbsorbedCustomers(run), { sighting, record });
const merged = (code: "absorbedBy" | "attachedTo") =>
  sampleCustomer("90", { state: "merged", reason: { code, survivorId: "91" } });

describe("pointAbsorbed", () => {
  it("leaves a pointer that remembers to follow up only where the survivor does not", async () => {
    await store({ "1": [], "2": [] });
    await point(live("90", ["1", "2"]), sampleCustomer("90", { absorbedIds: ["1"] }));
    expect(await read("1")).toMatchObject({ state: "merged", isFollowUpDue: false });
    expect(await read("2")).toMatchObject({ state: "merged", isFollowUpDue: true });
    expect(world.log.map(({ fields }) => [fields["id"], fields["state"], fields["reason"]])).toEqual([
      ["1", "merged", "absorbedBy"],
      ["2", "merged", "absorbedBy"],
    ]);
  });

  it("leads nothing to a survivor that was absorbed itself, unless an admin moved it", async () => {
    await store({ "1": [] });
    await point(live("90", ["1"]), merged("absorbedBy"));
    expect(await read("1")).toMatchObject({ state: "linked" });
    await point(live("90", ["1"]), merged("attachedTo"));
    expect(await read("1")).toMatchObject({ state: "merged" });
  });

  it("leads what a survivor deleted since has taken over to it, and leaves what it has not", async () => {
    await store({ "1": [], "2": [] });
    await world.store.write(sampleUntransferred("3"));
    const { fields: _, ...empty } = sampleCustomer("90", { state: "deleted", absorbedIds: ["1", "3"] });
    await point(archived("90"), empty);
    expect(await read("1")).toMatchObject({ state: "linked" });
    expect(await read("3")).toMatchObject({ state: "merged", reason: { survivorId: "90" } });
    await point(archived("90"), { ...sampleCustomer("90"), state: "deleted", absorbedIds: ["1"] });
    expect(await read("1")).toMatchObject({ state: "merged", reason: { survivorId: "90" } });
    expect(await read("2")).toMatchObject({ state: "linked" });
  });

  it("gives no number back where there is none", async () => {
    await world.store.write(sampleUntransferred("1"));
    const calls: string[] = [];
    world.faults.beforeStore = (name) => void calls.push(name);
    await point(live("90", ["1"]), sampleCustomer("90", { absorbedIds: ["1"] }));
    expect(calls).toEqual(["readCustomers", "write"]);
  });

  it("decides anew when another writer was faster", async () => {
    await store({ "1": [] });
    world.faults.beforeStore = async (name) => {
      if (name !== "write") return;
      world.faults.beforeStore = undefined;
      await world.store.write(sampleCustomer("1", { customerNumber: "K-1", revision: 2 }));
    };
    await world.store.reserveNumber({ kind: "customerNumber", number: "K-1", holderId: "1", atMs: 1 });
    await point(live("90", ["1"]), sampleCustomer("90", { absorbedIds: ["1"] }));
    expect(await read("1")).toMatchObject({ state: "merged", revision: 3 });
    expect(world.store.reservations()).toEqual([]);
  });
});
