import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { RECORD_STATES } from "../../lib/domain/record.ts";
import { runCli, words } from "../fixtures/cli-desk.ts";
import { startLocalWorld, type LocalWorld } from "../fixtures/local-world.ts";
import { openRecordsDesk, type RecordsDesk } from "../fixtures/records-desk.ts";

/**
 * Every state of a record's life, to and fro, as people see it: something happens in HubSpot or an admin does it, then the
 * records API and the command line tell the same.
 */

const STAGE = "1043288714";

// Each walk waits for webhooks, second looks and follow-ups; a slow machine must not fail one.
vi.setConfig({ testTimeout: 180_000 });

let world: LocalWorld;
let desk: RecordsDesk;
const walked = new Set<string>(["linked"]);

beforeAll(async () => {
  world = await startLocalWorld({ dealStages: { kind: "stages", stageIds: [STAGE] } });
  desk = await openRecordsDesk(world);
});

afterAll(async () => {
  await world.close();
});

interface Family {
  readonly company: string;
  readonly contact: string;
  readonly deal: string;
}

/** A company with a contact and a deal, transferred and with numbers and ZEP's own data of their own. */
async function makeFamily(name: string): Promise<Family> {
  const company = await desk.create("company", { name });
  const contact = await desk.create("contact", { firstname: "Ada", lastname: name }, { companyId: company });
  const deal = await desk.create("deal", { dealname: name, dealstage: STAGE }, { companyId: company });
  await world.settle();
  await cli(`set kunde ${company} kundennummer=K-${name}`);
  await cli(`set projekt ${deal} kurzform=P-${name} vorgänge=Plan,Bau projektmitarbeiter=mm laufzeit=2026-01-01..`);
  return { company, contact, deal };
}

const ownOf = (name: string): object => ({
  shortForm: `P-${name}`,
  tasks: ["Plan", "Bau"],
  projectEmployees: ["mm"],
  startDate: "2026-01-01",
});

/** Runs a command that must succeed. */
async function cli(line: string): Promise<string> {
  const { exitCode, out, error } = await runCli(world.stack.url, words(line));
  if (exitCode !== 0) throw new Error(`hubspot-zep ${line} ended with ${exitCode}: ${error}${out}`);
  return out;
}

type Noun = "customers" | "projects" | "contact-persons";
const CLI_NOUNS = { customers: "kunde", projects: "projekt", "contact-persons": "ansprechpartner" } as const;

async function read(noun: Noun, id: string): Promise<Record<string, unknown>> {
  const body = await desk.get(`/v1/${noun}/${id}`);
  const { items } = body;
  return Array.isArray(items) ? items[0] : body;
}

/** Waits until a record is in a state, then holds API and command line to it: record, list and explanation. */
async function expectState(noun: Noun, id: string, expected: { state: string; sentence: RegExp }): Promise<void> {
  const { state, sentence } = expected;
  await vi.waitFor(
    async () => {
      const record = await read(noun, id);
      if (record["state"] !== state) throw new Error(`${noun} ${id} is ${String(record["state"])}, expected ${state}`);
    },
    { timeout: 60_000, interval: 100 },
  );
  walked.add(state);
  const type = { customers: "company", projects: "deal", "contact-persons": "contact" }[noun];
  const { explanation } = await desk.get(`/v1/explain/${type}/${id}`);
  expect(explanation).toMatch(sentence);
  expect(await cli(`explain ${CLI_NOUNS[noun]} ${id}`)).toContain(explanation);
  const listed: unknown = JSON.parse(await cli(`list ${CLI_NOUNS[noun]} --state ${state} --json`));
  expect(JSON.stringify(listed)).toContain(`"${id}"`);
  expect(await cli(`show ${CLI_NOUNS[noun]} ${id}`)).toContain(id);
}

const LINKED = { state: "linked", sentence: /is linked: HubSpot leads its fields/u };

describe("the way to a state and back, over HTTP and from the command line", () => {
  it("excluded: customer, contact person and project freeze together and come back together", async () => {
    const { company, contact, deal } = await makeFamily("Ausschluss");
    await desk.edit("company", company, { zep: "NEIN" });
    await world.settle();
    await desk.edit("company", company, { name: "Neu" });
    await desk.edit("contact", contact, { lastname: "Neu" });
    await desk.edit("deal", deal, { dealname: "Neu" });
    await world.settle();
    const sentence = /is excluded.*; it keeps its data, and a sync does not change it\. Clear/u;
    await expectState("customers", company, { state: "excluded", sentence });
    await expectState("contact-persons", contact, { state: "excluded", sentence });
    await expectState("projects", deal, { state: "excluded", sentence });
    expect(await read("customers", company)).toMatchObject({ name: "Ausschluss", leader: "hubspot" });
    const refused = await runCli(world.stack.url, words(`set kunde ${company} name=Lokal`));
    expect(refused).toMatchObject({ exitCode: 1, error: expect.stringContaining("name: change it in HubSpot") });
    await desk.edit("company", company, { zep: "" });
    await world.settle();
    for (const [noun, id] of [
      ["customers", company],
      ["contact-persons", contact],
      ["projects", deal],
    ] as const)
      await expectState(noun, id, LINKED);
    expect(await read("customers", company)).toMatchObject({ name: "Neu", customerNumber: "K-Ausschluss" });
    expect(await read("contact-persons", contact)).toMatchObject({ lastName: "Neu" });
    expect(await read("projects", deal)).toMatchObject({ description: "Neu", ...ownOf("Ausschluss") });
  });

  it("outOfStage: the same project goes on when the deal returns", async () => {
    const { deal } = await makeFamily("Phase");
    await desk.edit("deal", deal, { dealstage: "closedlost", dealname: "Verloren" });
    await world.settle();
    const sentence = /is out of stage.*closedlost.*Move the deal to a selected stage/u;
    await expectState("projects", deal, { state: "outOfStage", sentence });
    expect(await read("projects", deal)).toMatchObject({ description: "Phase", ...ownOf("Phase") });
    await desk.edit("deal", deal, { dealstage: STAGE });
    await world.settle();
    await expectState("projects", deal, LINKED);
    expect(await read("projects", deal)).toMatchObject({ description: "Verloren", ...ownOf("Phase") });
  });

  it("waiting: nothing is created without a company, and a project that loses its company keeps everything", async () => {
    const { company, deal } = await makeFamily("Warten");
    const pair = { from: { type: "deal", id: deal }, to: { type: "company", id: company } };
    await world.sim("POST", "/dissociate", { ...pair, isPrimary: false });
    const sentence = /is waiting, for the deal has no primary company.*Associate a primary company/u;
    await expectState("projects", deal, { state: "waiting", sentence });
    expect(await read("projects", deal)).toMatchObject({ companyId: company, ...ownOf("Warten") });
    const single = await desk.create("deal", { dealname: "Allein", dealstage: STAGE });
    await world.settle();
    await expectState("projects", single, { state: "waiting", sentence: /nothing of it is transferred/u });
    expect(await read("projects", single)).not.toHaveProperty("description");
    for (const id of [deal, single])
      await world.sim("POST", "/associate", { ...pair, from: { type: "deal", id }, isPrimary: true });
    await expectState("projects", deal, LINKED);
    await expectState("projects", single, LINKED);
    expect(await read("projects", deal)).toMatchObject(ownOf("Warten"));
  });

  it("detached: all fields can be edited, then attach brings HubSpot's values back and keeps numbers and ZEP's own", async () => {
    const { company, contact, deal } = await makeFamily("Los");
    expect(await cli(`detach kunde ${company}`)).toContain(`Way back: npx hubspot-zep attach customer ${company}`);
    await cli(`detach projekt ${deal}`);
    await expectState("customers", company, { state: "detached", sentence: /was detached by an admin.*Attach it/u });
    await expectState("projects", deal, { state: "detached", sentence: /was detached by an admin/u });
    await expectState("contact-persons", contact, { state: "detached", sentence: /detached along with the customer/u });
    await cli(`set kunde ${company} name=Lokal telefon=1 ort=Kiel kundennummer=K-Los2`);
    await cli(`set projekt ${deal} bezeichnung=Lokal vorgänge=Eigen`);
    await desk.edit("company", company, { name: "Fern" });
    await desk.edit("deal", deal, { dealname: "Fern" });
    await world.settle();
    expect(await read("customers", company)).toMatchObject({ name: "Lokal", phone: "1", address: { city: "Kiel" } });
    expect(await read("projects", deal)).toMatchObject({ description: "Lokal", tasks: ["Eigen"] });
    expect(await cli(`attach kunde ${company}`)).toContain("is linked: HubSpot leads it again");
    expect((await desk.ask("POST", `/v1/projects/${deal}/attach`, { body: {} })).status).toBe(200);
    for (const [noun, id] of [
      ["customers", company],
      ["contact-persons", contact],
      ["projects", deal],
    ] as const)
      await expectState(noun, id, LINKED);
    expect(await read("customers", company)).toMatchObject({ name: "Fern", phone: "", customerNumber: "K-Los2" });
    expect(await read("projects", deal)).toMatchObject({ description: "Fern", shortForm: "P-Los", tasks: ["Eigen"] });
  });

  it("detached, then attached onto another HubSpot id: number and ZEP's own data move, a pointer stays", async () => {
    const { company, deal } = await makeFamily("Umzug");
    await cli(`detach kunde ${company}`);
    await cli(`detach projekt ${deal}`);
    const target = await desk.unheard(() => desk.create("company", { name: "Ziel" }));
    const targetDeal = await desk.unheard(() =>
      desk.create("deal", { dealname: "Ziel", dealstage: STAGE }, { companyId: target }),
    );
    expect(await cli(`attach kunde ${company} --to ${target}`)).toContain(`goes on as ${target}, which is linked`);
    expect((await desk.ask("POST", `/v1/projects/${deal}/attach`, { body: { dealId: targetDeal } })).status).toBe(200);
    await expectState("customers", target, LINKED);
    expect(await read("customers", target)).toMatchObject({ name: "Ziel", customerNumber: "K-Umzug" });
    expect(await read("projects", targetDeal)).toMatchObject({ description: "Ziel", ...ownOf("Umzug") });
    await expectState("customers", company, { state: "merged", sentence: /was attached to HubSpot id/u });
    const taken = await runCli(
      world.stack.url,
      words(`attach kunde ${company} --to ${(await makeFamily("Besetzt")).company}`),
    );
    expect(taken).toMatchObject({ exitCode: 1, error: expect.stringMatching(/cannot be attached|has a record/u) });
  });

  it("deleted: confirmed, inactive and free to edit; only a restore revives, a late update does not", async () => {
    const { company, contact, deal } = await makeFamily("Papierkorb");
    for (const [type, id] of [
      ["contact", contact],
      ["deal", deal],
      ["company", company],
    ] as const)
      await world.sim("DELETE", `/objects/${type}/${id}`);
    await expectState("customers", company, {
      state: "deleted",
      sentence: /deleted in HubSpot; it keeps its data, and HubSpot no longer leads\. Restore it/u,
    });
    await expectState("projects", deal, { state: "deleted", sentence: /is inactive/u });
    await expectState("contact-persons", contact, { state: "deleted", sentence: /is inactive/u });
    await cli(`set kunde ${company} name=Archiv`);
    await cli(`resync kunde ${company}`);
    expect(await read("customers", company)).toMatchObject({ state: "deleted", name: "Archiv", leader: "zep" });
    expect(await read("projects", deal)).toMatchObject({ bookable: false, missing: ["active"] });
    for (const [type, id] of [
      ["company", company],
      ["contact", contact],
      ["deal", deal],
    ] as const)
      await world.sim("POST", `/objects/${type}/${id}/restore`);
    for (const [noun, id] of [
      ["customers", company],
      ["contact-persons", contact],
      ["projects", deal],
    ] as const)
      await expectState(noun, id, LINKED);
    expect(await read("customers", company)).toMatchObject({ name: "Papierkorb", customerNumber: "K-Papierkorb" });
    expect(await read("projects", deal)).toMatchObject(ownOf("Papierkorb"));
  });

  it.each(["newId", "survivingId"])(
    "merged (%s): the survivor goes on, what was absorbed points at it",
    async (style) => {
      const [kept, absorbed] = [await makeFamily(`A-${style}`), await makeFamily(`B-${style}`)];
      const merge = { type: "company", primaryId: kept.company, mergedIds: [absorbed.company], style };
      const survivor = String((await world.sim("POST", "/merge", merge))["id"]);
      await expectState("customers", absorbed.company, {
        state: "merged",
        sentence: new RegExp(`${survivor} has taken over all it had\\. Look at ${survivor}`, "u"),
      });
      await expectState("customers", survivor, LINKED);
      expect(await read("customers", survivor)).toMatchObject({ customerNumber: `K-A-${style}` });
      await vi.waitFor(
        async () => {
          for (const { contact, deal } of [kept, absorbed]) {
            expect(await read("projects", deal)).toMatchObject({ state: "linked", companyId: survivor });
            const { contactPersons } = await desk.get(`/v1/customers/${survivor}`);
            expect(contactPersons).toContainEqual(expect.objectContaining({ contactId: contact, state: "linked" }));
          }
        },
        { timeout: 60_000, interval: 200 },
      );
      expect((await runCli(world.stack.url, words(`detach kunde ${absorbed.company}`))).exitCode).toBe(1);
    },
  );

  it.each(["newId", "survivingId"])(
    "merged deals (%s): the surviving project goes on with short form and ZEP's own data, the other points at it",
    async (style) => {
      const [kept, absorbed] = [await makeFamily(`C-${style}`), await makeFamily(`D-${style}`)];
      const merge = { type: "deal", primaryId: kept.deal, mergedIds: [absorbed.deal], style };
      const survivor = String((await world.sim("POST", "/merge", merge))["id"]);
      const sentence = new RegExp(`${survivor} has taken over all it had\\. Look at ${survivor}`, "u");
      await expectState("projects", absorbed.deal, { state: "merged", sentence });
      await expectState("projects", survivor, LINKED);
      expect(await read("projects", survivor)).toMatchObject({ ...ownOf(`C-${style}`), companyId: kept.company });
      expect((await desk.ask("POST", `/v1/projects/${absorbed.deal}/attach`, { body: {} })).status).toBe(409);
      expect((await runCli(world.stack.url, words(`set projekt ${absorbed.deal} vorgänge=Neu`))).exitCode).toBe(1);
    },
  );

  it.each(["newId", "survivingId"])(
    "merged contacts (%s): the surviving contact is the contact person, nothing personal stays of the other",
    async (style) => {
      const [kept, absorbed] = [await makeFamily(`E-${style}`), await makeFamily(`F-${style}`)];
      const merge = { type: "contact", primaryId: kept.contact, mergedIds: [absorbed.contact], style };
      const survivor = String((await world.sim("POST", "/merge", merge))["id"]);
      const sentence = new RegExp(`was merged into ${survivor}|${survivor} has taken over`, "u");
      await expectState("contact-persons", absorbed.contact, { state: "merged", sentence });
      expect(JSON.stringify(await read("contact-persons", absorbed.contact))).not.toMatch(/Ada|F-/u);
      for (const { company } of [kept, absorbed])
        await vi.waitFor(
          async () => {
            const { contactPersons } = await desk.get(`/v1/customers/${company}`);
            expect(contactPersons).toContainEqual(expect.objectContaining({ contactId: survivor, state: "linked" }));
          },
          { timeout: 60_000, interval: 200 },
        );
      expect(await cli(`list ansprechpartner --customer ${absorbed.company}`)).toContain(survivor);
    },
  );

  it("erased: nothing of the person stays, and nothing brings it back", async () => {
    const { company, contact } = await makeFamily("Vergessen");
    await world.sim("POST", "/erase", { contactId: contact });
    await expectState("contact-persons", contact, { state: "erased", sentence: /was erased for privacy/u });
    await cli(`resync ansprechpartner ${contact}`);
    expect(JSON.stringify(await desk.get(`/v1/contact-persons/${contact}`))).not.toMatch(/Ada|Vergessen/u);
    expect(await cli(`list ansprechpartner --customer ${company}`)).toBe("There are no contact persons like that.\n");
  });

  it("failing: a taken number holds the newcomer, names the holder, and clears itself when it is free", async () => {
    const { company } = await makeFamily("Inhaber");
    const [newCompany, newDeal] = ["77700001", "77700002"];
    await cli(`set kunde ${company} kundennummer=${newCompany}`);
    const { deal } = await makeFamily("Projektinhaber");
    await cli(`set projekt ${deal} kurzform=${newDeal}`);
    await desk.create("company", { name: "Neuling" }, { id: newCompany });
    await desk.create("deal", { dealname: "Neuling", dealstage: STAGE }, { id: newDeal, companyId: company });
    await world.settle();
    const sentence = /default customer number 77700001 belongs to "Inhaber".*Give "Inhaber".*another customer number/u;
    await expectState("customers", newCompany, { state: "failing", sentence });
    await expectState("projects", newDeal, {
      state: "failing",
      sentence: /default short form 77700002 belongs to "Projektinhaber"/u,
    });
    expect(await read("customers", newCompany)).not.toHaveProperty("name");
    const health = await runCli(world.stack.url, ["health"]);
    expect(health.exitCode).toBe(1);
    expect(health.out).toContain(`company ${newCompany}: number taken: 77700001 belongs to "Inhaber"`);
    await cli(`set kunde ${company} kundennummer=K-Frei`);
    await cli(`set projekt ${deal} kurzform=P-Frei`);
    await world.settle();
    await expectState("customers", newCompany, LINKED);
    await expectState("projects", newDeal, LINKED);
    expect(await read("customers", newCompany)).toMatchObject({ name: "Neuling", customerNumber: newCompany });
    expect((await runCli(world.stack.url, ["health"])).exitCode).toBe(0);
  });

  it("failing: what the store refuses keeps its data, is told with its reason, and clears itself", async () => {
    const { company } = await makeFamily("Zu-gross");
    await desk.unheard(() => desk.edit("company", company, { name: "Neu", description: "x".repeat(500_000) }));
    await cli("reconcile --watch");
    await expectState("customers", company, { state: "failing", sentence: /PutItem failed.*ValidationException/u });
    expect(await read("customers", company)).toMatchObject({ name: "Zu-gross", customerNumber: "K-Zu-gross" });
    expect((await runCli(world.stack.url, ["health"])).out).toContain(`company ${company}: `);
    await desk.edit("company", company, { description: "kurz" });
    await expectState("customers", company, LINKED);
    expect(await read("customers", company)).toMatchObject({ name: "Neu", remark: "kurz" });
    expect((await runCli(world.stack.url, ["health"])).exitCode).toBe(0);
  });

  it("has walked through every state that there is", () => {
    expect([...walked].toSorted()).toEqual([...RECORD_STATES].toSorted());
  });

  it("ends with records that are what the rules make of HubSpot", async () => {
    await world.settle();
    const { exitCode, out } = await runCli(world.stack.url, words("reconcile --watch"));
    expect([exitCode, out]).toEqual([0, expect.stringContaining("Nothing had to be repaired.")]);
  });
});
