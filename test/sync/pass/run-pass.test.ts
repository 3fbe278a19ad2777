import { describe, expect, it } from "vitest";
import { createRandom } from "../../../infra/local/hubspot-simulator/seeded-random.ts";
import type { FaultRule } from "../../../infra/local/hubspot-simulator/behaviour.ts";
import { startPass } from "../../../lib/sync/pass/start-pass.ts";
import {
  changeUnheard,
  companyId,
  contactId,
  dealId,
  differences,
  fill,
  numbers,
  sums,
  work,
} from "../../fixtures/pass-portal.ts";
import { Death, type PassWorld } from "../../fixtures/pass-world.ts";
import { contentOf } from "../../fixtures/sync-world.ts";

describe("a first pass", () => {
  it("imports everything that exists, by the rules", async () => {
    const filled = fill();
    const pass = await filled.world.runPass();
    await work(filled);
    expect(pass).toMatchObject({ status: "succeeded" });
    expect(differences(filled)).toEqual([]);
    expect(sums(pass, "read")).toEqual([260, 330, 140]);
    expect(sums(pass, "by.firstImport").every((count) => count > 0)).toBe(true);
  });
});

describe("a pass over what is right", () => {
  it("writes nothing but its first checkpoint and reads each list page once", async () => {
    const filled = fill();
    const { world } = filled;
    await world.runPass();
    await work(filled);
    const before = { content: contentOf(world), calls: world.portal.calls.total };
    const writes = countWrites(world);
    const pass = await world.runPass();
    expect(contentOf(world)).toEqual(before.content);
    expect(writes()).toEqual({ records: 0, checkpoints: 1 });
    expect(sums(pass, "repaired")).toEqual([0, 0, 0]);
    // Three, four and two pages; the account, the exclusion property, and nothing else.
    expect(world.portal.calls.total - before.calls).toBe(3 + 4 + 2 + 2);
  });
});

function countWrites(world: PassWorld): () => { readonly records: number; readonly checkpoints: number } {
  const writes = { records: 0, checkpoints: 0 };
  world.faults.beforeStore = (name) => {
    if (name === "write" || name === "reserveNumber" || name === "releaseNumber") writes.records += 1;
    if (name === "saveCheckpoint") writes.checkpoints += 1;
  };
  return () => writes;
}

describe("a pass over missed changes", () => {
  it("repairs all of them, association-only ones too, and names the causes", async () => {
    const filled = fill();
    await filled.world.runPass();
    await work(filled);
    await filled.world.clock.run(filled.world.clock.sleep(7_200_000));
    changeUnheard(filled);
    await filled.world.clock.run(filled.world.clock.sleep(7_200_000));
    const pass = await filled.world.runPass();
    await work(filled);
    expect(pass).toMatchObject({ status: "succeeded" });
    expect(differences(filled)).toEqual([]);
    const causes = (type: string): readonly string[] =>
      Object.keys(pass.counts[type] ?? {}).filter((name) => name.startsWith("by."));
    expect(causes("company")).toContain("by.missedEvent");
    expect(causes("contact")).toContain("by.association");
    expect(causes("deal")).toContain("by.association");
  });

  it.each(numbers(8))("ends the same when it is killed again and again (seed %i)", async (seed) => {
    const random = createRandom(seed + 1);
    const filled = fill({ companies: 120, contacts: 150, deals: 60 });
    const { world } = filled;
    await world.runPass();
    await work(filled);
    changeUnheard(filled);
    await world.clock.run(world.clock.sleep(7_200_000));
    let kills = 0;
    const started = await world.clock.run(startPass(world.ports));
    world.faults.beforeStore = () => {
      if (kills >= 6 || random() > 0.01) return;
      kills += 1;
      throw new Death();
    };
    world.faults.onHubSpot = () => {
      if (kills >= 6 || random() > 0.03) return;
      kills += 1;
      throw new Death();
    };
    await world.drain({ invocationMs: 62_000 });
    world.faults.beforeStore = () => undefined;
    world.faults.onHubSpot = () => undefined;
    expect(kills).toBeGreaterThan(0);
    expect(await world.passes.readPass(Object(started).passId)).toMatchObject({ status: "succeeded" });
    await work(filled);
    expect(differences(filled)).toEqual([]);
  });

  it("never overwrites what a webhook brought while the pass held an older page", async () => {
    const filled = fill({ companies: 150, contacts: 0, deals: 0 });
    const { world, hubspot } = filled;
    await world.runPass();
    await work(filled);
    hubspot.update("company", companyId(10), { name: "Stand 1" });
    await world.clock.run(world.clock.sleep(60_000));
    let isDone = false;
    world.faults.beforeStore = (name) => {
      // The page is read; now, before it is compared, somebody edits on and the worker is faster.
      if (isDone || name !== "streamCustomers") return;
      isDone = true;
      hubspot.update("company", companyId(10), { name: "Stand 2" });
      const stored = world.store.customers().find((customer) => customer.companyId === companyId(10));
      if (stored?.fields === undefined) throw new Error("not stored");
      const object = hubspot.findObject("company", companyId(10), Number.POSITIVE_INFINITY);
      const fence = { sourceUpdatedAtMs: object?.updatedAtMs ?? 0, readAtMs: world.clock.now() };
      const fields = { ...stored.fields, name: "Stand 2" };
      void world.store.write({ ...stored, fields, fence, revision: stored.revision + 1 });
    };
    await world.runPass();
    expect(isDone).toBe(true);
    expect(differences(filled)).toEqual([]);
  });
});

describe("a listing that cannot be trusted", () => {
  it("ends the pass at ids out of order, and names the first that strays", async () => {
    const { world } = fill();
    world.portal.behaviour.faults = [{ fault: "disorder", calls: ["list"] }];
    expect(await world.runPass()).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/ out of order after /u),
    });
  });

  it.each<[string, FaultRule]>([
    ["the wrong portal", { fault: "wrongPortal", calls: ["account"] }],
    ["a revoked token", { fault: "unauthorized" }],
    ["a lost scope", { fault: "forbidden", calls: ["list"] }],
    ["an empty answer", { fault: "emptyList", calls: ["list"] }],
    ["an end that comes early", { fault: "endEarly", calls: ["list"] }],
    ["ids out of order", { fault: "disorder", calls: ["list"] }],
    ["an error page", { fault: "badGateway", calls: ["list"] }],
    ["an answer that is cut off", { fault: "cutJson", calls: ["list"] }],
    ["no answer", { fault: "drop", calls: ["list"] }],
    ["the daily limit", { fault: "daily", calls: ["list"] }],
  ])("deactivates nothing: %s", async (_name, fault) => {
    const filled = fill();
    const { world } = filled;
    await world.runPass();
    await work(filled);
    const before = contentOf(world);
    world.portal.behaviour.faults = [fault];
    const pass = await world.runPass();
    expect(contentOf(world)).toEqual(before);
    expect(["failed", "stopped"]).toContain(pass.status);
    expect(pass.reason).toMatch(/\w+ \w+/u);
  });
});

describe("the brake", () => {
  it("stops a run before it deactivates more than allowed, and names the command that confirms it", async () => {
    const filled = fill({ companies: 100, contacts: 0, deals: 0 });
    const { world, hubspot } = filled;
    await world.runPass();
    for (const number of numbers(24)) hubspot.delete("company", companyId(number));
    await world.clock.run(world.clock.sleep(60_000));
    const before = contentOf(world);
    const stopped = await world.runPass();
    expect(stopped).toMatchObject({ status: "stopped" });
    expect(stopped.reason).toMatch(/^23 of 95 records of type company/u);
    expect(stopped.reason).toContain(`npx hubspot-zep reconcile --confirm ${stopped.passId}`);
    expect(contentOf(world)).toEqual(before);
    const confirmed = await world.runPass({ confirms: stopped.passId });
    await work(filled);
    expect(confirmed).toMatchObject({ status: "succeeded" });
    expect(differences(filled)).toEqual([]);
  });

  it("lets twenty go, of however few", async () => {
    const filled = fill({ companies: 30, contacts: 0, deals: 0 });
    await filled.world.runPass();
    for (const number of numbers(20)) filled.hubspot.delete("company", companyId(number));
    await filled.world.clock.run(filled.world.clock.sleep(60_000));
    expect(await filled.world.runPass()).toMatchObject({ status: "succeeded" });
    expect(differences(filled)).toEqual([]);
  });

  it("counts projects that lose their customer", async () => {
    const filled = fill({ companies: 60, contacts: 0, deals: 60 });
    const { world, hubspot } = filled;
    await world.runPass();
    await work(filled);
    for (const number of numbers(40)) {
      if (number % 11 === 3) continue;
      const pair = {
        from: { type: "deal", id: dealId(number) },
        to: { type: "company", id: companyId(number) },
      } as const;
      hubspot.dissociate({ ...pair, isPrimary: true });
    }
    await world.clock.run(world.clock.sleep(60_000));
    expect(await world.runPass()).toMatchObject({ status: "stopped" });
  });

  it("confirms nothing but a pass that was stopped", async () => {
    const { world } = fill({ companies: 3, contacts: 0, deals: 0 });
    const done = await world.runPass();
    await expect(world.runPass({ confirms: done.passId })).rejects.toThrow(/refused/u);
    await expect(world.runPass({ confirms: "nothing" })).rejects.toThrow(/refused/u);
  });
});

describe("two passes", () => {
  it("never run at once", async () => {
    const { world } = fill({ companies: 3, contacts: 0, deals: 0 });
    const first = await world.clock.run(startPass(world.ports));
    const second = await world.clock.run(startPass(world.ports));
    expect(first.kind).toBe("started");
    expect(second).toMatchObject({ kind: "running", passId: Object(first).passId });
  });
});

describe("a dry run", () => {
  it("counts what a pass would do, and does nothing", async () => {
    const filled = fill();
    const { world } = filled;
    await world.runPass();
    await work(filled);
    changeUnheard(filled);
    const before = contentOf(world);
    const pass = await world.runPass({ isDryRun: true });
    expect(pass).toMatchObject({ status: "succeeded", isDryRun: true });
    expect(contentOf(world)).toEqual(before);
    expect(world.queue.size()).toBe(0);
    expect(sums(pass, "repaired").every((count) => count > 0)).toBe(true);
  });

  it("previews other settings by name", async () => {
    const filled = fill({ companies: 40, contacts: 0, deals: 20 });
    const { world } = filled;
    await world.runPass();
    await work(filled);
    const exclusion = { property: "zep", values: ["ja"] };
    const pass = await world.runPass({ preview: { dealStages: { kind: "none" }, exclusion } });
    const report = await world.passes.readReport(pass.passId);
    expect(report?.listed).toContainEqual({
      effect: "frozen",
      type: "project",
      id: dealId(0),
      name: "Projekt 0",
    });
    expect(report?.listed).toContainEqual({
      effect: "created",
      type: "customer",
      id: companyId(7),
      name: "Firma 7",
    });
  });
});

describe("a preview of other exclusions", () => {
  it("names contact persons and projects along with the customer they depend on", async () => {
    const filled = fill({ companies: 40, contacts: 40, deals: 40 });
    const { world } = filled;
    await world.runPass();
    await work(filled);
    const exclusion = { property: "zep", values: ["ja"] };
    const pass = await world.runPass({ preview: { dealStages: { kind: "all" }, exclusion } });
    const report = await world.passes.readReport(pass.passId);
    const created = report?.listed.filter(({ effect }) => effect === "created").map(({ type, id }) => `${type} ${id}`);
    expect(created).toContain(`customer ${companyId(7)}`);
    expect(created).toContain(`contactPerson ${contactId(7)}/${companyId(7)}`);
    expect(created).toContain(`project ${dealId(7)}`);
  });
});

describe("numbers", () => {
  it("are freed when a crash left them reserved for nobody", async () => {
    const filled = fill({ companies: 20, contacts: 0, deals: 0 });
    const { world } = filled;
    await world.runPass();
    const atMs = world.clock.now();
    await world.store.reserveNumber({ kind: "customerNumber", number: "K-LEAK", holderId: companyId(1), atMs });
    await world.clock.run(world.clock.sleep(3_600_000));
    const pass = await world.runPass();
    expect(world.store.reservations().map(({ number }) => number)).not.toContain("K-LEAK");
    expect(world.store.reservations()).toHaveLength(19);
    expect(pass.counts["number"]).toEqual({ freed: 1 });
  });

  it("stay when they were reserved just now", async () => {
    const { world } = fill({ companies: 5, contacts: 0, deals: 0 });
    await world.runPass();
    const atMs = world.clock.now();
    await world.store.reserveNumber({ kind: "customerNumber", number: "K-NEW", holderId: companyId(1), atMs });
    await world.runPass();
    expect(world.store.reservations().map(({ number }) => number)).toContain("K-NEW");
  });
});
