import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyChanges } from "../../lib/sync/apply-changes.ts";
import { attachCustomerRecord, attachProjectRecord } from "../../lib/sync/attach-record.ts";
import { detachCustomerRecord, detachProjectRecord } from "../../lib/sync/detach-record.ts";
import { editCustomerRecord, editProjectRecord } from "../../lib/sync/edit-record.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import { MAX_LOOKS } from "../../lib/domain/decision.ts";
import type { Fence, SyncRecord } from "../../lib/domain/record.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleCompany, sampleDeal, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { sampleUntransferred, sampleWaiting } from "../fixtures/sample-records.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

/** What may happen at the same time as a merge of 1 and 2 into 90, one of which has a number given by hand. */
interface Kind {
  readonly prepare: (world: SyncWorld, run: Run) => Promise<unknown>;
  readonly merge: (world: SyncWorld) => void;
  readonly type: "company" | "deal";
  readonly detach: (run: Run, id: string) => Promise<unknown>;
  readonly attach: (run: Run, id: string) => Promise<unknown>;
  readonly renumber: (run: Run, id: string, number: string) => Promise<unknown>;
  readonly survivorWithoutData: (fence: Fence) => SyncRecord;
  readonly listCarried: (world: SyncWorld) => readonly string[];
}

const later = { updatedAtMs: UPDATED_AT_MS + 60_000 };
const IDS = ["1", "2"] as const;

const CUSTOMERS: Kind = {
  type: "company",
  prepare: async (world, run) => {
    for (const id of IDS) world.hubspot.putCompany(sampleCompany(id));
    await world.tell(...IDS.map((id) => change("company", id)));
    await world.drain();
    return editCustomerRecord(run, { id: "2", edit: { customerNumber: "K-2" } });
  },
  merge: ({ hubspot }) => hubspot.mergeCompanies([...IDS], sampleCompany("90", later)),
  detach: (run, id) => detachCustomerRecord(run, { id }),
  attach: (run, id) => attachCustomerRecord(run, { id }),
  renumber: (run, id, customerNumber) => editCustomerRecord(run, { id, edit: { customerNumber } }),
  survivorWithoutData: (fence) => sampleUntransferred("90", { fence }),
  listCarried: ({ store }) =>
    store
      .customers()
      .flatMap(({ companyId, customerNumber: number }) => (number === undefined ? [] : `${number} of ${companyId}`)),
};

const PROJECTS: Kind = {
  type: "deal",
  prepare: async (world, run) => {
    world.hubspot.putCompany(sampleCompany("7"));
    for (const id of IDS) world.hubspot.putDeal(sampleDeal(id), "7");
    await world.tell(...IDS.map((id) => change("deal", id)));
    await world.drain();
    return editProjectRecord(run, { id: "2", edit: { shortForm: "K-2", tasks: ["Bau"] } });
  },
  merge: ({ hubspot }) => hubspot.mergeDeals([...IDS], sampleDeal("90", later), "7"),
  detach: (run, id) => detachProjectRecord(run, { id }),
  attach: (run, id) => attachProjectRecord(run, { id }),
  renumber: (run, id, shortForm) => editProjectRecord(run, { id, edit: { shortForm } }),
  survivorWithoutData: (fence) => sampleWaiting("90", { fence }),
  listCarried: ({ store }) =>
    store.projects().flatMap(({ dealId, shortForm: number }) => (number === undefined ? [] : `${number} of ${dealId}`)),
};

type Act = (kind: Kind, world: SyncWorld, run: Run) => Promise<unknown>;

const hear =
  (id: string): Act =>
  (kind, world, run) =>
    applyChanges({ ...run, cause: "event" }, [change(kind.type, id, { merged: world.now() })], "test");

/** A merge is heard of by whichever of its three objects; admins are busy with both of those that vanish. */
const ACTS: Readonly<Record<string, Act>> = {
  "survivor heard of": hear("90"),
  "1 heard of": hear("1"),
  "2 heard of": hear("2"),
  "detach 1": (kind, _world, run) => kind.detach(run, "1"),
  "detach 2": (kind, _world, run) => kind.detach(run, "2"),
  "attach 2": (kind, _world, run) => kind.attach(run, "2"),
  "renumber 1": (kind, _world, run) => kind.renumber(run, "1", "K-3"),
  "renumber 2": (kind, _world, run) => kind.renumber(run, "2", "K-4"),
  "number of 2 to 1": (kind, _world, run) => kind.renumber(run, "1", "K-2"),
};

/** Which numbers two records have at once. */
function findTwice(carried: readonly string[]): readonly string[] {
  const numbers = carried.map((line) => line.split(" of ")[0]);
  return carried.filter((_line, index) => numbers.indexOf(numbers[index]) !== numbers.lastIndexOf(numbers[index]));
}

/** What an admin or a worker gives up is asked again by them, or by the queue. */
async function settle(act: Promise<unknown>): Promise<void> {
  try {
    await act;
  } catch (error) {
    if (!(error instanceof RetryableError)) throw error;
  }
}

describe.each([
  ["customer", CUSTOMERS],
  ["project", PROJECTS],
])("a merge of %ss", (_name, kind) => {
  it("leaves no number with two records at any moment, whatever else happens to them meanwhile", async () => {
    const names = fc.uniqueArray(fc.constantFrom(...Object.keys(ACTS)), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), names, async (scheduler, acts) => {
        const world = createSyncWorld();
        const run: Run = { ...world.ports, cause: "admin" };
        await kind.prepare(world, run);
        world.advance(3_600_000);
        kind.merge(world);
        const expectUnique = () => expect(findTwice(kind.listCarried(world))).toEqual([]);
        world.faults.beforeStore = async () => {
          await scheduler.schedule(Promise.resolve());
          expectUnique();
        };
        await scheduler.waitFor(
          Promise.all(acts.map((name) => settle(ACTS[name]?.(kind, world, run) ?? run.clock.sleep(0)))),
        );
        world.faults.beforeStore = expectUnique;
        await world.tell(change(kind.type, "90", { merged: world.now() }));
        await world.drain();
        const reserved = world.store.reservations().map(({ number, holderId }) => `${number} of ${holderId}`);
        expect(reserved).toEqual(expect.arrayContaining([...kind.listCarried(world)]));
      }),
      { numRuns: 300 },
    );
  });

  it("empties nothing for a survivor whose newest read did not show the merge yet", async () => {
    const world = createSyncWorld();
    const run: Run = { ...world.ports, cause: "event" };
    await kind.prepare(world, run);
    kind.merge(world);
    const carried = kind.listCarried(world);
    // Who was answered by a replica that lags, with a clock that is a little ahead.
    const fence = { sourceUpdatedAtMs: later.updatedAtMs, readAtMs: world.now() + 2_000 };
    await world.store.write(kind.survivorWithoutData(fence));
    const lastLook = { ...change(kind.type, "1"), looks: MAX_LOOKS };
    await applyChanges(run, [lastLook], "test");
    expect(kind.listCarried(world)).toEqual(carried);
    await world.tell(change(kind.type, "1"));
    await world.drain();
    expect(kind.listCarried(world)).toEqual(["K-2 of 90"]);
  });
});
