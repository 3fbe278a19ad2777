import { describe, expect, it } from "vitest";
import type { FaultRule } from "../../../infra/local/hubspot-simulator/behaviour.ts";
import { METRICS } from "../../../lib/contract.ts";
import { OBJECT_TYPES } from "../../../lib/domain/hubspot-object.ts";
import { createNumberSums } from "../../../lib/domain/number-sums.ts";
import type { Settings } from "../../../lib/domain/settings.ts";
import { restartWithSettings, workOnPass } from "../../../lib/sync/pass/work-on-pass.ts";
import { companyId, fill, numbers, type Filled } from "../../fixtures/pass-portal.ts";
import { FRESH_CHECKPOINT, openSession } from "../../fixtures/pass-session.ts";
import { ALL_DEALS, Death } from "../../fixtures/pass-world.ts";
import { contentOf } from "../../fixtures/sync-world.ts";

const HOUR_MS = 3_600_000;
const FEW = { companies: 12, contacts: 12, deals: 12 };

/** A portal that was carried over an hour ago, and from which a company was deleted unheard. */
async function deleteOne(): Promise<Filled> {
  const filled = fill(FEW);
  await filled.world.runPass();
  await filled.world.clock.run(filled.world.clock.sleep(HOUR_MS));
  filled.hubspot.delete("company", companyId(1));
  return filled;
}

describe("a pass over rules that name what the portal does not know", () => {
  it("warns of each stage and of the property, and counts the stages", async () => {
    const settings: Settings = {
      dealStages: { kind: "stages", stageIds: ["1043288714", "815", "4711"] },
      exclusion: { property: "kein_zep", values: ["ja"] },
    };
    const { world } = fill(FEW, { settings });
    const { passId } = await world.runPass();
    expect((await world.passes.readReport(passId))?.warnings).toEqual([
      "dealStages names the stage 815, which HubSpot does not know",
      "dealStages names the stage 4711, which HubSpot does not know",
      "HubSpot has no company property kein_zep: no company is excluded",
    ]);
    expect(world.metrics).toMatchObject({ [METRICS.stageUnknown]: 2 });
  });

  it.each<[name: string, dealStages: Settings["dealStages"], calls: number]>([
    ["all are known", { kind: "stages", stageIds: ["1043288714"] }, 1],
    ["none is named, and does not ask for them", { kind: "all" }, 0],
  ])("warns of nothing where %s", async (_name, dealStages, calls) => {
    const urls: string[] = [];
    const { world } = fill(FEW, { settings: { ...ALL_DEALS, dealStages } });
    world.faults.onHubSpot = (url) => void urls.push(url);
    const { passId } = await world.runPass();
    expect((await world.passes.readReport(passId))?.warnings).toEqual([]);
    expect(world.metrics).not.toHaveProperty(METRICS.stageUnknown);
    expect(urls.filter((url) => url.includes("/pipelines/"))).toHaveLength(calls);
  });
});

describe("a pass that begins", () => {
  it.each<[what: string, rule: FaultRule]>([
    ["the account", { fault: "wrongPortal", calls: ["account"] }],
    ["the right to ask for properties", { fault: "forbidden", calls: ["properties"] }],
  ])("has its first pages on their way, but looks at none before it is sure of %s", async (_what, rule) => {
    const { world, hubspot } = fill(FEW, { latencyMs: 100 });
    await world.runPass();
    hubspot.update("company", companyId(1), { name: "Not yet heard of" });
    const before = contentOf(world);
    const urls: string[] = [];
    world.faults.onHubSpot = (url) => void urls.push(url);
    world.faults.answer = async (asked, answer) => {
      // The page comes first.
      if (!asked.search.includes("limit=")) await world.clock.sleep(5_000);
      return answer;
    };
    world.portal.behaviour.faults = [rule];
    const pass = await world.runPass();
    expect(pass).toMatchObject({ status: "failed", counts: { progress: { read: 0 } } });
    expect(urls.filter((url) => url.includes("limit="))).toHaveLength(3);
    expect(contentOf(world)).toEqual(before);
  });

  it("makes sure of the account also where all is listed already", async () => {
    const { world } = fill(FEW);
    await world.runPass();
    const lanes = OBJECT_TYPES.map((type) => ({ type, base: 0, read: 12, isDone: true }));
    const session = await openSession(world, { checkpoint: { lanes } });
    world.portal.behaviour.faults = [{ fault: "wrongPortal", calls: ["account"] }];
    await expect(world.clock.run(workOnPass(session))).rejects.toMatchObject({ code: "wrongPortal" });
  });
});

describe("workOnPass", () => {
  it.each([
    [0, "succeeded"],
    [30, "stopped"],
  ])("is over where %i companies were deleted: the pass has %s", async (deleted, status) => {
    const { world, hubspot } = fill({ companies: 60, contacts: 0, deals: 0 });
    await world.runPass();
    for (const number of numbers(deleted)) hubspot.delete("company", companyId(number));
    const session = await openSession(world);
    expect(await world.clock.run(workOnPass(session))).toBe("over");
    expect(await world.passes.readPass("the-pass")).toMatchObject({ status });
  });

  it("has more to do where the time is up before all is applied", async () => {
    const { world } = fill(FEW);
    const session = await openSession(world, { workMs: 0, checkpoint: { phase: "applying", chunks: 1 } });
    await world.passes.appendCandidates({
      pass: session.pass,
      chunk: 0,
      ids: [`company:${companyId(1)}:deactivated=1`],
    });
    expect(await world.clock.run(workOnPass(session))).toBe("timeUp");
    expect(session.state).toMatchObject({ phase: "applying", applied: 0 });
  });

  it("has more to do where the time is up before all numbers are looked through", async () => {
    const { world } = fill(FEW);
    const session = await openSession(world, { workMs: 0, checkpoint: { phase: "freeing" } });
    expect(await world.clock.run(workOnPass(session))).toBe("timeUp");
    expect(world.portal.calls.total).toBe(0);
  });

  it("lists nothing again after a crash once something is taken away", async () => {
    const { world } = await deleteOne();
    const urls: string[] = [];
    const countCalls = (part: string): number => urls.filter((url) => url.includes(part)).length;
    world.faults.onHubSpot = (url) => {
      urls.push(url);
      if (url.includes("/batch/read") && countCalls("/batch/read") === 1) throw new Death();
    };
    const pass = await world.runPass();
    expect(pass).toMatchObject({ status: "succeeded", counts: { company: { deactivated: 1 } } });
    expect(countCalls("/batch/read")).toBeGreaterThan(1);
    expect([countCalls("limit="), countCalls("/properties/")]).toEqual([3, 1]);
  });

  it("asks HubSpot for nothing again after a crash once numbers are freed", async () => {
    const { world } = await deleteOne();
    const calls: number[] = [];
    world.faults.beforeStore = (name) => {
      if (name !== "listReservations") return;
      calls.push(world.portal.calls.total);
      if (calls.length === 1) throw new Death();
    };
    const pass = await world.runPass();
    expect(pass).toMatchObject({ status: "succeeded", counts: { company: { deactivated: 1 } } });
    expect(calls.length).toBeGreaterThan(1);
    expect(world.portal.calls.total).toBe(calls[0]);
  });

  it("frees no numbers in a pass over a part", async () => {
    const { world } = fill(FEW);
    await world.runPass();
    const claim = { kind: "customerNumber", number: "K-LEAK", holderId: companyId(1) } as const;
    await world.store.reserveNumber({ ...claim, atMs: world.clock.now() });
    await world.clock.run(world.clock.sleep(HOUR_MS));
    await world.runPass({ types: ["company"] });
    expect(world.store.reservations().map(({ number }) => number)).toContain("K-LEAK");
    expect((await world.runPass()).counts["number"]).toEqual({ freed: 1 });
  });

  it("consents to nothing where the report of the pass that is confirmed is gone", async () => {
    const { world, hubspot } = fill({ companies: 60, contacts: 0, deals: 0 });
    await world.runPass();
    for (const number of numbers(30)) hubspot.delete("company", companyId(number));
    const session = await openSession(world, { pass: { confirms: "forgotten" } });
    expect(await world.clock.run(workOnPass(session))).toBe("over");
    expect(await world.passes.readPass("the-pass")).toMatchObject({ status: "stopped" });
  });
});

describe("restartWithSettings", () => {
  const begun = {
    phase: "applying",
    lanes: [{ type: "company", read: 5, isDone: true }],
    chunks: 2,
    applied: 3,
    numbers: { customerNumber: [1], shortForm: [2] },
    listed: [{ effect: "created", type: "customer", id: "7", name: "Firma" }],
    marks: { company: [["7", 5]] },
  } as const;

  it("begins anew where the settings were changed meanwhile", async () => {
    const { world } = fill(FEW);
    const { numbers: _numbers, ...rest } = begun;
    const session = await openSession(world, { checkpoint: { ...rest, settingsMark: "of yesterday" } });
    session.add("company", { read: 5 });
    restartWithSettings(session);
    expect(session.state).toEqual({ ...FRESH_CHECKPOINT, areSettingsChanged: true, marks: {} });
    expect(session.countOf("company", "read")).toBe(0);
  });

  it("goes on where they are the same", async () => {
    const { world } = fill(FEW);
    const sums = { customerNumber: createNumberSums().with(0, 1), shortForm: createNumberSums() };
    const session = await openSession(world, { checkpoint: { ...begun, numbers: sums } });
    const before = session.state;
    restartWithSettings(session);
    expect(session.state).toBe(before);
  });
});
