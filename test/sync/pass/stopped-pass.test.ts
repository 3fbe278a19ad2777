import { describe, expect, it } from "vitest";
import { METRICS } from "../../../lib/contract.ts";
import { startPass } from "../../../lib/sync/pass/start-pass.ts";
import type { Pass } from "../../../lib/sync/pass-ports.ts";
import {
  companyId,
  contactId,
  dealId,
  differences,
  fill,
  numbers,
  sums,
  work,
  type Filled,
} from "../../fixtures/pass-portal.ts";
import { contentOf } from "../../fixtures/sync-world.ts";

const wait = ({ world }: Filled, ms: number): Promise<void> => world.clock.run(world.clock.sleep(ms));

/** Companies alone, 5 % of them excluded and so without a customer. */
async function carryOver(companies: number): Promise<Filled> {
  const filled = fill({ companies, contacts: 0, deals: 0 });
  await filled.world.runPass();
  await wait(filled, 60_000);
  return filled;
}

/** Deletes so many companies that are customers, beginning with a number. */
function deleteCompanies({ hubspot }: Filled, count: number, first = 0): void {
  const included = numbers(count * 2 + first).filter((number) => number >= first && number % 20 !== 7);
  for (const number of included.slice(0, count)) hubspot.delete("company", companyId(number));
}

const inactive = ({ world }: Filled): number =>
  world.store.customers().filter(({ state, fields }) => state === "deleted" && fields !== undefined).length;

async function refusalOf({ world }: Filled, confirms: string): Promise<string> {
  const answer = await world.clock.run(startPass(world.ports, { confirms }));
  return answer.kind === "refused" ? answer.why : answer.kind;
}

describe("a pass that the brake stopped", () => {
  it.each<[harmed: number, status: Pass["status"]]>([
    [20, "succeeded"],
    [21, "stopped"],
  ])("of 95 customers, %i about to go: %s", async (harmed, status) => {
    const filled = await carryOver(100);
    deleteCompanies(filled, harmed);
    expect(await filled.world.runPass()).toMatchObject({ status });
    expect(inactive(filled)).toBe(status === "stopped" ? 0 : harmed);
  });

  it.each<[harmed: number, status: Pass["status"]]>([
    [28, "succeeded"],
    [29, "stopped"],
  ])("of 285 customers, a tenth being 28, %i about to go: %s", async (harmed, status) => {
    const filled = await carryOver(300);
    deleteCompanies(filled, harmed);
    expect(await filled.world.runPass()).toMatchObject({ status });
    expect(inactive(filled)).toBe(status === "stopped" ? 0 : harmed);
  });

  it("tells how many of which type, that nothing was deactivated, and the command; and raises the alarm", async () => {
    const filled = await carryOver(100);
    deleteCompanies(filled, 25);
    const { passId, reason } = await filled.world.runPass();
    expect(reason).toBe(
      "25 of 95 records of type company would be deactivated or lose their customer, at most 20 may. " +
        `Nothing was deactivated. If this is right: npx hubspot-zep reconcile --confirm ${passId}`,
    );
    const report = await filled.world.passes.readReport(passId);
    expect(report?.brake.company).toEqual({ active: 95, harmed: 25, listed: 75, limit: 20, isHeld: true });
    expect(filled.world.metrics).toMatchObject({ [METRICS.passStopped]: 1, [METRICS.passSucceeded]: 1 });
  });

  it("counts contact persons, not contacts, and each type by itself", async () => {
    const filled = fill({ companies: 60, contacts: 60, deals: 60 });
    const { world, hubspot } = filled;
    await world.runPass();
    await work(filled);
    // A contact in nine is at two companies.
    for (const number of numbers(19)) hubspot.delete("contact", contactId(number));
    for (const number of numbers(20)) hubspot.delete("deal", dealId(number));
    await wait(filled, 60_000);
    const stopped = await world.runPass();
    const report = await world.passes.readReport(stopped.passId);
    const brake = report?.brake;
    expect([brake?.contact?.harmed, brake?.deal?.harmed]).toEqual([21, 17]);
    expect([brake?.company?.isHeld, brake?.contact?.isHeld, brake?.deal?.isHeld]).toEqual([false, true, false]);
    expect(stopped.reason).toMatch(/^21 of \d+ records of type contact would/u);
  });

  it("is carried out by a pass that confirms it, as far as was shown", async () => {
    const filled = await carryOver(100);
    deleteCompanies(filled, 25);
    const stopped = await filled.world.runPass();
    const confirmed = await filled.world.runPass({ confirms: stopped.passId });
    expect(confirmed).toMatchObject({ status: "succeeded", confirms: stopped.passId });
    expect(inactive(filled)).toBe(25);
    expect(differences(filled)).toEqual([]);
  });

  it("is not carried out when it has become more since, and then names the new number", async () => {
    const filled = await carryOver(100);
    deleteCompanies(filled, 25);
    const stopped = await filled.world.runPass();
    deleteCompanies(filled, 1, 60);
    const again = await filled.world.runPass({ confirms: stopped.passId });
    expect(again).toMatchObject({ status: "stopped" });
    expect(again.reason).toMatch(/^26 of 95 .*--confirm \S+$/u);
    expect(again.reason).toContain(again.passId);
    expect(inactive(filled)).toBe(0);
    expect(await filled.world.runPass({ confirms: again.passId })).toMatchObject({ status: "succeeded" });
    expect(inactive(filled)).toBe(26);
  });

  it("consents to nothing of another type", async () => {
    const filled = fill({ companies: 60, contacts: 60, deals: 0 });
    const { world, hubspot } = filled;
    await world.runPass();
    await work(filled);
    for (const number of numbers(30)) hubspot.delete("contact", contactId(number));
    await wait(filled, 60_000);
    const stopped = await world.runPass();
    deleteCompanies(filled, 25);
    const before = contentOf(world);
    const again = await world.runPass({ confirms: stopped.passId });
    expect(again).toMatchObject({ status: "stopped" });
    expect(again.reason).toMatch(/^25 of 57 records of type company/u);
    expect(contentOf(world)).toEqual(before);
  });

  it("names each type that would lose too much", async () => {
    const filled = fill({ companies: 60, contacts: 0, deals: 60 });
    const { world, hubspot } = filled;
    await world.runPass();
    await work(filled);
    deleteCompanies(filled, 21);
    for (const number of numbers(30)) hubspot.delete("deal", dealId(number));
    await wait(filled, 60_000);
    expect((await world.runPass()).reason).toMatch(
      /^21 of 57 records of type company [^;]*may; \d+ of \d+ records of type deal [^;]*may\. Nothing /u,
    );
  });

  it("is carried out by a whole pass, also where it was one over a part", async () => {
    const filled = await carryOver(100);
    deleteCompanies(filled, 25);
    const stopped = await filled.world.runPass({ types: ["company"] });
    expect(stopped).toMatchObject({ status: "stopped" });
    expect(await filled.world.runPass({ confirms: stopped.passId })).toMatchObject({ status: "succeeded" });
    expect(inactive(filled)).toBe(25);
  });

  it("can be confirmed once only, and not when a later pass has succeeded by itself", async () => {
    const filled = await carryOver(100);
    deleteCompanies(filled, 25);
    const stopped = await filled.world.runPass();
    const confirmed = await filled.world.runPass({ confirms: stopped.passId });
    deleteCompanies(filled, 25, 40);
    await wait(filled, 60_000);
    expect(await refusalOf(filled, stopped.passId)).toBe(
      `Pass ${confirmed.passId} has succeeded since ${stopped.passId} was stopped; there is nothing left to confirm.`,
    );
    expect(inactive(filled)).toBe(25);
    expect(await filled.world.runPass()).toMatchObject({ status: "stopped" });
  });

  it("can still be confirmed after a later one was stopped, a trial run, or one over other types", async () => {
    const filled = await carryOver(100);
    deleteCompanies(filled, 25);
    const stopped = await filled.world.runPass();
    await filled.world.runPass();
    await filled.world.runPass({ isDryRun: true });
    await filled.world.runPass({ types: ["deal"] });
    expect(await filled.world.runPass({ confirms: stopped.passId })).toMatchObject({ status: "succeeded" });
    expect(inactive(filled)).toBe(25);
  });

  it.each(["20200101-000000-000000", "", "nothing of the kind"])("is not to be found as %j", async (id) => {
    const filled = await carryOver(3);
    expect(await refusalOf(filled, id)).toMatch(/^There is no pass .* 30 days\.$/u);
  });

  it("is not one that succeeded, or runs", async () => {
    const filled = await carryOver(3);
    const done = await filled.world.runPass();
    expect(await refusalOf(filled, done.passId)).toContain("has the status succeeded; only one that the brake stopped");
    const started = await filled.world.clock.run(startPass(filled.world.ports));
    const passId = started.kind === "started" ? started.passId : "";
    expect(await refusalOf(filled, passId)).toContain("has the status running; only one that the brake stopped");
  });

  it("has repaired all that takes nothing away", async () => {
    const filled = await carryOver(100);
    deleteCompanies(filled, 25);
    filled.hubspot.update("company", companyId(60), { name: "Anders" });
    await wait(filled, 60_000);
    const stopped = await filled.world.runPass();
    expect(sums(stopped, "updated")).toEqual([1, 0, 0]);
    expect(sums(stopped, "deactivated")).toEqual([0, 0, 0]);
  });
});
