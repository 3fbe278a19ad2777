import { beforeEach, describe, expect, it } from "vitest";
import type { Reason } from "../../lib/domain/record.ts";
import { wakeHeldRecord } from "../../lib/sync/wake-held-record.ts";
import { sampleProject, sampleUntransferred } from "../fixtures/sample-records.ts";
import { createSyncWorld, readMessage, type SyncWorld } from "../fixtures/sync-world.ts";

const heldFor = (number: string): Reason => ({ code: "numberTaken", number, holderId: "8", holderName: "Umbau" });

let world: SyncWorld;

/** Customer 7 and project 5 are held for want of the numbers of their ids, project 6 for want of another one. */
beforeEach(async () => {
  world = createSyncWorld();
  await world.store.write(sampleUntransferred("7", { state: "failing", reason: heldFor("7") }));
  await world.store.write(sampleProject("5", "1", { state: "failing", reason: heldFor("5") }));
  await world.store.write(sampleProject("6", "1", { state: "failing", reason: heldFor("U-6") }));
  await world.store.write(sampleProject("9", "1"));
});

describe("wakeHeldRecord", () => {
  it.each([
    ["customerNumber", "7", "company"],
    ["shortForm", "5", "deal"],
  ] as const)("queues who waits for the %s %s, in the name of who freed it", async (numberKind, number, type) => {
    const before = world.now();
    await wakeHeldRecord({ ...world.ports, cause: "pass" }, numberKind, number);
    expect(world.queue.receive(10, 1).Records.map(readMessage)).toMatchObject([
      {
        deliveryId: `pass-${before + 1}`,
        receivedAtMs: before + 1,
        changes: [{ type, id: number, at: { resync: before + 1 }, looks: 0, failures: 0 }],
      },
    ]);
  });

  it.each([
    ["customerNumber", "5", "is a project's, not a customer's"],
    ["shortForm", "7", "is a customer's, not a project's"],
    ["shortForm", "6", "is not the number that the record of that id waits for"],
    ["shortForm", "9", "belongs to a record that waits for nothing"],
    ["shortForm", "4711", "is nobody's default"],
  ] as const)("wakes nobody when the %s %s %s", async (...[numberKind, number]) => {
    await wakeHeldRecord({ ...world.ports, cause: "pass" }, numberKind, number);
    expect(world.queue.size()).toBe(0);
  });
});
