import { describe, expect, it } from "vitest";
import { METRICS } from "../../../lib/contract.ts";
import type { Settings } from "../../../lib/domain/settings.ts";
import { detachCustomerRecord } from "../../../lib/sync/detach-record.ts";
import { continuePass } from "../../../lib/sync/pass/continue-pass.ts";
import { MOST_PREVIEWED } from "../../../lib/sync/pass/pass-types.ts";
import { startPass } from "../../../lib/sync/pass/start-pass.ts";
import {
  changeUnheard,
  companyId,
  dealId,
  differences,
  fill,
  numbers,
  sums,
  work,
} from "../../fixtures/pass-portal.ts";
import { ALL_DEALS, type PassWorld } from "../../fixtures/pass-world.ts";
import { contentOf } from "../../fixtures/sync-world.ts";

const WRITES = new Set(["write", "reserveNumber", "releaseNumber", "send", "saveSettingsMark"]);

/** Lets nothing be written but the pass itself: its lease, its checkpoint, its notes and its report. */
function refuseWrites({ faults }: PassWorld): void {
  faults.beforeStore = (name) => {
    if (WRITES.has(name)) throw new Error(`${name} was called`);
  };
}

async function fallBehind() {
  const filled = fill({ companies: 60, contacts: 80, deals: 40 });
  await filled.world.runPass();
  await work(filled);
  changeUnheard(filled);
  await filled.world.clock.run(filled.world.clock.sleep(7_200_000));
  return filled;
}

describe("a dry run", () => {
  it("writes nothing, and counts what a pass then does by itself", async () => {
    const filled = await fallBehind();
    const { world } = filled;
    const before = contentOf(world);
    refuseWrites(world);
    const trial = await world.runPass({ isDryRun: true });
    expect(trial).toMatchObject({ status: "succeeded", isDryRun: true });
    expect(contentOf(world)).toEqual(before);
    world.faults.beforeStore = () => undefined;
    const pass = await world.runPass();
    for (const name of ["read", "harmed"]) expect(sums(trial, name)).toEqual(sums(pass, name));
    for (const name of ["created", "updated", "frozen"])
      expect(trial.counts["company"]?.[name]).toBe(pass.counts["company"]?.[name]);
    expect(world.metrics).toMatchObject({ [METRICS.passSucceeded]: 2 });
  });

  it("counts what follows from its own finds, which a pass leaves to the worker", async () => {
    const filled = fill({ companies: 10, contacts: 20, deals: 10 });
    await filled.world.runPass();
    filled.hubspot.update("company", companyId(1), { zep: "no" });
    const trial = await filled.world.runPass({ isDryRun: true });
    expect(sums(trial, "frozen")).toEqual([1, 3, 1]);
    expect(sums(trial, "by.customerTurned")).toEqual([0, 3, 1]);
  });

  it("says that the brake would hold, and does not stop", async () => {
    const filled = fill({ companies: 60, contacts: 0, deals: 0 });
    await filled.world.runPass();
    for (const number of numbers(30)) filled.hubspot.delete("company", companyId(number));
    const trial = await filled.world.runPass({ isDryRun: true });
    expect(trial.status).toBe("succeeded");
    const report = await filled.world.passes.readReport(trial.passId);
    expect(report?.brake.company).toMatchObject({ harmed: 28, limit: 20, isHeld: true });
  });
});

const preview = async (settings: Settings) => {
  const filled = fill({ companies: 30, contacts: 30, deals: 12 });
  filled.hubspot.defineProperty("company", { ...propertyOf(filled.hubspot), name: "kein_zep" });
  filled.hubspot.update("company", companyId(2), { kein_zep: "ja" });
  await filled.world.runPass();
  await work(filled);
  refuseWrites(filled.world);
  const pass = await filled.world.runPass({ preview: settings });
  const report = await filled.world.passes.readReport(pass.passId);
  return { pass, listed: report?.listed ?? [] };
};

describe("a preview", () => {
  it("of another exclusion property reads that property, and names whom it lets in and freezes", async () => {
    const { pass, listed } = await preview({ ...ALL_DEALS, exclusion: { property: "kein_zep", values: ["ja"] } });
    expect(pass).toMatchObject({ status: "succeeded", isDryRun: true });
    expect(listed.filter(({ type }) => type === "customer")).toEqual([
      { effect: "frozen", type: "customer", id: companyId(2), name: "Firma 2" },
      { effect: "created", type: "customer", id: companyId(7), name: "Firma 7" },
      { effect: "created", type: "customer", id: companyId(27), name: "Firma 27" },
    ]);
    expect(listed).toContainEqual({ effect: "created", type: "project", id: dealId(7), name: "Projekt 7" });
  });

  it("names contact persons by their ids alone, for a report is kept when a contact is erased", async () => {
    const { listed } = await preview({ ...ALL_DEALS, exclusion: { property: "kein_zep", values: ["ja"] } });
    const persons = listed.filter(({ type }) => type === "contactPerson");
    expect(persons.length).toBeGreaterThan(0);
    expect(persons.every(({ name, id }) => name === "" && /^\d+\/\d+$/u.test(id))).toBe(true);
  });

  it.each([
    ["whose company it would exclude", 1, "frozen"],
    ["whose company it would let in", 7, "released"],
  ])("names the projects of a detached customer %s", async (_, number, effect) => {
    const filled = fill({ companies: 10, contacts: 0, deals: 10 });
    const { world, hubspot } = filled;
    hubspot.defineProperty("company", { ...propertyOf(hubspot), name: "kein_zep" });
    hubspot.update("company", companyId(1), { kein_zep: "ja" });
    hubspot.update("company", companyId(7), { zep: "" });
    await world.runPass();
    for (const detached of [1, 7])
      await world.clock.run(detachCustomerRecord({ ...world.ports, cause: "admin" }, { id: companyId(detached) }));
    hubspot.update("company", companyId(7), { zep: "no" });
    await work(filled);
    await world.runPass();
    refuseWrites(world);
    const exclusion = { property: "kein_zep", values: ["ja"] };
    const { passId } = await world.runPass({ preview: { ...ALL_DEALS, exclusion } });
    const listed = (await world.passes.readReport(passId))?.listed;
    expect(listed).toContainEqual({ effect, type: "project", id: dealId(number), name: `Projekt ${number}` });
    expect(listed?.filter(({ type }) => type === "customer")).toEqual([]);
  });

  it("names the settings as the cause, also before any pass has succeeded", async () => {
    const { world } = fill({ companies: 4, contacts: 0, deals: 3 });
    await world.runPass({ types: ["company"] });
    await world.runPass({ types: ["deal"] });
    const trial = await world.runPass({ preview: { ...ALL_DEALS, dealStages: { kind: "none" } } });
    expect(trial.counts["deal"]).toMatchObject({ frozen: 3, "by.settings": 3 });
  });

  it("counts what it would release, which is updated as well, and every record beyond those it names", async () => {
    const { world, hubspot } = fill({ companies: 20, contacts: 0, deals: 620 });
    await world.runPass();
    hubspot.update("company", companyId(1), { zep: "no" });
    await world.runPass();
    hubspot.update("company", companyId(3), { name: "Anders" });
    const settings = { exclusion: { property: "zep", values: ["nein"] }, dealStages: { kind: "none" } as const };
    const { passId, counts } = await world.runPass({ preview: settings });
    expect(counts["company"]).toMatchObject({ updated: 2, released: 1 });
    expect(counts["deal"]?.["frozen"]).toBeGreaterThan(MOST_PREVIEWED);
    expect((await world.passes.readReport(passId))?.listed).toHaveLength(MOST_PREVIEWED);
  });

  it("of the settings at work names nothing", async () => {
    expect((await preview(ALL_DEALS)).listed).toEqual([]);
  });
});

function propertyOf(hubspot: ReturnType<typeof fill>["hubspot"]) {
  const found = hubspot.propertyDefinitions("company").get("zep");
  if (found === undefined) throw new Error("no property");
  return found;
}

describe("a pass whose settings change in the middle", () => {
  it("starts over with the new ones, and names them as the cause", async () => {
    const filled = fill({ companies: 400, contacts: 0, deals: 30 }, { latencyMs: 20_000 });
    const { world } = filled;
    await world.runPass();
    await work(filled);
    const started = await world.clock.run(startPass(world.ports));
    const message = world.waiting.shift();
    if (started.kind !== "started" || message === undefined || "start" in message) throw new Error("not started");
    const former = { owner: "former", deadlineMs: world.clock.now() + 90_000 };
    await world.clock.run(continuePass(world.ports, message, former));
    const next = world.waiting.shift();
    if (next === undefined || "start" in next) throw new Error("not handed over");
    const ports = { ...world.ports, settings: { ...ALL_DEALS, dealStages: { kind: "none" } as const } };
    const deployed = { owner: "deployed", deadlineMs: world.clock.now() + 900_000 };
    await world.clock.run(continuePass(ports, next, deployed));
    const pass = await world.passes.readPass(started.passId);
    expect(pass).toMatchObject({ status: "succeeded" });
    expect(pass?.counts["company"]?.["read"]).toBe(400);
    const marks = (await world.passes.readReport(started.passId))?.marks?.company;
    expect(marks?.reduce((sum, [, count]) => sum + count, 0)).toBe(400);
    expect(pass?.counts["deal"]).toMatchObject({ frozen: 25, "by.settings": 30 });
    expect(world.store.projects().every(({ state }) => state === "outOfStage")).toBe(true);
    expect(differences(filled)).not.toEqual([]);
  });
});
