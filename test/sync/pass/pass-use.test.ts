import { describe, expect, it } from "vitest";
import { listUse, OTHER_USE } from "../../../lib/domain/use-rows.ts";
import { PASS_SCHEMAS } from "../../../lib/dynamodb/pass-schemas.ts";
import type { Pass } from "../../../lib/sync/pass-ports.ts";
import { PassUse } from "../../../lib/sync/pass/pass-use.ts";
import type { PassUsage } from "../../../lib/sync/pass/pass-types.ts";
import { changeUnheard, fill, sums, work, type Filled } from "../../fixtures/pass-portal.ts";
import { openSession, resumeSession } from "../../fixtures/pass-session.ts";
import { Death } from "../../fixtures/pass-world.ts";

const HEADINGS = ["company", "contact", "deal", OTHER_USE] as const;

/** A portal that was carried over. */
async function carryOver(options: Parameters<typeof fill>[1] = {}): Promise<Filled> {
  const filled = fill({ companies: 260, contacts: 330, deals: 140 }, { countsUnits: true, ...options });
  await filled.world.runPass();
  await work(filled);
  await filled.world.clock.run(filled.world.clock.sleep(7_200_000));
  return filled;
}

const valuesOf = ({ counts }: Pass, name: string): readonly (number | undefined)[] =>
  HEADINGS.map((heading) => counts[heading]?.[name]);

/** Makes sure that the parts add up to what the report says of all. */
async function expectToAddUp({ world }: Filled, pass: Pass): Promise<void> {
  const report = await world.passes.readReport(pass.passId);
  if (report === undefined) throw new Error("no report");
  const { hubspotCalls, readUnits, writeUnits } = report.usage;
  const all = { heading: "all", hubspotCalls, readUnits, writeUnits, durationMs: report.durationMs };
  expect(listUse(pass.counts).at(-1)).toEqual(all);
  for (const heading of HEADINGS)
    for (const name of ["hubspotCalls", "readUnits", "writeUnits", "durationMs"])
      expect(pass.counts[heading]?.[name], `${heading} ${name}`).toBeGreaterThanOrEqual(0);
}

describe("what a pass used, by type", () => {
  it("is the pages of each type, and the account and the exclusion property for none", async () => {
    const filled = await carryOver({ latencyMs: 100 });
    const pass = await filled.world.runPass();
    expect(valuesOf(pass, "hubspotCalls")).toEqual([3, 4, 2, 2]);
    const units = valuesOf(pass, "readUnits");
    expect(units.slice(0, 3).every((read) => read !== undefined && read > 0)).toBe(true);
    expect(valuesOf(pass, "writeUnits")).toEqual([0, 0, 0, 0]);
    await expectToAddUp(filled, pass);
  });

  it("includes what applying took: at once, and put off", async () => {
    const filled = await carryOver({ latencyMs: 100 });
    changeUnheard(filled);
    const pass = await filled.world.runPass();
    expect(sums(pass, "deactivated").every((count) => count > 0)).toBe(true);
    // A list of three pages; what was put off is read among the live objects and among the archived ones.
    const [company = 0, contact = 0, deal = 0, other] = valuesOf(pass, "hubspotCalls");
    expect(company).toBeGreaterThanOrEqual(3 + 2);
    expect(contact).toBeGreaterThanOrEqual(4 + 2);
    expect(deal).toBeGreaterThanOrEqual(2 + 2);
    // The account once more before anything is taken away.
    expect(other).toBe(3);
    expect(
      valuesOf(pass, "writeUnits")
        .slice(0, 3)
        .every((units) => units !== undefined && units > 0),
    ).toBe(true);
    await expectToAddUp(filled, pass);
  });

  it("shares the time out by calls that are made at once", async () => {
    const filled = await carryOver({ latencyMs: 1_000 });
    const pass = await filled.world.runPass();
    const [company = 0, contact = 0, deal = 0, other = 0] = valuesOf(pass, "durationMs");
    // Two seconds of all three, one of two, and one alone; account and property are asked for meanwhile.
    expect(company).toBeCloseTo(2_000 / 3 + 1_000 / 2, -2);
    expect(contact).toBeCloseTo(2_000 / 3 + 1_000 / 2 + 1_000, -2);
    expect(deal).toBeCloseTo(2_000 / 3, -2);
    expect(other).toBeCloseTo(0, -2);
    await expectToAddUp(filled, pass);
  });

  it("goes on in the next invocation", async () => {
    const [whole, parts] = [await carryOver({ latencyMs: 900 }), await carryOver({ latencyMs: 900 })];
    const once = await whole.world.runPass();
    const pass = await parts.world.runPass({}, { invocationMs: 62_500 });
    const accounts = (valuesOf(pass, "hubspotCalls")[3] ?? 0) - (valuesOf(once, "hubspotCalls")[3] ?? 0);
    // Account and property are read anew by each invocation.
    expect(accounts).toBeGreaterThan(0);
    expect(valuesOf(pass, "hubspotCalls").slice(0, 3)).toEqual(valuesOf(once, "hubspotCalls").slice(0, 3));
    await expectToAddUp(parts, pass);
  });

  it("is without what a crash lost, and adds up all the same", async () => {
    const filled = await carryOver({ latencyMs: 900 });
    let pages = 0;
    filled.world.faults.onHubSpot = (url) => {
      pages += url.includes("/contacts?limit=") ? 1 : 0;
      if (pages === 3) {
        pages += 1;
        throw new Death();
      }
    };
    const pass = await filled.world.runPass();
    expect(valuesOf(pass, "hubspotCalls")).toEqual([3, 4, 2, 2]);
    await expectToAddUp(filled, pass);
  });

  it("is without the checkpoint, whichever type's page found it due", async () => {
    const { world } = fill({ companies: 30, contacts: 0, deals: 0 });
    const session = await openSession(world);
    // Stands in for what a checkpoint costs: the store in memory has no price.
    world.faults.beforeStore = async (name) => {
      if (name === "saveCheckpoint") await world.ports.hubspot.readAccount();
    };
    await world.clock.run(session.workOn("company", () => session.save()));
    expect(session.counts["company"]).toMatchObject({ hubspotCalls: 0 });
    expect(session.counts[OTHER_USE]).toMatchObject({ hubspotCalls: 1 });
  });

  it("is told while the pass runs", async () => {
    const { world } = fill({ companies: 30, contacts: 0, deals: 0 });
    const session = await openSession(world);
    await world.clock.run(session.workOn("company", () => world.ports.hubspot.listPage("company")));
    await world.clock.run(session.save());
    const running = await world.passes.readPass("the-pass");
    // The reader makes sure of the account first.
    expect(running?.counts["company"]).toMatchObject({ hubspotCalls: 2 });
    expect(running?.counts[OTHER_USE]).toMatchObject({ hubspotCalls: 0 });
  });

  it("leaves out what a process used for an earlier pass", async () => {
    const { world } = fill({ companies: 30, contacts: 0, deals: 0 });
    const before = await openSession(world);
    await world.clock.run(before.workOn("company", () => world.ports.hubspot.listPage("company")));
    const session = await openSession(world, { pass: { passId: "another" } });
    expect(session.counts["company"]).toMatchObject({ hubspotCalls: 0, durationMs: 0 });
  });

  it("goes on from what earlier invocations used, with what HubSpot allows as it is known now", () => {
    const start = { hubspotCalls: 5, rateLimitedCalls: 2, readUnits: 10, writeUnits: 4 };
    const used = { hubspotCalls: 100, rateLimitedCalls: 20, readUnits: 200, writeUnits: 50, allowedPerSecond: 10 };
    let now: PassUsage = start;
    const { clock, meter } = fill({ companies: 1, contacts: 0, deals: 0 }).world.ports;
    const use = new PassUse({ clock, meter, readUsage: () => now }, { used });
    now = { hubspotCalls: 8, rateLimitedCalls: 3, readUnits: 15, writeUnits: 6 };
    const total = { hubspotCalls: 103, rateLimitedCalls: 21, readUnits: 205, writeUnits: 52 };
    expect(use.total).toEqual(total);
    expect(use.total).not.toHaveProperty("allowedPerSecond");
    now = { ...now, allowedPerSecond: 19 };
    expect(use.total).toEqual({ ...total, allowedPerSecond: 19 });
  });

  it("counts as nobody's what an invocation of an older version used", async () => {
    const { world } = fill({ companies: 30, contacts: 0, deals: 0 });
    const used = { hubspotCalls: 7, rateLimitedCalls: 1, readUnits: 2, writeUnits: 1 };
    const session = resumeSession(await openSession(world, { checkpoint: { used } }));
    expect(session.counts[OTHER_USE]).toMatchObject({ hubspotCalls: 7, readUnits: 2, writeUnits: 1 });
    expect(PASS_SCHEMAS.checkpoint.parse(session.state)).not.toHaveProperty("usedByType");
  });
});
