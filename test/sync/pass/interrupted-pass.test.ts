import { describe, expect, it } from "vitest";
import { createRandom } from "../../../infra/local/hubspot-simulator/seeded-random.ts";
import { continuePass } from "../../../lib/sync/pass/continue-pass.ts";
import { startPass } from "../../../lib/sync/pass/start-pass.ts";
import type { HandOver, Pass } from "../../../lib/sync/pass-ports.ts";
import { processChanges } from "../../../lib/sync/process-changes.ts";
import {
  changeUnheard,
  companyId,
  differences,
  fill,
  numbers,
  open,
  work,
  type Filled,
} from "../../fixtures/pass-portal.ts";
import { Death, type PassWorld } from "../../fixtures/pass-world.ts";
import { contentOf } from "../../fixtures/sync-world.ts";

const HOUR_MS = 3_600_000;
const wait = ({ world }: Pick<Filled, "world">, ms: number): Promise<void> => world.clock.run(world.clock.sleep(ms));

/** A portal that was carried over, and then changed without anybody hearing of it. */
async function fallBehind(): Promise<Filled> {
  const filled = fill({ companies: 120, contacts: 150, deals: 60 });
  await filled.world.runPass();
  await work(filled);
  changeUnheard(filled);
  await wait(filled, 2 * HOUR_MS);
  return filled;
}

async function start({ world }: Pick<Filled, "world">): Promise<string> {
  const started = await world.clock.run(startPass(world.ports));
  if (started.kind !== "started") throw new Error(started.kind);
  return started.passId;
}

async function readPass({ world }: Pick<Filled, "world">, passId: string): Promise<Pass> {
  const pass = await world.passes.readPass(passId);
  if (pass === undefined) throw new Error("not stored");
  return pass;
}

/** Kills whoever makes a call, before or after it took effect, up to six times. */
function killAtRandom({ faults }: PassWorld, seed: number): { kills: number } {
  const random = createRandom(seed);
  const state = { kills: 0 };
  const mayKill = (share: number) => (): void => {
    if (state.kills >= 6 || random() > share) return;
    state.kills += 1;
    throw new Death();
  };
  faults.beforeStore = mayKill(0.008);
  faults.afterCall = mayKill(0.008);
  faults.onHubSpot = mayKill(0.02);
  return state;
}

function stopKilling({ faults }: PassWorld): void {
  faults.beforeStore = () => undefined;
  faults.afterCall = () => undefined;
  faults.onHubSpot = () => undefined;
}

describe("a pass that is killed at random", () => {
  it.each(numbers(12))("before or after any call ends with the records of one that is not (seed %i)", async (seed) => {
    const [calm, killed] = [await fallBehind(), await fallBehind()];
    await calm.world.runPass();
    await work(calm);
    const passId = await start(killed);
    const state = killAtRandom(killed.world, seed + 100);
    await killed.world.drain({ invocationMs: 62_000 });
    stopKilling(killed.world);
    expect(state.kills).toBeGreaterThan(0);
    expect(await readPass(killed, passId)).toMatchObject({ status: "succeeded" });
    await work(killed);
    expect(differences(killed)).toEqual([]);
    expect(contentOf(killed.world)).toEqual(contentOf(calm.world));
  });

  it.each([9, 20, 28, 45])("at page %i repeats at most ten seconds of work, and the page at hand", async (last) => {
    // A second a page, and too few for several lanes: a page a second.
    const filled = fill({ companies: 4_900, contacts: 0, deals: 0 }, { latencyMs: 1_000 });
    const { world } = filled;
    await world.runPass();
    await wait(filled, 1_000);
    const passId = await start(filled);
    let pages = 0;
    world.faults.onHubSpot = (url) => {
      if (!url.includes("/companies?limit=")) return;
      pages += 1;
      if (pages === last) throw new Death();
    };
    await world.drain();
    const repeated = pages - 49;
    expect(repeated).toBeGreaterThan(0);
    expect(repeated).toBeLessThanOrEqual(10 + 1);
    expect((await readPass(filled, passId)).counts["company"]?.["read"]).toBe(4_900);
  });
});

const invoke = ({ world }: Filled, message: HandOver, owner: string): Promise<void> =>
  continuePass(world.ports, message, { owner, deadlineMs: world.clock.now() + 900_000 });
const takeMessage = ({ world }: Filled): HandOver => {
  const message = world.waiting.shift();
  if (message === undefined || "start" in message) throw new Error("no message");
  return message;
};

describe("two invocations", () => {
  it("given one message twice, at once: one works, the other comes back when the lease should have ended", async () => {
    const filled = await fallBehind();
    const { world } = filled;
    const passId = await start(filled);
    const message = takeMessage(filled);
    const before = world.portal.calls.byKind.list ?? 0;
    await world.clock.run(Promise.all([invoke(filled, message, "one"), invoke(filled, message, "two")]));
    // Two, two and one pages.
    expect((world.portal.calls.byKind.list ?? 0) - before).toBe(5);
    expect(world.waiting).toEqual([{ passId }]);
    await world.drain();
    expect((world.portal.calls.byKind.list ?? 0) - before).toBe(5);
    expect(world.metrics).toMatchObject({ PassSucceeded: 2 });
  });

  it("of which the first falls asleep: the second takes over, and what the sleeper had read overwrites nothing", async () => {
    const filled = await fallBehind();
    const { world, hubspot } = filled;
    const passId = await start(filled);
    const message = takeMessage(filled);
    let isAsleep = false;
    world.faults.answer = async (url, answer) => {
      if (isAsleep || !url.pathname.endsWith("/companies") || !url.searchParams.has("limit")) return answer;
      isAsleep = true;
      await world.clock.sleep(600_000);
      return answer;
    };
    const sleeper = invoke(filled, message, "sleeper");
    const others = async (): Promise<void> => {
      await world.clock.sleep(200_000);
      // The sleeper holds a page on which this company still has its former name.
      hubspot.update("company", companyId(1), { name: "Danach" });
      await invoke(filled, message, "second");
    };
    await world.clock.run(Promise.all([sleeper, others()]));
    expect(isAsleep).toBe(true);
    expect(await readPass(filled, passId)).toMatchObject({ status: "succeeded" });
    expect(world.log.filter((line) => line.startsWith("pass was taken over"))).toHaveLength(1);
    expect(world.metrics).toMatchObject({ PassSucceeded: 2 });
    await world.drain();
    await work(filled);
    expect(differences(filled)).toEqual([]);
  });

  it("of two passes: the second may start once the first one's lease has run out, and the first stores nothing more", async () => {
    const filled = await fallBehind();
    const { world } = filled;
    const first = await start(filled);
    const abandoned = takeMessage(filled);
    expect(await world.clock.run(startPass(world.ports))).toEqual({ kind: "running", passId: first });
    await wait(filled, 119_000);
    expect(await world.clock.run(startPass(world.ports))).toEqual({ kind: "running", passId: first });
    await wait(filled, 1_000);
    const second = await start(filled);
    await world.clock.run(invoke(filled, abandoned, "late"));
    expect(await readPass(filled, first)).toMatchObject({ status: "failed", reason: "abandoned" });
    await world.drain();
    expect(await readPass(filled, second)).toMatchObject({ status: "succeeded" });
    await work(filled);
    expect(differences(filled)).toEqual([]);
  });
});

/** Somebody edits a company, and the worker hears of it and is done. */
async function editHeard({ world, hubspot }: Filled, name: string): Promise<void> {
  const id = companyId(10);
  hubspot.update("company", id, { name });
  const atMs = world.clock.now();
  const changes = [{ type: "company", id, at: { property: atMs }, looks: 0, failures: 0 } as const];
  const message = { messageId: "1", deliveryId: "d", receivedAtMs: atMs, receives: 1, changes };
  await processChanges(world.ports, [message], { maxReceives: 5 });
}

describe("a webhook in the middle of a pass", () => {
  /** At which call of the pass the worker comes in between. */
  it.each<[moment: string, isNow: (call: string) => boolean]>([
    ["after the page was read, before the records were", (call) => call === "streamCustomers"],
    ["after both were read, before the page is applied", (call) => call === "readCustomers"],
    ["right before the pass writes", (call) => call === "write"],
  ])("is not overwritten by the older page: %s", async (_moment, isNow) => {
    const filled = fill({ companies: 30, contacts: 0, deals: 0 });
    const { world, hubspot } = filled;
    await world.runPass();
    await work(filled);
    hubspot.update("company", companyId(10), { name: "Stand 1" });
    await wait(filled, 60_000);
    const edits: Promise<void>[] = [];
    world.faults.beforeStore = async (call: string) => {
      if (edits.length > 0 || !isNow(call)) return;
      edits.push(editHeard(filled, "Stand 2"));
      await edits[0];
    };
    await world.runPass();
    expect(edits).toHaveLength(1);
    expect(world.store.customers().find(({ companyId: id }) => id === companyId(10))?.fields?.name).toBe("Stand 2");
    expect(differences(filled)).toEqual([]);
  });

  it("that brought a new object after the list had passed its place keeps what it brought", async () => {
    const filled = open();
    const { world, hubspot } = filled;
    hubspot.create("company", { id: companyId(1), properties: { name: "Alt" } });
    await world.runPass();
    let isDone = false;
    world.faults.beforeStore = async (call: string) => {
      if (isDone || call !== "streamCustomers") return;
      isDone = true;
      await world.clock.sleep(1_000);
      hubspot.create("company", { id: companyId(10), properties: { name: "Neu" } });
      await editHeard(filled, "Neuer");
    };
    const pass = await world.runPass();
    expect(pass.counts["company"]?.["deferred"]).toBeUndefined();
    expect(differences(filled)).toEqual([]);
  });

  it("before the pass leaves nothing to repair", async () => {
    const filled = fill({ companies: 30, contacts: 0, deals: 0 });
    const { world } = filled;
    await world.runPass();
    await world.clock.run(editHeard(filled, "Gehört"));
    const pass = await world.runPass();
    expect(pass.counts["company"]?.["repaired"]).toBeUndefined();
    expect(differences(filled)).toEqual([]);
  });
});
