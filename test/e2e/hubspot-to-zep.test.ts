import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startLocalWorld, type LocalWorld } from "../fixtures/local-world.ts";

const STAGES = ["1043288713", "1043288714"];

let world: LocalWorld;

beforeAll(async () => {
  world = await startLocalWorld({ dealStages: { kind: "stages", stageIds: STAGES } });
});

afterAll(async () => {
  await world.close();
});

afterEach(async () => {
  const { behaviour } = world.simulator;
  Object.assign(behaviour, { duplicateShare: 0, isReordered: false, maxDelayMs: 0, webhookFormat: "legacy" });
  // Not until the queue is empty: after a merge or a restoring, HubSpot's answers are looked at again for a minute, to be safe.
  await agree();
});

/** Waits until the records are what the rules make of the portal. */
async function agree(): Promise<void> {
  await vi.waitFor(compare, { timeout: 20_000, interval: 100 });
}

async function compare(): Promise<void> {
  const differences = await world.differences();
  if (differences.length > 0) throw new Error(differences.join("\n"));
}

async function create(type: string, properties: Record<string, string>, companyId?: string): Promise<string> {
  const associations = companyId === undefined ? [] : [{ to: { type: "company", id: companyId }, isPrimary: true }];
  const { id } = await world.sim("POST", `/objects/${type}`, { properties, associations });
  return String(id);
}

const edit = (type: string, id: string, properties: Record<string, string>): Promise<unknown> =>
  world.sim("PATCH", `/objects/${type}/${id}`, { properties });

const read = async (path: string): Promise<Record<string, unknown>> => (await world.api("GET", path)).body;

describe("a change in HubSpot", () => {
  it("becomes records of all three kinds, with umlauts, CJK and emoji", async () => {
    const company = await create("company", { name: "  Müßig & 株式会社 🚀  ", city: "Köln", address: "Straße 1" });
    const contact = await create("contact", { firstname: "Jürgen", lastname: "Öz 😀" }, company);
    const deal = await create("deal", { dealname: "Relaunch „Süd“", dealstage: "1043288714" }, company);
    await world.settle();
    expect(await read(`/v1/customers/${company}`)).toMatchObject({
      state: "linked",
      name: "Müßig & 株式会社 🚀",
      customerNumber: company,
      hubspotUrl: `https://app-eu1.hubspot.com/contacts/145883449/record/0-2/${company}`,
      contactPersons: [{ contactId: contact, firstName: "Jürgen", lastName: "Öz 😀", primary: true }],
      projects: [
        { dealId: deal, description: "Relaunch „Süd“", bookable: false, missing: ["tasks", "projectEmployees"] },
      ],
    });
  });

  it("reaches records whose ids do not fit a JSON number", async () => {
    const id = "9223372036854770001";
    await world.sim("POST", "/objects/company", { id, properties: { name: "Groß" } });
    await world.settle();
    expect(await read(`/v1/customers/${id}`)).toMatchObject({ name: "Groß", customerNumber: id });
  });

  it("holds a deal without a company until it gets one", async () => {
    const deal = await create("deal", { dealname: "Allein", dealstage: "1043288714" });
    await world.settle();
    expect(await read(`/v1/projects/${deal}`)).toMatchObject({ state: "waiting", reason: { code: "noCompany" } });
    const company = await create("company", { name: "Kommt später" });
    const pair = { from: { type: "deal", id: deal }, to: { type: "company", id: company }, isPrimary: true };
    await world.sim("POST", "/associate", pair);
    await world.settle();
    expect(await read(`/v1/projects/${deal}`)).toMatchObject({ state: "linked", companyId: company });
  });

  it("freezes customer, contact persons and projects on a late exclusion, and brings all three up to date after it", async () => {
    const company = await create("company", { name: "Vorher" });
    const contact = await create("contact", { lastname: "Vorher" }, company);
    const deal = await create("deal", { dealname: "Vorher", dealstage: "1043288714" }, company);
    await world.settle();
    await edit("company", company, { zep: " Nein " });
    await world.settle();
    await edit("company", company, { name: "Nachher" });
    await edit("contact", contact, { lastname: "Nachher" });
    await edit("deal", deal, { dealname: "Nachher" });
    await world.settle();
    expect(await read(`/v1/customers/${company}`)).toMatchObject({ state: "excluded", name: "Vorher" });
    expect(await read(`/v1/projects/${deal}`)).toMatchObject({ state: "excluded", description: "Vorher" });
    expect(await read(`/v1/contact-persons/${contact}`)).toMatchObject({
      items: [{ state: "excluded", lastName: "Vorher" }],
    });
    await edit("company", company, { zep: "" });
    await world.settle();
    expect(await read(`/v1/customers/${company}`)).toMatchObject({ state: "linked", name: "Nachher" });
    expect(await read(`/v1/projects/${deal}`)).toMatchObject({ state: "linked", description: "Nachher" });
  });

  it("goes on with the same project when a deal returns to a stage", async () => {
    const company = await create("company", { name: "Phasen" });
    const deal = await create("deal", { dealname: "Wieder da", dealstage: "1043288714" }, company);
    await world.settle();
    const own = { shortForm: "WIEDER", tasks: ["Konzept"], projectEmployees: ["mm"], billingType: "hourly" };
    const duration = { startDate: "2026-01-01", endDate: "2099-12-31" };
    expect(await world.api("PATCH", `/v1/projects/${deal}`, { ...own, ...duration })).toMatchObject({ status: 200 });
    await edit("deal", deal, { dealstage: "closedlost" });
    await world.settle();
    expect(await read(`/v1/projects/${deal}`)).toMatchObject({ state: "outOfStage", ...own, ...duration });
    await edit("deal", deal, { dealstage: "1043288713", dealname: "Neuer Name" });
    await world.settle();
    const back = { state: "linked", description: "Neuer Name", bookable: true, missing: [] };
    expect(await read(`/v1/projects/${deal}`)).toMatchObject({ ...back, ...own, ...duration });
  });

  it("leaves nothing of a contact that is deleted for privacy", async () => {
    const company = await create("company", { name: "Datenschutz" });
    const contact = await create(
      "contact",
      { firstname: "Geheim", lastname: "Person", email: "g@example.com" },
      company,
    );
    await world.settle();
    await world.sim("POST", "/erase", { contactId: contact });
    await world.settle();
    const answer = await world.api("GET", `/v1/contact-persons/${contact}`);
    expect(JSON.stringify(answer.body)).not.toMatch(/Geheim|Person"|g@example/u);
    expect(answer.body).toMatchObject({ items: [{ state: "erased" }] });
  });
});

describe("deliveries", () => {
  it("come out the same when they are doubled, reordered, delayed and in mixed formats", async () => {
    Object.assign(world.simulator.behaviour, {
      duplicateShare: 0.5,
      isReordered: true,
      maxDelayMs: 300,
      webhookFormat: "mixed",
    });
    const company = await create("company", { name: "0" });
    const deal = await create("deal", { dealname: "0", dealstage: "1043288714" }, company);
    for (let round = 1; round <= 5; round += 1) {
      await edit("company", company, { name: String(round), phone: `+49 ${round}` });
      await edit("deal", deal, { dealname: String(round), dealstage: round % 2 === 0 ? "1043288713" : "closedlost" });
    }
    await edit("deal", deal, { dealstage: "1043288714" });
    await world.settle();
    expect(await read(`/v1/customers/${company}`)).toMatchObject({ name: "5", phone: "+49 5" });
    expect(await read(`/v1/projects/${deal}`)).toMatchObject({ state: "linked", description: "5" });
  });
});

describe("a merge in HubSpot", () => {
  it("leaves one customer after a merge, with number, contact persons and projects", async () => {
    const [kept, absorbed] = [await create("company", { name: "A" }), await create("company", { name: "B" })];
    const contact = await create("contact", { lastname: "Wechsel" }, absorbed);
    const deal = await create("deal", { dealname: "Wechsel", dealstage: "1043288714" }, absorbed);
    await world.settle();
    await world.api("PATCH", `/v1/customers/${absorbed}`, { customerNumber: "K-77" });
    const merge = { type: "company", primaryId: kept, mergedIds: [absorbed], style: "newId" };
    const { id: survivor } = await world.sim("POST", "/merge", merge);
    await agree();
    expect(await read(`/v1/customers/${String(survivor)}`)).toMatchObject({
      state: "linked",
      customerNumber: "K-77",
      contactPersons: [{ contactId: contact }],
      projects: [{ dealId: deal, state: "linked" }],
    });
    for (const id of [kept, absorbed]) {
      const pointer = await read(`/v1/customers/${id}`);
      expect(pointer).toMatchObject({ state: "merged", reason: { code: "absorbedBy" } });
      expect(pointer).not.toHaveProperty("name");
    }
  });
});

describe("the bin in HubSpot", () => {
  it("deletes after a second look, and restores", async () => {
    const company = await create("company", { name: "Papierkorb" });
    await agree();
    await world.sim("DELETE", `/objects/company/${company}`);
    await agree();
    expect(await read(`/v1/customers/${company}`)).toMatchObject({
      state: "deleted",
      name: "Papierkorb",
      leader: "zep",
    });
    await world.sim("POST", `/objects/company/${company}/restore`);
    await agree();
    expect(await read(`/v1/customers/${company}`)).toMatchObject({ state: "linked", leader: "hubspot" });
  });
});
