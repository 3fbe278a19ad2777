import { beforeEach, describe, expect, it } from "vitest";
import type { NumberKind } from "../../lib/sync/ports.ts";
import { rehearse } from "../../lib/sync/rehearsal.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleCustomer, sampleProject } from "../fixtures/sample-records.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;
let run: Run;

const heldFor = (number: string, holderId = "9") =>
  ({ code: "numberTaken", number, holderId, holderName: "" }) as const;

/** Customer 1 and project 1 are held for want of a number of their own, which customer 2 and project 2 have. */
beforeEach(async () => {
  world = createSyncWorld();
  run = { ...world.ports, cause: "event" };
  const reason = heldFor("1", "2");
  const { customerNumber: _, ...customer } = sampleCustomer("1", { state: "failing", reason });
  const { shortForm: __, ...project } = sampleProject("1", "7", { state: "failing", reason });
  await world.store.write(customer);
  await world.store.write(project);
  await world.store.write(sampleCustomer("2", { customerNumber: "1", changedAtMs: 77 }));
  await world.store.write(sampleProject("2", "7", { shortForm: "1", changedAtMs: 77 }));
});

const everything = () => [world.store.customers(), world.store.projects(), world.store.reservations()];
const reserve = (kind: NumberKind, number: string, holderId = "1") =>
  rehearse(run).run.store.reserveNumber({ kind, number, holderId, atMs: 1 });
const KINDS: readonly NumberKind[] = ["customerNumber", "shortForm"];

describe("rehearse", () => {
  it("collects what would be written, and changes nothing", async () => {
    await run.store.reserveNumber({ kind: "customerNumber", number: "1", holderId: "2", atMs: 1 });
    const before = everything();
    const { run: rehearsed, written } = rehearse(run);
    const [one, two, three] = ["1", "2", "3"].map((id) => sampleCustomer(id, { revision: 2 }));
    if (one === undefined || two === undefined || three === undefined) throw new Error("three records are needed");
    const claim = { kind: "customerNumber", number: "1", holderId: "2", atMs: 2 } as const;
    expect(await rehearsed.store.write(one)).toBe("written");
    const handOver = { survivor: two, pointer: three, claim: { ...claim, takeFrom: "3" } };
    expect(await rehearsed.store.handOver(handOver)).toEqual({ kind: "written" });
    await rehearsed.store.reserveNumber({ ...claim, number: "K-2" });
    await rehearsed.store.releaseNumber(claim);
    expect(written).toEqual([one, two, three]);
    expect(everything()).toEqual(before);
  });

  it("queues nothing and tells nobody", async () => {
    const { queue, telemetry } = rehearse(run).run;
    await queue.send({ deliveryId: "d", receivedAtMs: 1, changes: [change("company", "1")] });
    telemetry.info("told");
    telemetry.count("counted", 1);
    expect(world.queue.size()).toBe(0);
    expect(world.log).toEqual([]);
    expect(world.counts.size).toBe(0);
  });

  it.each(KINDS)("foresees that a %s is taken for which a record is held already", async (kind) => {
    expect(await reserve(kind, "1")).toEqual({ kind: "taken", holderId: "2", reservedAtMs: 77 });
  });

  it.each(KINDS)("foresees that a %s is free", async (kind) => {
    expect(await reserve(kind, "K-1")).toEqual({ kind: "reserved" });
    expect(await reserve(kind, "1", "2")).toEqual({ kind: "reserved" });
    expect(await reserve(kind, "4711", "4711")).toEqual({ kind: "reserved" });
  });

  it("looks for what holds a number among the records of its kind alone", async () => {
    const { customerNumber: _, ...held } = sampleCustomer("3", { state: "failing", reason: heldFor("3") });
    const { shortForm: __, ...heldToo } = sampleProject("4", "7", { state: "failing", reason: heldFor("4") });
    await world.store.write(held);
    await world.store.write(heldToo);
    await world.store.write(sampleCustomer("9", { customerNumber: "3" }));
    await world.store.write(sampleProject("9", "7", { shortForm: "4" }));
    expect(await reserve("customerNumber", "3", "3")).toMatchObject({ kind: "taken", holderId: "9" });
    expect(await reserve("shortForm", "4", "4")).toMatchObject({ kind: "taken", holderId: "9" });
    expect(await reserve("shortForm", "3", "3")).toEqual({ kind: "reserved" });
    expect(await reserve("customerNumber", "4", "4")).toEqual({ kind: "reserved" });
  });

  it("foresees that a number is free which its holder has given back", async () => {
    await world.store.write(sampleCustomer("2", { customerNumber: "K-2", revision: 2 }));
    await world.store.write(sampleProject("2", "7", { shortForm: "K-2", revision: 2 }));
    for (const kind of KINDS) expect(await reserve(kind, "1")).toEqual({ kind: "reserved" });
  });
});
