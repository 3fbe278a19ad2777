import { describe, expect, it } from "vitest";
import type { IdMark } from "../../../lib/domain/id-marks.ts";
import { MOST_MARKS } from "../../../lib/domain/id-marks.ts";
import { endPass, readBrake } from "../../../lib/sync/pass/end-pass.ts";
import { LostLeaseError } from "../../../lib/sync/pass/pass-session.ts";
import { fill } from "../../fixtures/pass-portal.ts";
import { openSession } from "../../fixtures/pass-session.ts";

type Changes = Parameters<typeof openSession>[1];

async function open(changes: Changes = {}) {
  const { world } = fill({ companies: 1, contacts: 0, deals: 0 });
  const session = await openSession(world, changes);
  return { world, session, end: (end: Parameters<typeof endPass>[1]) => world.clock.run(endPass(session, end)) };
}

const marksOf = (count: number): readonly IdMark[] =>
  Array.from({ length: count }, (_, index) => [String(index + 1), 100]);

const DAY_MS = 24 * 3_600_000;

const told = (log: readonly string[]): readonly string[] => log.filter((line) => line.startsWith("no webhook arrives"));

describe("endPass", () => {
  it("stores how the pass ended, and gives the lease back", async () => {
    const { world, session, end } = await open({ checkpoint: { warnings: ["No such stage"] } });
    session.add("company", { read: 3 });
    await world.clock.run(world.clock.sleep(5_000));
    const finishedAtMs = world.clock.now();
    await end({ status: "succeeded" });
    const pass = await world.passes.readPass("the-pass");
    expect(pass).toMatchObject({ status: "succeeded", finishedAtMs, counts: { company: { read: 3 } } });
    expect(pass).not.toHaveProperty("reason");
    expect(await world.passes.readReport("the-pass")).toMatchObject({ warnings: ["No such stage"], durationMs: 5_000 });
    expect(await world.passes.readLease()).toBeUndefined();
    expect(world.metrics).toMatchObject({ PassSucceeded: 1 });
  });

  it.each([
    ["succeeded", "info", undefined],
    ["failed", "error", "No token"],
    ["stopped", "error", "Too many"],
  ] as const)("tells that a pass has %s as %s, and why", async (status, level, reason) => {
    const { world } = fill({ companies: 1, contacts: 0, deals: 0 });
    const told: unknown[] = [];
    const telemetry = {
      ...world.ports.telemetry,
      info: (...line: readonly unknown[]): void => void told.push("info", ...line),
      error: (...line: readonly unknown[]): void => void told.push("error", ...line),
    };
    const session = await openSession({ ...world, ports: { ...world.ports, telemetry } });
    await world.clock.run(endPass(session, { status, ...(reason !== undefined && { reason }) }));
    expect(told).toEqual([level, `pass ${status}`, { passId: "the-pass", reason }]);
    expect((await world.passes.readPass("the-pass"))?.reason).toBe(reason);
  });

  it.each<[name: string, changes: Changes, end: { readonly status: "succeeded" | "failed"; readonly mark?: string }]>([
    ["a whole pass", {}, { status: "succeeded", mark: "rules" }],
    ["a trial", { pass: { isDryRun: true } }, { status: "succeeded" }],
    ["a pass over a part of the types", { pass: { types: ["company", "deal"] } }, { status: "succeeded" }],
    ["a pass that failed", {}, { status: "failed" }],
  ])("leaves the settings for the next one to compare with: %s", async (_name, changes, { status, mark }) => {
    const { world, end } = await open({ ...changes, checkpoint: { settingsMark: "rules" } });
    await end({ status });
    expect(await world.passes.readSettingsMark()).toBe(mark);
  });

  it.each<[name: string, agoMs: number | undefined]>([
    ["ever", undefined],
    ["for a day", DAY_MS],
  ])("counts the events it found missed, of all types, when no webhook has arrived %s", async (_name, agoMs) => {
    const { world, session, end } = await open();
    session.add("company", { "by.missedEvent": 3 });
    session.add("deal", { "by.missedEvent": 2, "by.settings": 7 });
    if (agoMs !== undefined) await world.passes.saveLastEvent(world.clock.now() - agoMs);
    await end({ status: "succeeded" });
    expect(world.metrics).toMatchObject({ WebhooksMissing: 5 });
    expect(told(world.log)).toEqual([expect.stringContaining('{"passId":"the-pass","count":5}')]);
  });

  it.each<[name: string, changes: Changes, found: { status: "succeeded" | "failed"; missed: number; agoMs?: number }]>([
    ["a webhook arrived less than a day ago", {}, { status: "succeeded", missed: 3, agoMs: DAY_MS - 1 }],
    ["it missed nothing", {}, { status: "succeeded", missed: 0 }],
    ["it is a trial", { pass: { isDryRun: true } }, { status: "succeeded", missed: 3 }],
    ["it failed", {}, { status: "failed", missed: 3 }],
  ])("says nothing of missing webhooks when %s", async (_name, changes, { status, missed, agoMs }) => {
    const { world, session, end } = await open(changes);
    session.add("company", { "by.missedEvent": missed });
    if (agoMs !== undefined) await world.passes.saveLastEvent(world.clock.now() - agoMs);
    await end({ status });
    expect(world.metrics).not.toHaveProperty("WebhooksMissing");
    expect(told(world.log)).toEqual([]);
  });

  it("does not ask for the last event when nothing was missed", async () => {
    const { world, session, end } = await open();
    session.add("company", { read: 3, "by.lateEvent": 1 });
    const asked: string[] = [];
    world.faults.beforeStore = (name) => void asked.push(name);
    await end({ status: "succeeded" });
    expect(asked).toContain("finishPass");
    expect(asked).not.toContain("readLastEvent");
  });

  it("keeps the marks of types that have few enough", async () => {
    const few = marksOf(MOST_MARKS - 1);
    const { world, end } = await open({ checkpoint: { marks: { company: few, contact: marksOf(MOST_MARKS) } } });
    await end({ status: "succeeded" });
    expect((await world.passes.readReport("the-pass"))?.marks).toEqual({ company: few });
  });

  it("leaves no marks where there are none", async () => {
    const { world, end } = await open();
    await end({ status: "succeeded" });
    expect((await world.passes.readReport("the-pass"))?.marks).toEqual({});
  });

  it("says of the types it compared what the brake saw", async () => {
    const { world, session, end } = await open({ pass: { types: ["contact"] } });
    session.add("contact", { active: 300, harmed: 4, read: 290 });
    await end({ status: "succeeded" });
    expect((await world.passes.readReport("the-pass"))?.brake).toEqual({
      contact: { active: 300, harmed: 4, listed: 290, limit: 30, isHeld: false },
    });
  });

  it("tells nobody of an end that another invocation has come before", async () => {
    const { world, end } = await open();
    const nowMs = world.clock.now() + 3_600_000;
    await world.passes.takeOver({ passId: "the-pass", owner: "another", nowMs, leaseUntilMs: nowMs + 1 });
    await expect(end({ status: "succeeded" })).rejects.toThrow(new LostLeaseError("lease lost"));
    expect(world.log).toEqual([]);
    expect(world.metrics).toEqual({});
  });

  it("counts nothing of a trial", async () => {
    const { world, end } = await open({ pass: { isDryRun: true } });
    await end({ status: "succeeded" });
    expect(world.metrics).toEqual({});
  });
});

describe("readBrake", () => {
  it.each([
    [{ active: 300, harmed: 30, read: 270 }, undefined, { limit: 30, isHeld: false }],
    [{ active: 309, harmed: 31, read: 270 }, undefined, { limit: 30, isHeld: true }],
    [{ active: 50, harmed: 20, read: 30 }, undefined, { limit: 20, isHeld: false }],
    [{ active: 50, harmed: 21, read: 30 }, 21, { limit: 20, isHeld: false }],
    [{ active: 50, harmed: 21, read: 30 }, 20, { limit: 20, isHeld: true }],
    [{ active: 5, harmed: 5 }, undefined, { limit: 0, isHeld: true }],
    [{}, undefined, { active: 0, harmed: 0, listed: 0, limit: 20, isHeld: false }],
  ])("of %o, where %s were confirmed, says %o", async (counts: Record<string, number>, confirmed, expected) => {
    const { session } = await open();
    session.add("deal", counts);
    expect(readBrake(session, "deal", confirmed)).toMatchObject(expected);
  });
});
