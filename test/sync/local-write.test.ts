import { beforeEach, describe, expect, it } from "vitest";
import type { Customer, HistoryEntry } from "../../lib/domain/record.ts";
import { describeCustomers, describeProjects, releaseFormerNumber } from "../../lib/sync/local-write.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleCustomer, sampleProject } from "../fixtures/sample-records.ts";
import { createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;
let run: Run;

/** Customer 7 holds the numbers 7, K-1 and K-2, whichever of them it carries; K-1 was reserved at 100. */
beforeEach(async () => {
  world = createSyncWorld();
  run = { ...world.ports, cause: "admin" };
  for (const number of ["7", "K-1", "K-2"])
    await world.store.reserveNumber({ kind: "customerNumber", number, holderId: "7", atMs: 100 });
});

const numbers = () => world.store.reservations().map(({ number }) => number);

function changed(atMs: number, field: string, values: { from?: string; to?: string }): HistoryEntry {
  return { atMs, cause: "admin", fields: [{ field, ...values }] };
}

const carrying = (customerNumber: string, history: readonly HistoryEntry[]) =>
  sampleCustomer("7", { customerNumber, history });
const release = (record: Customer, formerNumber?: string) =>
  releaseFormerNumber(run, describeCustomers(run), { record, formerNumber });

const LATEST = changed(200, "customerNumber", { from: "K-1", to: "K-2" });

describe("releaseFormerNumber", () => {
  it("gives the number back that the caller has seen", async () => {
    await release(carrying("K-2", [LATEST]), "K-1");
    expect(numbers()).toEqual(["7", "K-2"]);
  });

  it.each([undefined, "K-2"])("gives the one back that history tells, when the caller has seen %s", async (seen) => {
    const edit = changed(300, "name", { from: "A", to: "B" });
    const first = changed(50, "customerNumber", { from: "7", to: "K-1" });
    await release(carrying("K-2", [edit, LATEST, first]), seen);
    expect(numbers()).toEqual(["7", "K-2"]);
  });

  it.each<[name: string, record: Customer, formerNumber?: string]>([
    ["history tells of no change", carrying("K-2", [])],
    ["history tells of no change, whatever the caller has seen", carrying("K-2", []), "K-1"],
    ["the number was the first one", carrying("K-2", [changed(200, "customerNumber", { to: "K-2" })])],
    ["the latest change was to another one", carrying("7", [LATEST]), "K-1"],
    ["the change left it as it was", carrying("K-2", [changed(200, "customerNumber", { from: "K-2", to: "K-2" })])],
  ])("keeps all when %s", async (_name, record, formerNumber) => {
    world.faults.beforeStore = (name) => {
      throw new Error(`${name} was called`);
    };
    await release(record, formerNumber);
    expect(numbers()).toEqual(["7", "K-1", "K-2"]);
  });

  it("gives the number back of a record that has none any more", async () => {
    const { customerNumber: _, ...record } = carrying("", [changed(200, "customerNumber", { from: "K-1" })]);
    await release(record, "K-1");
    expect(numbers()).toEqual(["7", "K-2"]);
  });

  it("keeps one that was reserved again after the change", async () => {
    await world.store.reserveNumber({ kind: "customerNumber", number: "K-1", holderId: "7", atMs: 201 });
    await release(carrying("K-2", [LATEST]), "K-1");
    expect(numbers()).toContain("K-1");
  });

  it("gives a project's short form back, and no customer number", async () => {
    await world.store.reserveNumber({ kind: "shortForm", number: "K-1", holderId: "5", atMs: 100 });
    const history = [changed(200, "shortForm", { from: "K-1", to: "K-2" })];
    const record = sampleProject("5", "7", { shortForm: "K-2", history });
    await releaseFormerNumber(run, describeProjects(run), { record, formerNumber: "K-1" });
    expect(world.store.reservations().map(({ kind, number }) => `${kind} ${number}`)).toEqual([
      "customerNumber 7",
      "customerNumber K-1",
      "customerNumber K-2",
    ]);
  });
});

describe("what is known of a number's holder", () => {
  it("is number and name, and nothing of an entry without data or of what is not stored", () => {
    const ofCustomer = describeCustomers(run).numberOf;
    const ofProject = describeProjects(run).numberOf;
    expect(ofCustomer(sampleCustomer("7"))).toEqual({ number: "7", name: "Müller & Söhne 7" });
    expect(ofProject(sampleProject("5", "7"))).toEqual({ number: "5", name: "Umbau 5" });
    const { fields: _, ...customer } = sampleCustomer("7");
    const { fields: __, ...project } = sampleProject("5", "7");
    expect(ofCustomer(customer)).toEqual({ number: "7", name: undefined });
    expect(ofProject(project)).toEqual({ number: "5", name: undefined });
    for (const numberOf of [ofCustomer, ofProject])
      expect(numberOf(undefined)).toEqual({ number: undefined, name: undefined });
  });
});
