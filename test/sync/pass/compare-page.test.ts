import { describe, expect, it } from "vitest";
import { CustomerStates } from "../../../lib/domain/customer-states.ts";
import { createLane } from "../../../lib/domain/list-lane.ts";
import type { CompanyLink, ObjectType } from "../../../lib/domain/hubspot-object.ts";
import { comparePage } from "../../../lib/sync/pass/compare-page.ts";
import type { PassSession } from "../../../lib/sync/pass/pass-session.ts";
import { RecordCursor, type StoredObject } from "../../../lib/sync/pass/record-cursor.ts";
import { readTypedPage, type TypedPage } from "../../../lib/sync/pass/typed-page.ts";
import { companyId, contactId, dealId, fill, work, type Filled } from "../../fixtures/pass-portal.ts";
import { openSession } from "../../fixtures/pass-session.ts";

/** Twelve of each, carried over two hours ago: 11 customers, 13 contact persons and 10 projects. */
async function carryOver(): Promise<Filled> {
  const filled = fill({ companies: 12, contacts: 12, deals: 12 });
  await filled.world.runPass();
  await work(filled);
  await filled.world.clock.run(filled.world.clock.sleep(7_200_000));
  return filled;
}

interface Otherwise {
  readonly change?: (page: TypedPage) => TypedPage;
  readonly records?: readonly StoredObject[];
}

/** Compares the only page of a type with the records, or what a test puts in the place of either. */
async function compare(
  { world }: Filled,
  type: ObjectType,
  { change = (page) => page, ...otherwise }: Otherwise = {},
): Promise<PassSession> {
  const session = await openSession(world, { pass: { passId: `pass of ${type}` } });
  const typed = change(await world.clock.run(readTypedPage(world.ports.hubspot, type, undefined)));
  const states = new CustomerStates();
  for (const state of ["excluded", "merged"] as const)
    for await (const id of world.ports.streams.streamCustomerIds(state)) states.add(state, id);
  const cursor = new RecordCursor(world.ports.streams, () => createLane(type));
  const records = otherwise.records ?? (await cursor.takeUntil(undefined));
  const settled = await world.clock.run(comparePage(session, states, { typed, records }));
  settled.commit();
  return session;
}

/** The page of deals, with other links. */
const changeLinks =
  (change: (link: CompanyLink) => CompanyLink | readonly CompanyLink[]) =>
  (typed: TypedPage): TypedPage => {
    if (typed.type !== "deal") return typed;
    const objects = typed.page.objects.map(({ object, links }) => ({ object, links: links.flatMap(change) }));
    return { ...typed, page: { ...typed.page, objects } };
  };

const countsOf = (session: PassSession, type: ObjectType): readonly number[] =>
  ["read", "active", "deferred", "harmed"].map((name) => session.countOf(type, name));

describe("comparePage", () => {
  it.each([
    ["company", [12, 11, 0, 0]],
    ["contact", [12, 13, 0, 0]],
    ["deal", [12, 10, 0, 0]],
  ] as const)("counts what is listed and what is active: %s", async (type, expected) => {
    expect(countsOf(await compare(await carryOver(), type), type)).toEqual(expected);
  });

  it.each([
    ["company", companyId(1), [11, 11, 1, 1]],
    ["contact", contactId(9), [11, 13, 1, 2]],
    ["deal", dealId(1), [11, 10, 1, 1]],
  ] as const)(
    "puts off what is stored and not listed, and does not count it as read: %s",
    async (type, id, expected) => {
      const filled = await carryOver();
      filled.hubspot.delete(type, id);
      expect(countsOf(await compare(filled, type), type)).toEqual(expected);
    },
  );

  it("applies what is otherwise at once, and leaves alone on the same page what would lose something", async () => {
    const filled = await carryOver();
    filled.hubspot.update("deal", dealId(1), { dealname: "Anders" });
    const pair = { from: { type: "deal", id: dealId(2) }, to: { type: "company", id: companyId(2) } } as const;
    filled.hubspot.dissociate({ ...pair, isPrimary: true });
    const read: unknown[] = [];
    filled.world.faults.beforeStore = (name, [ids]) => {
      if (name === "readProjects") read.push(ids);
    };
    const session = await compare(filled, "deal");
    expect(read).toEqual([[dealId(1)]]);
    expect([session.countOf("deal", "updated"), session.countOf("deal", "deferred")]).toEqual([1, 1]);
    const projects = await filled.world.store.readProjects([dealId(1), dealId(2)]);
    expect(projects.get(dealId(1))?.fields?.description).toBe("Anders");
    expect(projects.get(dealId(2))).toMatchObject({ state: "linked", dependsOnCompanyId: companyId(2) });
  });

  it("takes a deal at a merged company for one of the survivor's", async () => {
    const filled = await carryOver();
    const merging = { primaryId: companyId(4), mergedIds: [companyId(5)], style: "survivingId" } as const;
    filled.hubspot.merge("company", merging);
    await filled.world.runPass();
    await work(filled);
    const change = changeLinks((link) =>
      link.companyId === companyId(4) ? { ...link, companyId: companyId(5) } : link,
    );
    const session = await compare(filled, "deal", { change });
    expect([session.countOf("deal", "repaired"), session.countOf("deal", "deferred")]).toEqual([0, 0]);
  });

  it("puts off what would lose something only since it was compared", async () => {
    const filled = await carryOver();
    // The worker has stored the projects, and the entry of the excluded company's deal, after the stream had passed by.
    const session = await compare(filled, "deal", { change: changeLinks(() => []), records: [] });
    expect(session.countOf("deal", "deferred")).toBe(11);
    expect(filled.world.store.projects().filter(({ state }) => state === "linked")).toHaveLength(10);
  });
});
