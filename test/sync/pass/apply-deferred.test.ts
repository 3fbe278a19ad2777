import { describe, expect, it } from "vitest";
import { REPLICA_LAG_MS } from "../../../lib/domain/suspicion.ts";
import { applyChanges } from "../../../lib/sync/apply-changes.ts";
import { applyDeferred } from "../../../lib/sync/pass/apply-deferred.ts";
import { toChange } from "../../../lib/sync/pass/deferred-object.ts";
import type { PassSession } from "../../../lib/sync/pass/pass-session.ts";
import { companyId, contactId, dealId, fill, link, numbers, work, type Filled } from "../../fixtures/pass-portal.ts";
import { openSession, resumeSession } from "../../fixtures/pass-session.ts";

const wait = ({ world }: Filled, ms: number): Promise<void> => world.clock.run(world.clock.sleep(ms));

/** A portal that was carried over an hour ago. */
async function carryOver(companies = 12, counts: { contacts?: number; deals?: number } = {}): Promise<Filled> {
  const filled = fill({ companies, contacts: 0, deals: 0, ...counts }, { latencyMs: 1_000 });
  await filled.world.runPass();
  await work(filled);
  await wait(filled, 3_600_000);
  return filled;
}

const deactivated = (number: number): string => `company:${companyId(number)}:deactivated=1:repaired=1`;

/** The association of the contact at two companies with one of them. */
const atCompany = (number: number) =>
  ({ from: { type: "contact", id: contactId(9) }, to: { type: "company", id: companyId(number) } }) as const;

/** A contact at two companies has left one of them, and a pass has seen it. */
async function leaveCompany(): Promise<Filled> {
  const filled = await carryOver(12, { contacts: 12 });
  filled.hubspot.dissociate({ ...atCompany(10), isPrimary: false });
  await filled.world.runPass();
  return filled;
}

const company = (number: number) => ({ type: "company", id: companyId(number) }) as const;

/** A company with a contact and a deal is gone, and both are put off. */
async function loseCompany(): Promise<{ readonly filled: Filled; readonly session: PassSession }> {
  const filled = await carryOver(12, { contacts: 12, deals: 12 });
  filled.hubspot.delete("company", companyId(1));
  await wait(filled, 60_000);
  const entries = [`contact:${contactId(1)}:deactivated=1`, `deal:${dealId(1)}:frozen=1`];
  return { filled, session: await putOff(filled, entries) };
}

/** `contact deactivated 1`: what the pass did, and what it spared. */
function describeCounts(session: PassSession): readonly string[] {
  return ["company", "contact", "deal"].flatMap((type) =>
    ["deactivated", "frozen", "spared"]
      .filter((name) => session.countOf(type, name) > 0)
      .map((name) => `${type} ${name} ${session.countOf(type, name)}`),
  );
}

/** A session that has put these off and come to applying them. */
async function putOff(filled: Filled, entries: readonly string[], workMs?: number): Promise<PassSession> {
  const { world } = filled;
  const session = await openSession(world, { ...(workMs !== undefined && { workMs }) });
  session.defer(entries);
  await world.clock.run(session.save());
  return session;
}

const apply = ({ world }: Filled, session: PassSession): Promise<boolean> => world.clock.run(applyDeferred(session));

/** Calls that read objects by their ids, among the live ones or the archived ones, from now on. */
function countReads({ world }: Filled): () => number {
  let reads = 0;
  world.faults.onHubSpot = (url) => {
    if (/objects.*batch\/read/u.test(url)) reads += 1;
  };
  return () => reads;
}

describe("applyDeferred", () => {
  it("reads what was put off once more, a hundred at a time, and counts what it took away", async () => {
    const filled = await carryOver(130);
    const gone = numbers(130).filter((number) => number % 20 !== 7);
    for (const number of gone) filled.hubspot.delete("company", companyId(number));
    await wait(filled, 60_000);
    const session = await putOff(filled, gone.map(deactivated));
    const reads = countReads(filled);
    expect(await apply(filled, session)).toBe(true);
    // Two batches, each among the live objects and among the archived ones.
    expect(reads()).toBe(4);
    expect(session.state.applied).toBe(gone.length);
    expect(session.countOf("company", "deactivated")).toBe(gone.length);
    expect(session.countOf("company", "repaired")).toBe(gone.length);
  });

  it("goes on behind the batch that its time ran out with, and reads none twice", async () => {
    const filled = await carryOver(230);
    const gone = numbers(230).filter((number) => number % 20 !== 7);
    for (const number of gone) filled.hubspot.delete("company", companyId(number));
    await wait(filled, 60_000);
    const reads = countReads(filled);
    const first = await putOff(filled, gone.map(deactivated), 500);
    expect(await apply(filled, first)).toBe(false);
    expect([first.state.applied, reads()]).toEqual([100, 2]);
    const second = resumeSession(first);
    expect(await apply(filled, second)).toBe(true);
    expect([second.state.applied, reads()]).toEqual([gone.length, 6]);
    expect(second.countOf("company", "deactivated")).toBe(gone.length);
  });

  it("reads nothing when its time was up before", async () => {
    const filled = await carryOver();
    filled.hubspot.delete("company", companyId(1));
    const reads = countReads(filled);
    const session = await putOff(filled, [deactivated(1)], 0);
    expect(await apply(filled, session)).toBe(false);
    expect([session.state.applied, reads()]).toEqual([0, 0]);
  });

  it("applies once what a crash has put off twice", async () => {
    const filled = await carryOver();
    filled.hubspot.delete("company", companyId(1));
    await wait(filled, 60_000);
    const session = await putOff(filled, [deactivated(1), deactivated(1)]);
    expect(await apply(filled, session)).toBe(true);
    expect(session.state.applied).toBe(2);
    expect(session.countOf("company", "deactivated")).toBe(1);
  });

  it("takes companies before the deals that depend on them, and counts each under its type", async () => {
    const filled = await carryOver(12, { deals: 3 });
    filled.hubspot.delete("company", companyId(1));
    filled.hubspot.delete("deal", dealId(2));
    await wait(filled, 60_000);
    const asked: string[] = [];
    filled.world.faults.onHubSpot = (url) => {
      const [, type] = /objects.*\/(\w+)\/batch\/read/u.exec(url) ?? [];
      if (type !== undefined) asked.push(type);
    };
    const session = await putOff(filled, [`deal:${dealId(2)}:deactivated=1`, deactivated(1)]);
    expect(await apply(filled, session)).toBe(true);
    expect(asked).toEqual(["companies", "companies", "deals", "deals"]);
    expect([session.countOf("company", "deactivated"), session.countOf("deal", "deactivated")]).toEqual([1, 1]);
    expect(session.counts["company"]?.["hubspotCalls"]).toBeGreaterThan(0);
    expect(session.counts["deal"]?.["hubspotCalls"]).toBeGreaterThan(0);
  });

  it("stores how far it is every ten seconds", async () => {
    const filled = await carryOver(130);
    const gone = numbers(130).filter((number) => number % 20 !== 7);
    for (const number of gone) filled.hubspot.delete("company", companyId(number));
    await wait(filled, 60_000);
    const session = await putOff(filled, gone.map(deactivated));
    const saved: unknown[] = [];
    filled.world.faults.beforeStore = (name, [asked]) => {
      if (name === "saveCheckpoint") saved.push(Object(asked).checkpoint.applied);
    };
    await wait(filled, 10_000);
    expect(await apply(filled, session)).toBe(true);
    expect(saved).toEqual([100]);
  });
});

describe("what was put off and", () => {
  it("is there after all is spared", async () => {
    const filled = await carryOver();
    const session = await putOff(filled, [deactivated(1)]);
    expect(await apply(filled, session)).toBe(true);
    expect([session.countOf("company", "spared"), session.countOf("company", "deactivated")]).toEqual([1, 0]);
  });

  it("has gone at one of its companies alone is spared", async () => {
    const filled = await leaveCompany();
    const session = await putOff(filled, [`contact:${contactId(9)}:deactivated=1`]);
    expect(await apply(filled, session)).toBe(true);
    expect([session.countOf("contact", "spared"), session.countOf("contact", "deactivated")]).toEqual([1, 0]);
  });

  it("was applied by an invocation that died before it could say so counts all the same", async () => {
    const filled = await leaveCompany();
    filled.hubspot.dissociate({ ...atCompany(9), isPrimary: false });
    await wait(filled, 60_000);
    const session = await putOff(filled, [`contact:${contactId(9)}:deactivated=1`]);
    const change = toChange({ type: "contact", id: contactId(9), counts: {} });
    await filled.world.clock.run(applyChanges(session.run, [change], "the-pass"));
    expect(await apply(filled, session)).toBe(true);
    expect(session.countOf("contact", "deactivated")).toBe(1);
  });

  it("cannot be written is failing, and says so in its record", async () => {
    const filled = await carryOver();
    filled.hubspot.delete("company", companyId(1));
    await wait(filled, 60_000);
    const session = await putOff(filled, [deactivated(1)]);
    let writes = 0;
    filled.world.faults.beforeStore = (name) => {
      if (name !== "write") return;
      writes += 1;
      if (writes === 1) throw new TypeError("Erika Mustermann");
    };
    expect(await apply(filled, session)).toBe(true);
    expect([session.countOf("company", "failing"), session.countOf("company", "deactivated")]).toEqual([1, 0]);
    const [customer] = (await filled.world.store.readCustomers([companyId(1)])).values();
    expect(customer).toMatchObject({ state: "failing", reason: { error: "unexpected failure, see the log" } });
  });

  it("was deactivated by a webhook since is counted nowhere", async () => {
    const filled = await carryOver();
    filled.hubspot.delete("company", companyId(1));
    await wait(filled, 60_000);
    const session = await putOff(filled, [deactivated(1)]);
    const { run } = session;
    const change = { ...company(1), at: { deleted: run.clock.now() }, looks: 0, failures: 0 };
    await filled.world.clock.run(applyChanges({ ...run, cause: "event" }, [change], "webhook"));
    expect(await apply(filled, session)).toBe(true);
    const counts = ["spared", "failing", "deactivated"].map((name) => session.countOf("company", name));
    expect(counts).toEqual([0, 0, 0]);
  });

  it("was settled by a worker because this pass took its company away counts all the same", async () => {
    const { filled, session } = await loseCompany();
    await filled.world.clock.run(applyChanges(session.run, [toChange({ ...company(1), counts: {} })], "the-pass"));
    await work(filled);
    expect(await apply(filled, session)).toBe(true);
    expect(describeCounts(session)).toEqual(["contact deactivated 1", "deal frozen 1"]);
  });

  it("was settled at both its companies, of which this pass took one away, counts", async () => {
    const filled = await carryOver(12, { contacts: 12 });
    filled.hubspot.delete("company", companyId(9));
    filled.hubspot.update("contact", contactId(9), { lastname: "Anders" });
    await wait(filled, 60_000);
    const session = await putOff(filled, [`contact:${contactId(9)}:deactivated=1`]);
    await filled.world.clock.run(applyChanges(session.run, [toChange({ ...company(9), counts: {} })], "the-pass"));
    await work(filled);
    expect(await apply(filled, session)).toBe(true);
    expect(describeCounts(session)).toEqual(["contact deactivated 1"]);
  });

  it("was gone before this pass took its company away counts nowhere", async () => {
    const filled = await carryOver(12, { contacts: 12 });
    filled.hubspot.delete("contact", contactId(1));
    await filled.world.runPass();
    filled.hubspot.delete("company", companyId(1));
    await wait(filled, 60_000);
    const session = await putOff(filled, [`contact:${contactId(1)}:deactivated=1`]);
    await filled.world.clock.run(applyChanges(session.run, [toChange({ ...company(1), counts: {} })], "the-pass"));
    await work(filled);
    expect(await apply(filled, session)).toBe(true);
    expect(describeCounts(session)).toEqual([]);
  });

  it("is an entry of a deal that never came here counts nowhere when a worker settles it", async () => {
    const filled = await carryOver();
    // The eighth company is excluded.
    const { id } = filled.hubspot.create("deal", { properties: { dealname: "Nie", dealstage: "1043288714" } });
    link(filled.hubspot, { from: { type: "deal", id }, toId: companyId(7), isPrimary: true });
    await filled.world.runPass();
    filled.hubspot.delete("company", companyId(7));
    await wait(filled, 60_000);
    const session = await putOff(filled, [`deal:${id}:noted=1`]);
    await filled.world.clock.run(applyChanges(session.run, [toChange({ ...company(7), counts: {} })], "the-pass"));
    await work(filled);
    expect(await apply(filled, session)).toBe(true);
    expect([session.state.applied, session.countOf("deal", "noted")]).toEqual([1, 0]);
  });

  it("was taken away by an invocation that died and has come back since is spared", async () => {
    const filled = await carryOver();
    filled.hubspot.delete("company", companyId(1));
    await wait(filled, 60_000);
    const session = await putOff(filled, [deactivated(1)]);
    const { run } = session;
    await filled.world.clock.run(applyChanges(run, [toChange({ ...company(1), counts: {} })], "the-pass"));
    filled.hubspot.restore("company", companyId(1));
    await wait(filled, 60_000);
    const change = { ...company(1), at: { restored: run.clock.now() }, looks: 0, failures: 0 };
    await filled.world.clock.run(applyChanges({ ...run, cause: "event" }, [change], "webhook"));
    expect(await apply(filled, session)).toBe(true);
    expect(describeCounts(session)).toEqual(["company spared 1"]);
  });

  it("was settled by a worker because a webhook took its company away counts nowhere", async () => {
    const { filled, session } = await loseCompany();
    const { run } = session;
    const change = { ...company(1), at: { deleted: run.clock.now() }, looks: 0, failures: 0 };
    await filled.world.clock.run(applyChanges({ ...run, cause: "event" }, [change], "webhook"));
    await work(filled);
    expect(await apply(filled, session)).toBe(true);
    expect(describeCounts(session)).toEqual(["deal spared 1"]);
  });

  it("was deactivated by a webhook, while this pass only renamed its company, counts nowhere", async () => {
    const filled = await carryOver(12, { contacts: 12 });
    filled.hubspot.update("company", companyId(1), { name: "Anders" });
    filled.hubspot.delete("contact", contactId(1));
    await wait(filled, 60_000);
    const session = await putOff(filled, [`contact:${contactId(1)}:deactivated=1`]);
    const { run } = session;
    await filled.world.clock.run(applyChanges(run, [toChange({ ...company(1), counts: {} })], "the-pass"));
    const at = { deleted: run.clock.now() };
    const change = { type: "contact", id: contactId(1), at, looks: 0, failures: 0 } as const;
    await filled.world.clock.run(applyChanges({ ...run, cause: "event" }, [change], "webhook"));
    expect(await apply(filled, session)).toBe(true);
    expect(describeCounts(session)).toEqual([]);
  });

  it("was taken over by the survivor of a merge in this pass counts as put off", async () => {
    const filled = await carryOver();
    filled.hubspot.merge("company", { primaryId: companyId(4), mergedIds: [companyId(5)], style: "survivingId" });
    await wait(filled, 60_000);
    const session = await putOff(filled, [deactivated(5)]);
    const survivor = toChange({ type: "company", id: companyId(4), counts: {} });
    await filled.world.clock.run(applyChanges(session.run, [survivor], "the-pass"));
    const [absorbed] = (await filled.world.store.readCustomers([companyId(5)])).values();
    expect(absorbed).toMatchObject({ state: "merged", history: [{ cause: "pass" }, {}] });
    expect(await apply(filled, session)).toBe(true);
    expect(session.countOf("company", "deactivated")).toBe(1);
  });

  it("was taken over in an earlier pass counts nowhere", async () => {
    const filled = await carryOver();
    filled.hubspot.delete("company", companyId(1));
    await filled.world.runPass();
    await wait(filled, 60_000);
    const session = await putOff(filled, [deactivated(1)]);
    expect(await apply(filled, session)).toBe(true);
    expect(session.countOf("company", "deactivated")).toBe(0);
  });

  it("was seen otherwise a moment ago is waited for alone, and all is counted once", async () => {
    const filled = await carryOver();
    for (const number of [1, 2]) filled.hubspot.delete("company", companyId(number));
    await wait(filled, 60_000);
    const session = await putOff(filled, [deactivated(1), deactivated(2), deactivated(3)]);
    // Somebody has read the second one just now, from a replica that lags.
    const { store, clock } = filled.world;
    const [seen] = (await store.readCustomers([companyId(2)])).values();
    if (seen === undefined) throw new Error("not stored");
    const fence = { ...seen.fence, readAtMs: clock.now() };
    await store.write({ ...seen, fence, revision: seen.revision + 1 });
    await wait(filled, 1_000);
    const beganAtMs = clock.now();
    const reads = countReads(filled);
    expect(await apply(filled, session)).toBe(true);
    expect(clock.now() - beganAtMs).toBeGreaterThanOrEqual(REPLICA_LAG_MS);
    expect(reads()).toBe(4);
    expect([session.countOf("company", "deactivated"), session.countOf("company", "spared")]).toEqual([2, 1]);
  });
});
