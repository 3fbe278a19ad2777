import { describe, expect, it } from "vitest";
import { addNumber, bucketOf, createNumberSums } from "../../../lib/domain/number-sums.ts";
import { freeNumbers } from "../../../lib/sync/pass/free-numbers.ts";
import { LostLeaseError, type PassSession } from "../../../lib/sync/pass/pass-session.ts";
import { companyId, dealId, fill, numbers } from "../../fixtures/pass-portal.ts";
import { openSession, resumeSession } from "../../fixtures/pass-session.ts";
import type { PassWorld } from "../../fixtures/pass-world.ts";

const QUARTER_HOUR_MS = 900_000;
/** Reservations of a page of the store in memory. */
const PAGE_SIZE = 100;

interface Swept {
  readonly world: PassWorld;
  /** Which page of which kind was read, in order. */
  readonly pages: string[];
}

/** 247 customer numbers and 127 short forms that records hold. */
async function fillWithNumbers(): Promise<Swept> {
  const { world } = fill({ companies: 260, contacts: 0, deals: 140 });
  await world.runPass();
  const pages: string[] = [];
  const lists: Record<string, number> = {};
  world.faults.beforeStore = async (name, [kind, cursor]) => {
    if (name !== "listReservations") return;
    const page = cursor === undefined ? 1 : (lists[String(kind)] ?? 1) + 1;
    lists[String(kind)] = page;
    pages.push(`${String(kind)} ${page}`);
    await world.clock.sleep(1_000);
  };
  return { world, pages };
}

/** Sums as the comparison makes them, before anything leaks. */
function heldNumbers(world: PassWorld) {
  const sums = { customerNumber: createNumberSums(), shortForm: createNumberSums() };
  for (const reservation of world.store.reservations()) addNumber(sums[reservation.kind], reservation);
  return sums;
}

/** A crash has left these behind, a quarter of an hour ago. */
async function leak(world: PassWorld, count: number): Promise<void> {
  const atMs = world.clock.now();
  for (const number of numbers(count)) {
    const claim = { number: `LECK-${number}`, atMs } as const;
    await world.store.reserveNumber({ ...claim, kind: "customerNumber", holderId: companyId(number + 1) });
    await world.store.reserveNumber({ ...claim, kind: "shortForm", holderId: dealId(number + 1) });
  }
  await world.clock.run(world.clock.sleep(QUARTER_HOUR_MS));
}

const isLeak = ({ number }: { readonly number: string }): boolean => number.startsWith("LECK-");

/** Sweeps in as many invocations as it takes. */
async function sweepAll(
  world: PassWorld,
  session: PassSession,
  workMs?: number,
): Promise<{ readonly invocations: number; readonly freed: number }> {
  let invocations = 1;
  let current = session;
  while (!(await world.clock.run(freeNumbers(current)))) {
    current = resumeSession(current, workMs);
    invocations += 1;
    if (invocations > 100) throw new Error("the sweep never ends");
  }
  return { invocations, freed: current.countOf("number", "freed") };
}

const ALL_PAGES = [1, 2, 3].map((page) => `customerNumber ${page}`).concat([1, 2].map((page) => `shortForm ${page}`));

describe("freeNumbers", () => {
  it("goes through the reservations once when records hold all of them", async () => {
    const { world, pages } = await fillWithNumbers();
    const session = await openSession(world, { checkpoint: { numbers: heldNumbers(world) } });
    expect(await world.clock.run(freeNumbers(session))).toBe(true);
    expect(pages).toEqual(ALL_PAGES);
    expect(session.counts).not.toHaveProperty("number");
  });

  it("reads the holders of numbers in doubtful buckets alone, each once", async () => {
    const { world } = await fillWithNumbers();
    const held = world.store.reservations();
    const session = await openSession(world, { checkpoint: { numbers: heldNumbers(world) } });
    const leaked = ["LECK-1", "LECK-2"];
    const claim = { kind: "customerNumber", holderId: companyId(1), atMs: world.clock.now() } as const;
    for (const number of leaked) await world.store.reserveNumber({ ...claim, number });
    await world.clock.run(world.clock.sleep(QUARTER_HOUR_MS));
    const read: string[] = [];
    world.faults.beforeStore = (name, [ids]) => {
      if (name === "readCustomers" && Array.isArray(ids)) read.push(...ids.map(String));
    };
    expect(await sweepAll(world, session)).toEqual({ invocations: 1, freed: 2 });
    const buckets = new Set(leaked.map(bucketOf));
    const doubtful = held.filter(({ kind, number }) => kind === claim.kind && buckets.has(bucketOf(number)));
    expect(read.toSorted()).toEqual([companyId(1), ...doubtful.map(({ holderId }) => holderId)].toSorted());
  });

  it("frees what no record holds, of both kinds, and nothing else", async () => {
    const { world } = await fillWithNumbers();
    const held = world.store.reservations();
    const session = await openSession(world, { checkpoint: { numbers: heldNumbers(world) } });
    await leak(world, 3);
    expect(held.length).toBeGreaterThan(3 * PAGE_SIZE);
    expect(await sweepAll(world, session)).toEqual({ invocations: 1, freed: 6 });
    expect(world.store.reservations()).toEqual(held);
  });

  it("leaves a number that was reserved less than a quarter of an hour ago", async () => {
    const { world } = await fillWithNumbers();
    world.faults.beforeStore = () => undefined;
    const session = await openSession(world, { checkpoint: { numbers: heldNumbers(world) } });
    const reserve = (number: string): Promise<unknown> =>
      world.store.reserveNumber({ kind: "shortForm", number, holderId: dealId(1), atMs: world.clock.now() });
    await reserve("LECK-ALT");
    await world.clock.run(world.clock.sleep(1));
    await reserve("LECK-NEU");
    await world.clock.run(world.clock.sleep(QUARTER_HOUR_MS - 1));
    await world.clock.run(freeNumbers(session));
    expect(world.store.reservations().filter(isLeak)).toMatchObject([{ number: "LECK-NEU" }]);
    expect(session.countOf("number", "freed")).toBe(1);
  });

  it.each(numbers(10))("goes on after page %i where its time ran out, and reads no page twice", async (last) => {
    const [calm, interrupted] = [await fillWithNumbers(), await fillWithNumbers()];
    for (const { world } of [calm, interrupted]) {
      const workMs = world === calm.world ? undefined : QUARTER_HOUR_MS + last * 1_000;
      const session = await openSession(world, {
        checkpoint: { numbers: heldNumbers(world) },
        ...(workMs !== undefined && { workMs }),
      });
      await leak(world, 3);
      expect(await sweepAll(world, session)).toEqual({ invocations: workMs === undefined ? 1 : 2, freed: 6 });
    }
    expect(calm.pages).toHaveLength(10);
    expect(interrupted.pages).toEqual(calm.pages);
    expect(interrupted.world.store.reservations()).toEqual(calm.world.store.reservations());
  });

  it("comes to its end in invocations that have time for one page each", async () => {
    const { world, pages } = await fillWithNumbers();
    const session = await openSession(world, {
      checkpoint: { numbers: heldNumbers(world) },
      workMs: QUARTER_HOUR_MS + 1,
    });
    await leak(world, 3);
    expect(await sweepAll(world, session, 1)).toEqual({ invocations: 10, freed: 6 });
    expect(pages).toHaveLength(10);
  });

  it("stores where it is every ten seconds, so that it keeps its lease and a crash repeats no more", async () => {
    const { world } = await fillWithNumbers();
    const saved: number[] = [];
    world.faults.beforeStore = async (name, [asked]) => {
      if (name === "listReservations") await world.clock.sleep(6_000);
      if (name === "saveCheckpoint") saved.push(Object(asked).checkpoint.sweep.pages);
    };
    await world.clock.run(freeNumbers(await openSession(world, { checkpoint: { numbers: heldNumbers(world) } })));
    expect(saved).toEqual([2, 4]);
  });

  it("stops when another invocation has taken the pass over", async () => {
    const { world } = await fillWithNumbers();
    const session = await openSession(world);
    world.faults.beforeStore = async (name) => {
      if (name === "listReservations") await world.clock.sleep(130_000);
    };
    const { passId } = session.pass;
    const takeOver = async (): Promise<void> => {
      await world.clock.sleep(125_000);
      const nowMs = world.clock.now();
      await world.passes.takeOver({ passId, owner: "another", nowMs, leaseUntilMs: nowMs + 120_000 });
    };
    const sweeping = Promise.all([freeNumbers(session), takeOver()]);
    await expect(world.clock.run(sweeping)).rejects.toThrow(LostLeaseError);
  });

  it("counts as progress, so that an outage in it does not end the pass early", async () => {
    const { world } = await fillWithNumbers();
    const session = await openSession(world, { checkpoint: { numbers: heldNumbers(world) } });
    const before = session.progress;
    await world.clock.run(freeNumbers(session));
    expect(session.progress - before).toBeGreaterThanOrEqual(ALL_PAGES.length - 1);
  });
});
