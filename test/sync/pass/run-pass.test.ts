import { describe, expect, it } from "vitest";
import { SAMPLE_IDENTITY } from "../../../infra/local/hubspot-simulator/server.ts";
import { createRandom } from "../../../infra/local/hubspot-simulator/seeded-random.ts";
import { World } from "../../../infra/local/hubspot-simulator/world.ts";
import { EXCLUSION_DEFINITION } from "../../../infra/local/hubspot-simulator/property-definitions.ts";
import type { FaultRule } from "../../../infra/local/hubspot-simulator/behaviour.ts";
import { startPass } from "../../../lib/sync/pass/start-pass.ts";
import { processChanges } from "../../../lib/sync/process-changes.ts";
import { expectRecords, findDifferences, spellRecords } from "../../fixtures/expected-records.ts";
import { createPassWorld, Death, type PassWorld } from "../../fixtures/pass-world.ts";
import { contentOf, readMessage } from "../../fixtures/sync-world.ts";

interface Filled {
  readonly world: PassWorld;
  readonly hubspot: World;
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** A portal with some of everything; ids ascend with their numbers. */
function fill(counts = { companies: 260, contacts: 330, deals: 140 }): Filled {
  const held: { hubspot?: World } = {};
  const world = createPassWorld({
    source: (now) => {
      const hubspot = new World({ identity: SAMPLE_IDENTITY, now, seed: 3 });
      hubspot.defineProperty("company", EXCLUSION_DEFINITION);
      held.hubspot = hubspot;
      return hubspot;
    },
  });
  const { hubspot } = held;
  if (hubspot === undefined) throw new Error("no portal");
  for (const number of numbers(counts.companies)) {
    const exclusion = number % 20 === 7 ? { zep: "Nein" } : {};
    hubspot.create("company", { id: companyId(number), properties: { name: `Firma ${number}`, ...exclusion } });
  }
  for (const number of numbers(counts.contacts)) {
    const id = contactId(number);
    hubspot.create("contact", { id, properties: { lastname: `Person ${number}` } });
    link(hubspot, { from: { type: "contact", id: id }, toId: companyId(number % counts.companies), isPrimary: true });
    if (number % 9 === 0)
      link(hubspot, {
        from: { type: "contact", id: id },
        toId: companyId((number + 1) % counts.companies),
        isPrimary: false,
      });
  }
  for (const number of numbers(counts.deals)) {
    const id = dealId(number);
    hubspot.create("deal", { id, properties: { dealname: `Projekt ${number}`, dealstage: "1043288714" } });
    if (number % 11 !== 3)
      link(hubspot, { from: { type: "deal", id: id }, toId: companyId(number % counts.companies), isPrimary: true });
  }
  return { world, hubspot };
}

const companyId = (number: number): string => String(5_000_000_000 + number * 7);
const contactId = (number: number): string => String(7_000_000_000 + number * 3);
const dealId = (number: number): string => String(9_000_000_000 + number * 11);

interface Link {
  readonly from: { readonly type: "contact" | "deal"; readonly id: string };
  readonly toId: string;
  readonly isPrimary: boolean;
}

function link(hubspot: World, { from, toId, isPrimary }: Link): void {
  hubspot.associate({ from, to: { type: "company", id: toId }, isPrimary });
}

function differences({ world, hubspot }: Filled): readonly string[] {
  const persons = world.store.contactItems().filter((item) => item.type === "contactPerson");
  const stored = { customers: world.store.customers(), projects: world.store.projects(), persons };
  return findDifferences(expectRecords(hubspot), spellRecords(stored));
}

/** Works on what the pass queued, as the worker would. */
async function work({ world }: Filled): Promise<void> {
  for (let rounds = 0; world.queue.size() > 0 && rounds < 300; rounds += 1) {
    await world.clock.run(world.clock.sleep(Math.max(0, (world.queue.nextVisibleAtMs() ?? 0) - world.clock.now())));
    const messages = world.queue.receive(100, 360_000).Records.map(readMessage);
    const { failedMessageIds } = await world.clock.run(processChanges(world.ports, messages, { maxReceives: 5 }));
    const ids = messages.map(({ messageId }) => messageId);
    world.queue.deleteMessages(ids.filter((id) => !failedMessageIds.includes(id)));
  }
}

const sums = (pass: { readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>> }, name: string) =>
  ["company", "contact", "deal"].map((type) => pass.counts[type]?.[name] ?? 0);

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

/** Changes of every kind that nobody is told of. */
function changeUnheard({ hubspot }: Filled): void {
  hubspot.update("company", companyId(1), { name: "Anders" });
  hubspot.update("company", companyId(2), { zep: "no" });
  hubspot.update("company", companyId(27), { zep: "" });
  hubspot.delete("company", companyId(3));
  hubspot.merge("company", { primaryId: companyId(4), mergedIds: [companyId(5)], style: "newId" });
  hubspot.create("company", { properties: { name: "Neu" } });
  hubspot.delete("contact", contactId(6));
  hubspot.update("contact", contactId(7), { lastname: "Anders" });
  hubspot.dissociate({
    from: { type: "contact", id: contactId(9) },
    to: { type: "company", id: companyId(10) },
    isPrimary: false,
  });
  link(hubspot, { from: { type: "contact", id: contactId(12) }, toId: companyId(30), isPrimary: true });
  hubspot.erase(contactId(13));
  hubspot.update("deal", dealId(1), { dealname: "Anders" });
  link(hubspot, { from: { type: "deal", id: dealId(3) }, toId: companyId(40), isPrimary: true });
  link(hubspot, { from: { type: "deal", id: dealId(8) }, toId: companyId(41), isPrimary: true });
  hubspot.delete("deal", dealId(9));
  hubspot.merge("deal", { primaryId: dealId(15), mergedIds: [dealId(16)], style: "survivingId" });
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
    expect(stopped.reason).toContain(`hubspot-zep reconcile --confirm ${stopped.passId}`);
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
