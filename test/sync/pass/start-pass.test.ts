import { describe, expect, it } from "vitest";
import { OBJECT_TYPES } from "../../../lib/domain/hubspot-object.ts";
import type { Settings } from "../../../lib/domain/settings.ts";
import { NonRetryableError, RetryableError } from "../../../lib/sync/errors.ts";
import type { Pass } from "../../../lib/sync/pass-ports.ts";
import type { PassCheckpoint } from "../../../lib/sync/pass/pass-types.ts";
import type { Marks } from "../../../lib/sync/pass/pass-types.ts";
import { spellSettings } from "../../../lib/sync/pass/settings-mark.ts";
import { startPass, type PassRequest, type PassStart } from "../../../lib/sync/pass/start-pass.ts";
import { numbers, open } from "../../fixtures/pass-portal.ts";
import { FRESH_CHECKPOINT } from "../../fixtures/pass-session.ts";
import { ALL_DEALS, type PassWorld } from "../../fixtures/pass-world.ts";

const LEASE_MS = 120_000;
const NO_USAGE = { hubspotCalls: 0, rateLimitedCalls: 0, readUnits: 0, writeUnits: 0 };
const DEALS_OF_ONE_STAGE = { ...ALL_DEALS, dealStages: { kind: "stages", stageIds: ["1043288714"] } } as const;

const start = ({ clock, ports }: PassWorld, request?: PassRequest): Promise<PassStart> =>
  clock.run(startPass(ports, request));
const wait = ({ clock }: PassWorld, ms: number): Promise<void> => clock.run(clock.sleep(ms));

function idOf(started: PassStart): string {
  if (started.kind !== "started") throw new Error(started.kind);
  return started.passId;
}

/** What the first invocation finds. */
async function takeOver({ passes, clock }: PassWorld, passId: string) {
  const handedBy = `start-${passId}`;
  const lease = { passId, owner: "first", nowMs: clock.now(), leaseUntilMs: clock.now() + LEASE_MS };
  const taken = await passes.takeOver({ ...lease, handedBy });
  if (taken.kind !== "taken") throw new Error(taken.kind);
  return taken;
}

/** A pass that is over. */
async function past(
  { passes, clock }: PassWorld,
  changes: Partial<Pass> & Pick<Pass, "passId">,
  marks?: Marks,
): Promise<void> {
  const nowMs = clock.now();
  const pass: Pass = {
    status: "succeeded",
    startedAtMs: nowMs,
    finishedAtMs: nowMs,
    isDryRun: false,
    types: OBJECT_TYPES,
    counts: {},
    ...changes,
  };
  await passes.startPass({ ...pass, status: "running" }, { owner: "o", nowMs, leaseUntilMs: nowMs + 1 });
  const report = {
    warnings: [],
    durationMs: 0,
    usage: NO_USAGE,
    brake: {},
    listed: [],
    ...(marks !== undefined && { marks }),
  };
  await passes.finishPass({ pass, owner: "o", report });
}

describe("startPass", () => {
  it("stores a running pass with a checkpoint, and asks for its first invocation", async () => {
    const { world } = open();
    const passId = idOf(await start(world));
    expect(await world.passes.readPass(passId)).toStrictEqual({
      passId,
      status: "running",
      startedAtMs: world.clock.now(),
      isDryRun: false,
      types: OBJECT_TYPES,
      counts: {},
    });
    expect(world.waiting).toEqual([{ passId, handedBy: `start-${passId}` }]);
    expect((await takeOver(world, passId)).checkpoint).toEqual({ ...FRESH_CHECKPOINT, isFirstImport: true });
  });

  it("lets one of two start that are asked for at once, and names it to the other", async () => {
    const { world } = open();
    const both = await world.clock.run(Promise.all([startPass(world.ports), startPass(world.ports)]));
    const started = both.filter(({ kind }) => kind === "started").map(idOf);
    expect(started).toHaveLength(1);
    expect(both).toContainEqual({ kind: "running", passId: started[0] });
    expect(world.waiting).toHaveLength(1);
    expect((await world.passes.listPasses({ limit: 10 })).items).toHaveLength(1);
  });

  it("starts none while another one's lease runs, and one as soon as it has run out", async () => {
    const { world } = open();
    const first = idOf(await start(world));
    await wait(world, LEASE_MS - 1);
    expect(await start(world)).toEqual({ kind: "running", passId: first });
    await wait(world, 1);
    const second = idOf(await start(world));
    expect(await world.passes.readPass(first)).toMatchObject({ status: "failed", reason: "abandoned" });
    expect(await world.passes.readPass(second)).toMatchObject({ status: "running" });
  });

  it("fails the pass when its queue does not accept it, so that the next start need not wait", async () => {
    const { world } = open();
    const refused = new RetryableError("SQS answered 503", { code: "throttled" });
    world.faults.beforeStore = (name) => {
      if (name === "sendPass") throw refused;
    };
    await expect(start(world)).rejects.toBe(refused);
    world.faults.beforeStore = () => undefined;
    await wait(world, 1_000);
    idOf(await start(world));
    const { items } = await world.passes.listPasses({ limit: 10 });
    expect(items.map(({ status, reason }) => [status, reason])).toEqual([
      ["running", undefined],
      ["failed", "the pass queue did not accept it"],
    ]);
    expect(items[1]?.finishedAtMs).toBe(items[1]?.startedAtMs);
    const nothing = { warnings: [], durationMs: 0, usage: NO_USAGE, brake: {}, listed: [] };
    expect(await world.passes.readReport(items[1]?.passId ?? "")).toEqual(nothing);
  });

  it.each(["startPass", "saveCheckpoint"])(
    "keeps others out for two minutes at most when it gets no further than %s",
    async (moment) => {
      const { world } = open();
      world.faults.afterCall = (name) => {
        if (name === moment) throw new Error("the process is gone");
      };
      await expect(start(world)).rejects.toThrow("the process is gone");
      world.faults.afterCall = () => undefined;
      expect(await start(world)).toMatchObject({ kind: "running" });
      await wait(world, LEASE_MS);
      const second = idOf(await start(world));
      await world.drain();
      expect(await world.passes.readPass(second)).toMatchObject({ status: "succeeded" });
    },
  );

  it("has its message ignored when the queue accepted it unheard, for the pass has failed", async () => {
    const { world } = open();
    world.faults.afterCall = (name) => {
      if (name === "sendPass") throw new RetryableError("SQS did not answer", { code: "timeout" });
    };
    await expect(start(world)).rejects.toMatchObject({ code: "timeout" });
    world.faults.afterCall = () => undefined;
    expect(world.waiting).toHaveLength(1);
    await world.drain();
    expect(world.portal.calls.total).toBe(0);
    expect((await world.passes.listPasses({ limit: 10 })).items).toMatchObject([{ status: "failed" }]);
  });

  it.each<[request: PassRequest, expected: Partial<Pass>]>([
    [{ isDryRun: true }, { isDryRun: true, types: OBJECT_TYPES }],
    [{ types: ["deal", "company"] }, { isDryRun: false, types: ["company", "deal"] }],
    [{ preview: DEALS_OF_ONE_STAGE }, { isDryRun: true }],
  ])("makes of %j a pass with %j", async (request, expected) => {
    const { world } = open();
    const passId = idOf(await start(world, request));
    expect(await world.passes.readPass(passId)).toMatchObject(expected);
  });

  it.each<{ name: string; former?: Settings; request?: PassRequest; expected: Partial<PassCheckpoint> }>([
    { name: "no pass has succeeded yet", expected: { isFirstImport: true, areSettingsChanged: false } },
    {
      name: "the last one had the same",
      former: ALL_DEALS,
      expected: { isFirstImport: false, areSettingsChanged: false },
    },
    {
      name: "the last one had others",
      former: DEALS_OF_ONE_STAGE,
      expected: { isFirstImport: false, areSettingsChanged: true },
    },
    {
      name: "others are tried",
      former: ALL_DEALS,
      request: { preview: DEALS_OF_ONE_STAGE },
      expected: { areSettingsChanged: true, preview: DEALS_OF_ONE_STAGE, settingsMark: spellSettings(ALL_DEALS) },
    },
    {
      name: "others are tried before any pass",
      request: { preview: DEALS_OF_ONE_STAGE },
      expected: { areSettingsChanged: true },
    },
  ])("notes how the settings compare when $name", async ({ former, request, expected }) => {
    const { world } = open();
    if (former !== undefined) await world.passes.saveSettingsMark(spellSettings(former));
    const passId = idOf(await start(world, request));
    expect((await takeOver(world, passId)).checkpoint).toMatchObject(expected);
  });

  it("expects as many objects as the last whole pass to succeed has read", async () => {
    const { world } = open();
    const counts = { company: { read: 10 }, contact: { read: 50 }, deal: { unchanged: 1 } };
    await past(world, { passId: "1", counts: { company: { read: 1 } } });
    await past(world, { passId: "2", counts });
    await past(world, { passId: "3", status: "failed", counts: { company: { read: 3 } } });
    await past(world, { passId: "4", types: ["company"], counts: { company: { read: 4 } } });
    const passId = idOf(await start(world));
    expect((await takeOver(world, passId)).checkpoint?.expected).toEqual({ company: 10, contact: 50 });
  });

  it("takes over the marks of the last whole pass to succeed", async () => {
    const { world } = open();
    const marks = { deal: [["815", 100]] } as const;
    await past(world, { passId: "1" }, { deal: [["700", 100]] });
    await past(world, { passId: "2" }, marks);
    await past(world, { passId: "3", status: "failed" }, { deal: [["900", 100]] });
    const passId = idOf(await start(world));
    expect((await takeOver(world, passId)).checkpoint?.formerMarks).toEqual(marks);
  });

  it("does without them when an older version left none", async () => {
    const { world } = open();
    await past(world, { passId: "1" });
    const passId = idOf(await start(world));
    expect((await takeOver(world, passId)).checkpoint).not.toHaveProperty("formerMarks");
  });

  it("does without them when the report is gone", async () => {
    const { world } = open();
    await past(world, { passId: "1" }, { deal: [["700", 100]] });
    const passes = { ...world.passes, readReport: async () => undefined };
    const passId = idOf(await world.clock.run(startPass({ ...world.ports, passes })));
    expect((await takeOver(world, passId)).checkpoint).not.toHaveProperty("formerMarks");
  });

  it("does without them when another version stored the report", async () => {
    const { world } = open();
    await past(world, { passId: "1" }, { deal: [["700", 100]] });
    const unreadable = new NonRetryableError("pass#1/report has no readable report", { code: "badAnswer" });
    world.faults.beforeStore = (name) => {
      if (name === "readReport") throw unreadable;
    };
    const passId = idOf(await start(world));
    expect((await takeOver(world, passId)).checkpoint).not.toHaveProperty("formerMarks");
  });

  it.each([
    new RetryableError("DynamoDB is throttled", { code: "throttled" }),
    new RetryableError("DynamoDB answered no JSON", { code: "badAnswer" }),
    new NonRetryableError("there is no such table", { code: "misconfigured" }),
  ])("starts none while the table does not answer: $message", async (failure) => {
    const { world } = open();
    await past(world, { passId: "1" });
    world.faults.beforeStore = (name) => {
      if (name === "readReport") throw failure;
    };
    await expect(start(world)).rejects.toBe(failure);
    expect(world.waiting).toEqual([]);
  });

  it.each<[name: string, confirms: string, why: RegExp]>([
    ["is none", "nobody", /^There is no pass nobody;/u],
    ["succeeded", "1", /^Pass 1 has the status succeeded; only one that the brake stopped/u],
    ["failed", "2", /^Pass 2 has the status failed; only one/u],
    ["was carried out by a later one", "3", /^Pass 5 has succeeded since 3 was stopped;/u],
  ])("refuses to confirm a pass that %s, and says why", async (_name, confirms, why) => {
    const { world } = open();
    await past(world, { passId: "1" });
    await past(world, { passId: "2", status: "failed" });
    await past(world, { passId: "3", status: "stopped", types: ["company"] });
    await past(world, { passId: "4", types: ["contact"] });
    await past(world, { passId: "5" });
    const started = await start(world, { confirms });
    expect(started).toEqual({ kind: "refused", why: expect.stringMatching(why) });
    expect(world.waiting).toEqual([]);
    expect(await world.passes.readLease()).toBeUndefined();
  });

  it("confirms a stopped pass when what came later succeeded with other types, as a trial, or not at all", async () => {
    const { world } = open();
    await past(world, { passId: "1", status: "stopped" });
    await past(world, { passId: "2", types: ["contact"] });
    await past(world, { passId: "3", isDryRun: true });
    await past(world, { passId: "4", status: "failed" });
    const passId = idOf(await start(world, { confirms: "1" }));
    expect(await world.passes.readPass(passId)).toMatchObject({ confirms: "1" });
  });

  it.each(["101", "255"])("refuses to confirm what %s carried out, however many have failed since", async (passId) => {
    const { world } = open();
    await past(world, { passId: "100", status: "stopped" });
    for (const number of numbers(60)) await past(world, { passId: String(200 + number), status: "failed" });
    await past(world, { passId });
    const started = await start(world, { confirms: "100" });
    expect(started).toEqual({
      kind: "refused",
      why: expect.stringContaining(`Pass ${passId} has succeeded since 100`),
    });
  });

  it("looks no further back than to the stopped pass for one that carried it out", async () => {
    const { world } = open();
    for (const number of numbers(120)) await past(world, { passId: String(100 + number) });
    await past(world, { passId: "300", status: "stopped" });
    const lists: unknown[] = [];
    world.faults.beforeStore = (name, [query]) => {
      if (name === "listPasses") lists.push(query);
    };
    expect(await start(world, { confirms: "300" })).toMatchObject({ kind: "started" });
    // Once for a later success, and once for what the last pass has read.
    expect(lists).toStrictEqual([{ limit: 50 }, { limit: 50 }]);
  });

  it("confirms a pass when those that there are fill the list to its end, and none has succeeded", async () => {
    const { world } = open();
    await past(world, { passId: "100", status: "stopped" });
    for (const number of numbers(99)) await past(world, { passId: String(200 + number), status: "failed" });
    expect(await start(world, { confirms: "100" })).toMatchObject({ kind: "started" });
  });
});
