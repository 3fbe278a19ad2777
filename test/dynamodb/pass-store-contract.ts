import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createPassId } from "../../lib/sync/pass-id.ts";
import type { Pass, PassStore } from "../../lib/sync/pass-ports.ts";

/** Schemas of the payloads of these tests. */
export const SCHEMAS = {
  checkpoint: z.object({ afterId: z.string() }),
  report: z.object({ repaired: z.number() }),
};

const SAVED = { checkpoint: { afterId: "7" }, counts: {} };

type Store = PassStore<z.infer<typeof SCHEMAS.checkpoint>, z.infer<typeof SCHEMAS.report>>;

const START_MS = Date.parse("2026-11-03T01:00:00Z");

function samplePass(days: number, changes: Partial<Pass> = {}): Pass {
  const startedAtMs = START_MS + days * 86_400_000;
  return {
    passId: createPassId(startedAtMs, () => 0.5),
    status: "running",
    startedAtMs,
    isDryRun: false,
    types: ["company", "contact", "deal"],
    counts: {},
    ...changes,
  };
}

function leaseOf(owner: string, nowMs: number): { owner: string; nowMs: number; leaseUntilMs: number } {
  return { owner, nowMs, leaseUntilMs: nowMs + 60_000 };
}

/** What every store of passes does. `createStore` answers a new, empty one. */
export function describePassStore(name: string, createStore: () => Promise<Store>): void {
  describe(`PassStore: ${name}`, () => {
    describeLease(createStore);
    describeCheckpoints(createStore);
    describePasses(createStore);
    describeMarks(createStore);
  });
}

function describeLease(createStore: () => Promise<Store>): void {
  it("starts one pass at a time", async () => {
    const store = await createStore();
    const [first, second] = [samplePass(0), samplePass(1)];
    expect(await store.startPass(first, leaseOf("a", 1000))).toEqual({ kind: "started" });
    expect(await store.startPass(second, leaseOf("b", 2000))).toEqual({ kind: "running", passId: first.passId });
    expect(await store.readPass(second.passId)).toBeUndefined();
    expect(await store.readLease()).toEqual({ passId: first.passId, owner: "a", leaseUntilMs: 61_000 });
  });

  it("has started a pass when the same start is repeated because its answer was lost", async () => {
    const store = await createStore();
    const pass = samplePass(0);
    await store.startPass(pass, leaseOf("a", 1000));
    expect(await store.startPass(pass, leaseOf("a", 1000))).toEqual({ kind: "started" });
    expect(await store.startPass(pass, leaseOf("b", 1000))).toEqual({ kind: "running", passId: pass.passId });
    expect(await store.readPass(pass.passId)).toMatchObject({ status: "running" });
  });

  it("starts a pass once the lease of the former one has run out, which then shows as failed", async () => {
    const store = await createStore();
    const [first, second] = [samplePass(0), samplePass(1)];
    await store.startPass(first, leaseOf("a", 1000));
    expect(await store.startPass(second, leaseOf("b", 60_999))).toMatchObject({ kind: "running" });
    expect(await store.startPass(second, leaseOf("b", 61_000))).toEqual({ kind: "started" });
    expect(await store.readPass(first.passId)).toMatchObject({ status: "failed", reason: "abandoned" });
    const lease = { passId: first.passId, owner: "a", leaseUntilMs: 100_000 };
    expect(await store.saveCheckpoint({ ...lease, ...SAVED })).toBe("lostLease");
    expect(await store.takeOver({ ...lease, nowMs: 99_000 })).toEqual({ kind: "over" });
  });

  it("starts exactly one of two passes at once", async () => {
    const store = await createStore();
    const outcomes = await Promise.all(
      [samplePass(0), samplePass(1)].map((pass) => store.startPass(pass, leaseOf(pass.passId, 1000))),
    );
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(["running", "started"]);
  });

  it("lets nobody take over while the lease is renewed, and anybody once it has run out", async () => {
    const store = await createStore();
    const { passId } = await startOne(store);
    expect(await store.saveCheckpoint({ passId, owner: "a", leaseUntilMs: 90_000, ...SAVED })).toBe("saved");
    const wanted = { passId, owner: "b", leaseUntilMs: 200_000 };
    expect(await store.takeOver({ ...wanted, nowMs: 89_999 })).toEqual({ kind: "held", leaseUntilMs: 90_000 });
    expect(await store.takeOver({ ...wanted, nowMs: 90_000 })).toMatchObject({ kind: "taken", pass: { passId } });
    expect(await store.saveCheckpoint({ passId, owner: "a", leaseUntilMs: 300_000, ...SAVED })).toBe("lostLease");
  });

  it("lets the owner itself take over again", async () => {
    const store = await createStore();
    const { passId } = await startOne(store);
    const again = await store.takeOver({ passId, owner: "a", nowMs: 2000, leaseUntilMs: 70_000 });
    expect(again.kind).toBe("taken");
  });

  it("lets the one to whom the owner handed it take over at once, and only the first", async () => {
    const store = await createStore();
    const { passId } = await startOne(store);
    const wanted = { passId, nowMs: 2000, leaseUntilMs: 70_000, handedBy: "a" };
    expect(await store.takeOver({ ...wanted, owner: "b" })).toMatchObject({ kind: "taken" });
    expect(await store.takeOver({ ...wanted, owner: "c" })).toEqual({ kind: "held", leaseUntilMs: 70_000 });
  });

  it("has nothing to take over for a pass that never started", async () => {
    const store = await createStore();
    expect(await store.takeOver({ passId: "x", owner: "a", nowMs: 1, leaseUntilMs: 2 })).toEqual({ kind: "over" });
  });
}

function describeCheckpoints(createStore: () => Promise<Store>): void {
  const counts = { company: { read: 100, updated: 3 } };

  it("hands checkpoint and counts to whoever takes over", async () => {
    const store = await createStore();
    const { passId } = await startOne(store);
    const saved = { passId, owner: "a", leaseUntilMs: 5000, checkpoint: { afterId: "77" }, counts };
    expect(await store.saveCheckpoint(saved)).toBe("saved");
    expect(await store.readPass(passId)).toMatchObject({ status: "running", counts });
    const taken = await store.takeOver({ passId, owner: "b", nowMs: 5000, leaseUntilMs: 9000 });
    expect(taken).toMatchObject({ kind: "taken", checkpoint: { afterId: "77" }, pass: { passId, counts } });
  });

  it("saves nothing for an owner that lost its lease", async () => {
    const store = await createStore();
    const { passId } = await startOne(store);
    await store.takeOver({ passId, owner: "b", nowMs: 61_000, leaseUntilMs: 100_000 });
    const late = { passId, owner: "a", leaseUntilMs: 200_000, checkpoint: { afterId: "1" }, counts };
    expect(await store.saveCheckpoint(late)).toBe("lostLease");
    const pass = samplePass(0, { status: "succeeded" });
    expect(await store.finishPass({ pass, owner: "a", report: { repaired: 1 } })).toBe("lostLease");
    expect(await store.readPass(passId)).toMatchObject({ status: "running", counts: {} });
    expect(await store.readReport(passId)).toBeUndefined();
  });

  it("gives back the candidates of the first so many chunks, in order, the latest of each", async () => {
    const store = await createStore();
    const pass = samplePass(0);
    for (let chunk = 11; chunk >= 0; chunk -= 1) {
      await store.appendCandidates({ pass, chunk, ids: [`old:${chunk}`] });
      await store.appendCandidates({ pass, chunk, ids: [`contact:${chunk}`, "x"] });
    }
    const read: (readonly string[])[] = [];
    for await (const ids of store.readCandidates(pass.passId, 11)) read.push(ids);
    expect(read).toEqual(Array.from({ length: 11 }, (_, chunk) => [`contact:${chunk}`, "x"]));
    for await (const _ of store.readCandidates(pass.passId, 0)) expect.unreachable();
  });
}

function describePasses(createStore: () => Promise<Store>): void {
  it("keeps a finished pass with its report and gives the lease back", async () => {
    const store = await createStore();
    const pass = await startOne(store);
    const ended: Pass = {
      ...pass,
      status: "stopped",
      reason: "brake",
      finishedAtMs: pass.startedAtMs + 5,
      confirms: "other",
      isDryRun: true,
      types: ["deal"],
      counts: { deal: { read: 1 } },
    };
    expect(await store.finishPass({ pass: ended, owner: "a", report: { repaired: 7 } })).toBe("finished");
    expect(await store.readPass(pass.passId)).toEqual(ended);
    expect(await store.readReport(pass.passId)).toEqual({ repaired: 7 });
    expect(await store.readLease()).toBeUndefined();
    expect(await store.startPass(samplePass(1), leaseOf("b", 2000))).toEqual({ kind: "started" });
  });

  it("lists passes newest first, page by page", async () => {
    const store = await createStore();
    const passes = [0, 1, 2, 3].map((days) => samplePass(days));
    for (const pass of passes) {
      await store.startPass(pass, leaseOf("a", 1));
      if (pass !== passes[3]) {
        await store.finishPass({ pass: { ...pass, status: "succeeded" }, owner: "a", report: { repaired: 0 } });
      }
    }
    const first = await store.listPasses({ limit: 3 });
    expect(first.items.map(({ passId }) => passId)).toEqual([3, 2, 1].map((days) => passes[days]?.passId));
    expect(first.items.map(({ status }) => status)).toEqual(["running", "succeeded", "succeeded"]);
    const last = await store.listPasses({ limit: 3, ...(first.cursor && { cursor: first.cursor }) });
    expect(last.items.map(({ passId }) => passId)).toEqual([passes[0]?.passId]);
    expect(last.cursor).toBeUndefined();
  });

  it("knows nothing of a pass that never was", async () => {
    const store = await createStore();
    expect(await store.readPass("x")).toBeUndefined();
    expect(await store.readReport("x")).toBeUndefined();
    expect(await store.listPasses({ limit: 5 })).toEqual({ items: [] });
  });
}

function describeMarks(createStore: () => Promise<Store>): void {
  it("keeps the first portal", async () => {
    const store = await createStore();
    const [portal, other] = ["1", "2"].map((portalId) => ({ portalId, uiDomain: "app.hubspot.com" }));
    if (portal === undefined || other === undefined) throw new Error("no portals");
    expect(await store.readPortal()).toBeUndefined();
    expect(await store.savePortal(portal)).toEqual(portal);
    expect(await store.savePortal(other)).toEqual(portal);
    expect(await store.readPortal()).toEqual(portal);
  });

  it("keeps the last settings and the newest event", async () => {
    const store = await createStore();
    expect([await store.readSettingsMark(), await store.readLastEvent()]).toEqual([undefined, undefined]);
    for (const mark of ["a", "b"]) await store.saveSettingsMark(mark);
    for (const atMs of [5, 9, 7]) await store.saveLastEvent(atMs);
    expect([await store.readSettingsMark(), await store.readLastEvent()]).toEqual(["b", 9]);
  });
}

async function startOne(store: Store): Promise<Pass> {
  const pass = samplePass(0);
  await store.startPass(pass, leaseOf("a", 1000));
  return pass;
}
