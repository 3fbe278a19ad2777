import { describe, expect, it } from "vitest";
import type { Customer, Project } from "../../../lib/domain/record.ts";
import { markFailing } from "../../../lib/sync/mark-failing.ts";
import type { Pass } from "../../../lib/sync/pass-ports.ts";
import {
  companyId,
  contactId,
  dealId,
  differences,
  fill,
  link,
  work,
  type Filled,
} from "../../fixtures/pass-portal.ts";

const HOUR_MS = 3_600_000;

const wait = ({ world }: Filled, ms: number): Promise<void> => world.clock.run(world.clock.sleep(ms));

/** A small portal, carried over two hours ago. */
async function carryOver(): Promise<Filled> {
  const filled = fill({ companies: 12, contacts: 24, deals: 12 });
  await filled.world.runPass();
  await work(filled);
  await wait(filled, 2 * HOUR_MS);
  return filled;
}

/** `company created 1 missedEvent 1`, in the order of the types. */
function describeRepairs({ counts }: Pass): readonly string[] {
  const effects = ["created", "updated", "frozen", "deactivated", "noted"];
  return ["company", "contact", "deal", "number"].flatMap((type) => {
    const entries = Object.entries(counts[type] ?? {}).filter(
      ([name]) => effects.includes(name) || name.startsWith("by.") || name === "freed" || name === "spared",
    );
    const words = entries.map(([name, count]) => `${name.replace("by.", "")} ${count}`).toSorted();
    return words.length === 0 ? [] : [`${type} ${words.join(" ")}`];
  });
}

const customerOf = ({ world }: Filled, id: string): Customer => {
  const found = world.store.customers().find((customer) => customer.companyId === id);
  if (found === undefined) throw new Error(`no customer ${id}`);
  return found;
};

const projectOf = ({ world }: Filled, id: string): Project => {
  const found = world.store.projects().find((project) => project.dealId === id);
  if (found === undefined) throw new Error(`no project ${id}`);
  return found;
};

const company = (number: number) => ({ type: "company", id: companyId(number) }) as const;
const contact = (number: number) => ({ type: "contact", id: contactId(number) }) as const;
const deal = (number: number) => ({ type: "deal", id: dealId(number) }) as const;

/** An admin gives a customer another number. */
async function giveNumber(filled: Filled, companyNumber: number, number: string): Promise<void> {
  const { store, clock } = filled.world;
  const customer = customerOf(filled, companyId(companyNumber));
  const kind = "customerNumber";
  await store.reserveNumber({ kind, number, holderId: customer.companyId, atMs: clock.now() });
  await store.write({ ...customer, customerNumber: number, revision: customer.revision + 1 });
  if (customer.customerNumber !== undefined)
    await store.releaseNumber({ kind, number: customer.customerNumber, holderId: customer.companyId });
}

type Situation = readonly [name: string, happen: (filled: Filled) => unknown, expected: readonly string[]];

const SITUATIONS: readonly Situation[] = [
  ["nothing", () => undefined, []],
  [
    "a new company",
    ({ hubspot }) => hubspot.create("company", { properties: { name: "Neu" } }),
    ["company created 1 missedEvent 1"],
  ],
  [
    "a new company with a contact and a deal",
    ({ hubspot }) => {
      const toId = hubspot.create("company", { properties: { name: "Neu" } }).id;
      const person = hubspot.create("contact", { properties: { lastname: "Neu" } }).id;
      const project = hubspot.create("deal", { properties: { dealname: "Neu", dealstage: "1043288714" } }).id;
      link(hubspot, { from: { type: "contact", id: person }, toId, isPrimary: true });
      link(hubspot, { from: { type: "deal", id: project }, toId, isPrimary: true });
    },
    ["company created 1 missedEvent 1", "contact created 1 missedEvent 1", "deal created 1 missedEvent 1"],
  ],
  [
    "a changed company",
    ({ hubspot }) => hubspot.update("company", companyId(1), { name: "Anders" }),
    ["company missedEvent 1 updated 1"],
  ],
  [
    "an excluded company",
    ({ hubspot }) => hubspot.update("company", companyId(1), { zep: "no" }),
    ["company frozen 1 missedEvent 1"],
  ],
  [
    "a company let in",
    ({ hubspot }) => hubspot.update("company", companyId(7), { zep: "" }),
    ["company created 1 missedEvent 1"],
  ],
  [
    "a deleted company with two contacts and a deal",
    ({ hubspot }) => hubspot.delete("company", companyId(1)),
    ["company deactivated 1 missedEvent 1", "contact association 3 deactivated 3", "deal association 1 frozen 1"],
  ],
  [
    "a restored company",
    async (filled) => {
      filled.hubspot.delete("company", companyId(1));
      await wait(filled, HOUR_MS);
      await filled.world.runPass();
      await work(filled);
      await wait(filled, HOUR_MS);
      filled.hubspot.restore("company", companyId(1));
    },
    ["company missedEvent 1 updated 1", "deal customerTurned 1 updated 1"],
  ],
  [
    "companies merged into a third one",
    ({ hubspot }) => hubspot.merge("company", { primaryId: companyId(4), mergedIds: [companyId(5)], style: "newId" }),
    [
      "company created 1 deactivated 2 missedEvent 3",
      "contact association 8 created 4 deactivated 4",
      "deal association 2 updated 2",
    ],
  ],
  [
    "companies merged into one of them",
    ({ hubspot }) =>
      hubspot.merge("company", { primaryId: companyId(4), mergedIds: [companyId(5)], style: "survivingId" }),
    [
      "company deactivated 1 missedEvent 1",
      "contact association 4 created 2 deactivated 2",
      "deal association 1 updated 1",
    ],
  ],
  [
    "a changed contact",
    ({ hubspot }) => hubspot.update("contact", contactId(9), { lastname: "Anders" }),
    ["contact missedEvent 2 updated 2"],
  ],
  [
    "a deleted contact at two companies",
    ({ hubspot }) => hubspot.delete("contact", contactId(9)),
    ["contact deactivated 2 missedEvent 2"],
  ],
  ["an erased contact", ({ hubspot }) => hubspot.erase(contactId(9)), ["contact deactivated 2 missedEvent 2"]],
  [
    "a contact that left a company",
    ({ hubspot }) => hubspot.dissociate({ from: contact(9), to: company(10), isPrimary: false }),
    ["contact association 1 deactivated 1"],
  ],
  [
    "a contact at one more company, which is its primary one",
    ({ hubspot }) => link(hubspot, { from: contact(1), toId: companyId(8), isPrimary: true }),
    ["contact association 2 created 1 updated 1"],
  ],
  [
    "contacts merged into a third one",
    ({ hubspot }) => hubspot.merge("contact", { primaryId: contactId(1), mergedIds: [contactId(2)], style: "newId" }),
    ["contact created 2 deactivated 2 missedEvent 4"],
  ],
  [
    "a changed deal",
    ({ hubspot }) => hubspot.update("deal", dealId(1), { dealname: "Anders" }),
    ["deal missedEvent 1 updated 1"],
  ],
  ["a deleted deal", ({ hubspot }) => hubspot.delete("deal", dealId(1)), ["deal deactivated 1 missedEvent 1"]],
  [
    "a deal that gets its company",
    ({ hubspot }) => link(hubspot, { from: deal(3), toId: companyId(1), isPrimary: true }),
    ["deal association 1 created 1"],
  ],
  [
    "a deal that moved to another company",
    ({ hubspot }) => link(hubspot, { from: deal(1), toId: companyId(2), isPrimary: true }),
    ["deal association 1 updated 1"],
  ],
  [
    "a deal that lost its company",
    ({ hubspot }) => hubspot.dissociate({ from: deal(1), to: company(1), isPrimary: false }),
    ["deal association 1 frozen 1"],
  ],
  [
    "deals merged into a third one",
    ({ hubspot }) => hubspot.merge("deal", { primaryId: dealId(1), mergedIds: [dealId(2)], style: "newId" }),
    ["deal created 1 deactivated 2 missedEvent 3"],
  ],
  [
    "failing records whose cause is gone",
    async ({ world }) => {
      const run = { ...world.ports, cause: "event" } as const;
      for (const { type, id } of [company(1), contact(1), deal(1)])
        await world.clock.run(markFailing(run, { type, id, at: {}, looks: 0, failures: 5 }, "refused once"));
    },
    ["company failureCleared 1 updated 1", "contact failureCleared 1 updated 1", "deal failureCleared 1 updated 1"],
  ],
  [
    "a held company whose number is free",
    async (filled) => {
      await giveNumber(filled, 1, companyId(50));
      filled.hubspot.create("company", { id: companyId(50), properties: { name: "Wartet" } });
      await wait(filled, 2 * HOUR_MS);
      const pass = await filled.world.runPass();
      expect(customerOf(filled, companyId(50)).reason?.code).toBe("numberTaken");
      expect(pass.counts["company"]).toMatchObject({ failing: 1 });
      await giveNumber(filled, 1, "K-1");
    },
    ["company created 1 failureCleared 1"],
  ],
  [
    "a customer that was changed by hand",
    async (filled) => {
      const { fields, ...customer } = customerOf(filled, companyId(1));
      if (fields === undefined) throw new Error("no data");
      const next = { ...customer, fields: { ...fields, name: "von Hand" }, revision: customer.revision + 1 };
      await filled.world.store.write(next);
    },
    ["company driftByHand 1 updated 1"],
  ],
  [
    "a project that was changed by hand",
    async (filled) => {
      const { fields, ...project } = projectOf(filled, dealId(1));
      if (fields === undefined) throw new Error("no data");
      const next = { ...project, fields: { ...fields, description: "von Hand" }, revision: project.revision + 1 };
      await filled.world.store.write(next);
    },
    ["deal driftByHand 1 updated 1"],
  ],
  [
    "a number that a crash left reserved",
    ({ world }) =>
      world.store.reserveNumber({
        kind: "shortForm",
        number: "LEAK",
        holderId: dealId(1),
        atMs: world.clock.now(),
      }),
    ["number freed 1"],
  ],
];

describe("a pass", () => {
  it.each(SITUATIONS)("repairs %s, counts why, and finds nothing the next time", async (...[, happen, expected]) => {
    const filled = await carryOver();
    await happen(filled);
    await wait(filled, 2 * HOUR_MS);
    const pass = await filled.world.runPass();
    expect(describeRepairs(pass)).toEqual(expected);
    await work(filled);
    expect(differences(filled)).toEqual([]);
    const next = await filled.world.runPass();
    expect(describeRepairs(next)).toEqual([]);
  });

  it.each([
    [30 * 60_000, ["company lateEvent 1 updated 1"]],
    [2 * HOUR_MS, ["company missedEvent 1 updated 1"]],
  ])("takes an event that is %i ms old for late or missed", async (ageMs, expected) => {
    const filled = await carryOver();
    filled.hubspot.update("company", companyId(1), { name: "Anders" });
    await wait(filled, ageMs);
    expect(describeRepairs(await filled.world.runPass())).toEqual(expected);
  });

  it("freezes a deal that left the stages, and goes on with it when it returns", async () => {
    const dealStages = { kind: "stages", stageIds: ["1043288714"] } as const;
    const exclusion = { property: "zep", values: ["no", "nein"] };
    const filled = fill({ companies: 4, contacts: 0, deals: 3 }, { settings: { dealStages, exclusion } });
    await filled.world.runPass();
    const { shortForm } = projectOf(filled, dealId(1));
    for (const [stage, effect, state] of [
      ["1043288715", "frozen", "outOfStage"],
      ["1043288714", "updated", "linked"],
    ] as const) {
      filled.hubspot.update("deal", dealId(1), { dealstage: stage });
      await wait(filled, 2 * HOUR_MS);
      const words = [`${effect} 1`, "missedEvent 1"].toSorted().join(" ");
      expect(describeRepairs(await filled.world.runPass())).toEqual([`deal ${words}`]);
      expect(projectOf(filled, dealId(1))).toMatchObject({ state, shortForm });
    }
  });

  it("follows associations past the hundred that a list shows", async () => {
    const filled = fill({ companies: 260, contacts: 1, deals: 1 });
    const { world, hubspot } = filled;
    for (let number = 0; number < 250; number += 1)
      link(hubspot, { from: contact(0), toId: companyId(number), isPrimary: false });
    for (let number = 0; number < 120; number += 1)
      link(hubspot, { from: deal(0), toId: companyId(number), isPrimary: false });
    link(hubspot, { from: deal(0), toId: companyId(119), isPrimary: true });
    await world.runPass();
    expect(differences(filled)).toEqual([]);
    expect(world.store.contactItems()).toHaveLength(250);
    expect(projectOf(filled, dealId(0)).dependsOnCompanyId).toBe(companyId(119));
    hubspot.dissociate({ from: contact(0), to: company(249), isPrimary: false });
    await wait(filled, 2 * HOUR_MS);
    expect(describeRepairs(await world.runPass())).toEqual(["contact association 1 deactivated 1"]);
    expect(differences(filled)).toEqual([]);
  });
});
