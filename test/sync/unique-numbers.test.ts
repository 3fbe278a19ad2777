import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editCustomerRecord } from "../../lib/sync/edit-record.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import { sampleCompany } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

const HOLDERS = ["1", "2", "3"] as const;
const NUMBERS = ["1", "2", "3", "K-1", "K-2"] as const;

/** A reservation that a crash left behind may be taken over after this. */
const LEAKED_AFTER_MS = 20 * 60_000;

interface Wish {
  readonly id: (typeof HOLDERS)[number];
  readonly customerNumber: (typeof NUMBERS)[number];
}

async function createHolders(): Promise<SyncWorld> {
  const world = createSyncWorld();
  for (const id of HOLDERS) world.hubspot.putCompany(sampleCompany(id));
  await world.tell(...HOLDERS.map((id) => change("company", id)));
  await world.drain();
  return world;
}

/** @returns whether it was made; undefined after a crash */
async function renumber(world: SyncWorld, { id, customerNumber }: Wish): Promise<boolean | undefined> {
  try {
    const outcome = await editCustomerRecord({ ...world.ports, cause: "admin" }, { id, edit: { customerNumber } });
    return outcome.kind === "done";
  } catch (error) {
    if (error instanceof RetryableError) return undefined;
    throw error;
  }
}

/** No number on two customers, and every customer's number reserved for it and nobody else. */
function expectUnique({ store }: SyncWorld): void {
  const carried = store.customers().map(({ companyId, customerNumber }) => `${customerNumber} of ${companyId}`);
  const reserved = store.reservations().map(({ number, holderId }) => `${number} of ${holderId}`);
  expect(new Set(store.customers().map(({ customerNumber }) => customerNumber)).size).toBe(HOLDERS.length);
  expect(reserved).toEqual(expect.arrayContaining(carried));
}

describe("customer numbers", () => {
  const wish = fc.record({ id: fc.constantFrom(...HOLDERS), customerNumber: fc.constantFrom(...NUMBERS) });
  /** One for each call of the table: whether it dies before or after it takes effect, or lives. */
  const fates = fc.array(fc.constantFrom("lives", "lives", "lives", "lives", "before", "after"), { maxLength: 40 });

  it("are never held twice and never lost, however requests interleave and wherever they die", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(wish, { minLength: 2, maxLength: 6 }), fates, async (...given) => {
        const [scheduler, wishes, plan] = given;
        const world = await createHolders();
        const left = [...plan];
        const fate: { next: string | undefined } = { next: undefined };
        world.faults.beforeStore = async () => {
          await scheduler.schedule(Promise.resolve());
          expectUnique(world);
          fate.next = left.shift();
          if (fate.next === "before") throw new RetryableError("died", { code: "timeout" });
        };
        world.faults.afterStore = () => {
          if (fate.next === "after") throw new RetryableError("died", { code: "timeout" });
        };
        const running = Promise.all(wishes.map((one) => renumber(world, one)));
        await scheduler.waitFor(running);
        world.faults.beforeStore = undefined;
        world.faults.afterStore = undefined;
        expectUnique(world);
        await expectNoneLost(world);
        expect(scheduler.count()).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

/** Once a crash is old enough, whoever asks gets each number that no customer carries, and none that one does. */
async function expectNoneLost(world: SyncWorld): Promise<void> {
  for (const customerNumber of NUMBERS) {
    world.advance(LEAKED_AFTER_MS + 60_000);
    const carrier = world.store.customers().find((customer) => customer.customerNumber === customerNumber);
    for (const id of HOLDERS.filter((holder) => holder !== carrier?.companyId).slice(0, 1)) {
      expect(await renumber(world, { id, customerNumber })).toBe(carrier === undefined);
      expectUnique(world);
    }
  }
}
