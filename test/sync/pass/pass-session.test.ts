import { describe, expect, it } from "vitest";
import { OBJECT_TYPES, type ObjectType } from "../../../lib/domain/hubspot-object.ts";
import { RetryableError } from "../../../lib/sync/errors.ts";
import {
  CHUNK_ENTRIES,
  LostLeaseError,
  leaseUntil,
  listGroups,
  PassSession,
} from "../../../lib/sync/pass/pass-session.ts";
import { numbers, open } from "../../fixtures/pass-portal.ts";
import { FRESH_CHECKPOINT, openSession } from "../../fixtures/pass-session.ts";
import { ALL_DEALS, type PassWorld } from "../../fixtures/pass-world.ts";

const LEASE_MS = 120_000;
const wait = ({ clock }: PassWorld, ms: number): Promise<void> => clock.run(clock.sleep(ms));
const entries = (count: number, first = 0): readonly string[] => numbers(count).map((number) => `${first + number}`);

/** What is stored of what was put off. */
async function readChunks({ passes }: PassWorld, count: number): Promise<readonly (readonly string[])[]> {
  const chunks: (readonly string[])[] = [];
  for await (const chunk of passes.readCandidates("the-pass", count)) chunks.push(chunk);
  return chunks;
}

/** How often a checkpoint was saved so far. */
function countSaves(world: PassWorld): () => number {
  let saves = 0;
  world.faults.beforeStore = (name) => {
    if (name === "saveCheckpoint") saves += 1;
  };
  return () => saves;
}

describe("a session", () => {
  it("reads what is tried through a reader of its own only where that needs another property", async () => {
    const { world } = open();
    const tried = async (property: string) => {
      const preview = { ...ALL_DEALS, exclusion: { property, values: ["x"] } };
      const { run } = await openSession(world, { checkpoint: { preview } });
      expect(run).toMatchObject({ settings: preview, cause: "pass" });
      return run.hubspot === world.ports.hubspot;
    };
    expect(await tried("zep")).toBe(true);
    expect(await tried("kein_zep")).toBe(false);
    const { run } = await openSession(world);
    expect(run).toMatchObject({ settings: ALL_DEALS, hubspot: world.ports.hubspot });
  });

  it("has time until a minute before its deadline", async () => {
    const { world } = open();
    const session = await openSession(world, { workMs: 1_000 });
    expect([session.hasTimeFor(999), session.hasTimeFor(1_000), session.isTimeUp]).toEqual([true, false, false]);
    await wait(world, 1_000);
    expect(session.isTimeUp).toBe(true);
  });

  it("counts on from what the pass has counted, and leaves that as it is", async () => {
    const { world } = open();
    const pass = { counts: { company: { read: 5 } }, types: ["company", "deal"] as const };
    const session = await openSession(world, { pass, checkpoint: { applied: 20 } });
    session.add("company", { read: 2, created: 1 });
    session.add("deal", { read: 1 });
    session.add("contact", { read: 400 });
    expect(session.countOf("company", "read")).toBe(7);
    expect(session.countOf("company", "created")).toBe(1);
    expect(session.countOf("number", "freed")).toBe(0);
    expect([session.totalRead, session.progress]).toEqual([8, 28]);
    session.update({ sweep: { kind: "shortForm", pages: 300, sums: [] } });
    expect(session.progress).toBe(328);
    session.clearCounts();
    expect([session.totalRead, session.progress]).toEqual([0, 320]);
    expect(pass.counts).toEqual({ company: { read: 5 } });
  });

  it("knows whether anything was put off, stored or not", async () => {
    const { world } = open();
    const session = await openSession(world);
    expect(session.hasDeferred).toBe(false);
    session.defer(["a"]);
    expect(session.hasDeferred).toBe(true);
    await session.save();
    expect(session.hasDeferred).toBe(true);
  });
});

describe("a session's checkpoint", () => {
  it("is due every ten seconds", async () => {
    const { world } = open();
    const saves = countSaves(world);
    const session = await openSession(world);
    await wait(world, 9_999);
    await session.saveIfDue();
    expect(saves()).toBe(0);
    await wait(world, 1);
    await session.saveIfDue();
    expect(saves()).toBe(1);
    await wait(world, 9_999);
    await session.saveIfDue();
    expect(saves()).toBe(1);
  });

  it("is due as soon as a chunk is full, and while it is stored nobody stores another", async () => {
    const { world } = open();
    const saves = countSaves(world);
    const session = await openSession(world);
    session.defer(entries(CHUNK_ENTRIES - 1));
    await session.saveIfDue();
    expect(saves()).toBe(0);
    session.defer(entries(1));
    await session.saveIfDue();
    expect(saves()).toBe(1);
    session.defer(entries(CHUNK_ENTRIES));
    const saving = session.saveIfDue();
    session.defer(entries(CHUNK_ENTRIES));
    await Promise.all([saving, session.saveIfDue()]);
    expect(saves()).toBe(2);
  });

  it("renews the lease, and holds what was counted and put off, in chunks that go on from those before", async () => {
    const { world } = open();
    const session = await openSession(world, { checkpoint: { workedMs: 500 } });
    await wait(world, 1_000);
    session.add("company", { read: 3 });
    session.defer(entries(CHUNK_ENTRIES + 1));
    await session.save();
    session.defer(["last"]);
    await session.save();
    const nowMs = world.clock.now();
    expect(await world.passes.readLease()).toMatchObject({ owner: "worker", leaseUntilMs: leaseUntil(nowMs) });
    expect(leaseUntil(nowMs) - nowMs).toBe(LEASE_MS);
    expect(await readChunks(world, 9)).toEqual([entries(CHUNK_ENTRIES), [String(CHUNK_ENTRIES)], ["last"]]);
    expect(await world.passes.readPass("the-pass")).toMatchObject({ counts: { company: { read: 3 } } });
    const lease = { passId: "the-pass", owner: "worker", nowMs, leaseUntilMs: nowMs };
    expect(await world.passes.takeOver(lease)).toMatchObject({ checkpoint: { chunks: 3, workedMs: 1_500 } });
  });

  it("is stored one after the other, each as it was when it began", async () => {
    const { world } = open();
    const session = await openSession(world);
    const stored: unknown[] = [];
    world.faults.beforeStore = async (name, [saved]) => {
      if (name !== "saveCheckpoint") return;
      await world.clock.sleep(1_000);
      stored.push(Object(saved).checkpoint.warnings);
    };
    session.update({ warnings: ["first"] });
    const both = Promise.all([session.save(), session.save()]);
    session.update({ warnings: ["second"] });
    const beganMs = world.clock.now();
    await world.clock.run(both);
    expect(stored).toEqual([["first"], ["second"]]);
    expect(world.clock.now() - beganMs).toBe(2_000);
  });

  it.each(["appendCandidates", "saveCheckpoint"])("keeps what was put off when %s fails", async (failing) => {
    const { world } = open();
    const session = await openSession(world);
    const outage = new RetryableError("DynamoDB answered 503", { code: "throttled" });
    session.defer(["before"]);
    world.faults.beforeStore = (name) => {
      if (name !== failing) return;
      session.defer(["meanwhile"]);
      throw outage;
    };
    await expect(session.save()).rejects.toBe(outage);
    expect(session.state.chunks).toBe(0);
    world.faults.beforeStore = () => undefined;
    await session.save();
    expect(await readChunks(world, 9)).toEqual([["before", "meanwhile"]]);
    expect(session.state.chunks).toBe(1);
  });

  it("is not stored once another has the lease", async () => {
    const { world } = open();
    const session = await openSession(world);
    const nowMs = world.clock.now() + LEASE_MS;
    await world.passes.takeOver({ passId: "the-pass", owner: "another", nowMs, leaseUntilMs: nowMs + 1 });
    const saving = session.save();
    await expect(saving).rejects.toBeInstanceOf(LostLeaseError);
    await expect(saving).rejects.toMatchObject({ name: "LostLeaseError", message: "lease lost" });
  });

  it("is handed over with a lease for as long as the next invocation may take to start", async () => {
    const { world } = open();
    const session = await openSession(world);
    const sent: unknown[] = [];
    const passQueue = { send: async (...message: readonly unknown[]) => void sent.push(message) };
    Object.assign(session.ports, { passQueue });
    await session.handOver(30);
    expect(await world.passes.readLease()).toMatchObject({ leaseUntilMs: world.clock.now() + 930_000 });
    expect(sent).toEqual([[{ passId: "the-pass", handedBy: "worker" }, 30]]);
  });
});

describe("a session's progress", () => {
  const used = { hubspotCalls: 38, rateLimitedCalls: 3, readUnits: 10.6, writeUnits: 2.4 };
  const types: readonly ObjectType[] = ["company", "contact"];
  const expected = { company: 300, contact: 100, deal: 70 };
  const told = { ...used, readUnits: 11, writeUnits: 2 };

  const progress = async (read: number, checkpoint = {}) => {
    const { world } = open();
    const counts = { company: { read } };
    const session = await openSession(world, { pass: { types, counts }, checkpoint: { used, ...checkpoint } });
    return session.counts["progress"];
  };

  it("tells pace and prospects", async () => {
    expect(await progress(150, { workedMs: 10_000, expected })).toEqual({
      ...told,
      read: 150,
      recordsPerSecond: 15,
      workedSeconds: 10,
      expected: 400,
      donePercent: 37,
      remainingSeconds: 17,
      limitUsedPercent: 20,
    });
  });

  it.each([
    [
      "before anything is read",
      0,
      { expected, workedMs: 10_000 },
      { expected: 400, donePercent: 0, recordsPerSecond: 0 },
    ],
    [
      "where there is more than expected",
      500,
      { expected, workedMs: 10_000 },
      { expected: 400, donePercent: 100, recordsPerSecond: 50 },
    ],
    [
      "where all is read",
      400,
      { expected, workedMs: 10_000 },
      { expected: 400, donePercent: 100, recordsPerSecond: 40 },
    ],
    ["where nobody has counted", 150, { workedMs: 10_000 }, { recordsPerSecond: 15 }],
  ])("leaves out what nobody knows %s", async (...[, read, checkpoint, rest]) => {
    expect(await progress(read, checkpoint)).toEqual({
      ...told,
      read,
      workedSeconds: 10,
      limitUsedPercent: 20,
      ...rest,
    });
  });

  it("takes the first second for a whole one", async () => {
    expect(await progress(3, { workedMs: 10 })).toMatchObject({
      workedSeconds: 1,
      recordsPerSecond: 3,
      limitUsedPercent: 200,
    });
  });

  it("tells nothing of a limit that is unknown", async () => {
    const { world } = open();
    const { ports, pass, owner } = await openSession(world);
    const session = new PassSession({
      ports: { ...ports, readUsage: () => used },
      pass,
      owner,
      deadlineMs: 0,
      checkpoint: FRESH_CHECKPOINT,
    });
    expect(session.counts["progress"]).not.toHaveProperty("limitUsedPercent");
  });
});

describe("listGroups", () => {
  const inTurn = [["company"], ["contact", "deal"]];

  it.each([
    ["of all types at once", {}, {}, [["company", "contact", "deal"]]],
    ["with companies first in a first import", {}, { isFirstImport: true }, inTurn],
    ["with companies first in a trial", { isDryRun: true }, {}, inTurn],
    ["of some types", { types: ["deal", "contact"] as const }, {}, [["contact", "deal"]]],
    ["of some types in turn", { types: ["deal"] as const }, { isFirstImport: true }, [[], ["deal"]]],
  ])("makes groups %s", async (...[, pass, checkpoint, groups]) => {
    const session = await openSession(open().world, { pass: { types: OBJECT_TYPES, ...pass }, checkpoint });
    expect(listGroups(session)).toEqual(groups);
  });
});
