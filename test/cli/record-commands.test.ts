import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { COMMANDS } from "../../lib/cli/commands/command-list.ts";
import { runCli, words, type CliOutcome } from "../fixtures/cli-desk.ts";
import { startLocalWorld, type LocalWorld } from "../fixtures/local-world.ts";
import { openRecordsDesk, type RecordsDesk } from "../fixtures/records-desk.ts";

vi.setConfig({ testTimeout: 120_000 });

const STAGE = "1043288714";
/** Red, a new window title, the same with an eight-bit character, and text from right to left. */
const HOSTILE = "Bös\u001B[31mrot\u001B]0;Titel\u0007\u009B2J\u202Etxet";
// oxlint-disable-next-line no-control-regex -- Whether any is left is what the tests ask.
const CONTROL = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/u;

let world: LocalWorld;
let desk: RecordsDesk;
let company: string;
let contact: string;
let deal: string;
let excluded: string;
let hostile: string;
let lost: string;

beforeAll(async () => {
  world = await startLocalWorld({ dealStages: { kind: "stages", stageIds: [STAGE] } });
  desk = await openRecordsDesk(world);
  company = await desk.create("company", {
    name: "Müller KG",
    phone: "040 1",
    city: "Köln",
    zip: "50667",
    address: "Ring 1",
  });
  contact = await desk.create(
    "contact",
    { firstname: "Zoë", lastname: "Öz", jobtitle: "Einkauf" },
    { companyId: company },
  );
  deal = await desk.create("deal", { dealname: "Umbau", dealstage: STAGE }, { companyId: company });
  lost = await desk.create("deal", { dealname: "Verloren", dealstage: "closedlost" }, { companyId: company });
  excluded = await desk.create("company", { name: "Geheim", zep: "Nein" });
  hostile = await desk.create("company", { name: HOSTILE, description: "Zeile 1\nZeile 2" });
  await world.settle();
});

afterAll(async () => {
  await world.close();
});

const run = (line: string, ...more: readonly string[]): Promise<CliOutcome> =>
  runCli(world.stack.url, [...words(line), ...more]);

/** What a command prints when it succeeds. */
async function out(line: string): Promise<string> {
  const outcome = await run(line);
  expect({ ...outcome, out: "" }).toEqual({ exitCode: 0, out: "", error: "" });
  return outcome.out;
}

const json = async (line: string): Promise<unknown> => JSON.parse(await out(`${line} --json`));

/** Columns of a table's line. */
const cells = (line = ""): readonly string[] => line.trimEnd().split(/ {2,}/u);

describe("health", () => {
  it("tells states, last event, last pass, queue and what is excluded with its way back", async () => {
    const text = await out("health");
    expect(text).toMatch(/^Customers +2 linked, 1 excluded$/mu);
    expect(text).toMatch(/^Projects +1 linked, 1 outOfStage$/mu);
    expect(text).toMatch(/^Last event +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/mu);
    expect(text).toMatch(/^Queue +empty$/mu);
    expect(text).toMatch(/^Given up +nothing$/mu);
    expect(text).toContain(`  company ${excluded}: excluded: zep = Nein → Clear "zep" on the company in HubSpot`);
  });

  it.each([
    ["stopped", "succeeded", 1],
    ["succeeded", "failed", 1],
    ["succeeded", "succeeded", 0],
  ])("shows a %s pass and a newer one of some types that %s, and ends with %i", async (whole, partial, exitCode) => {
    const pass = { startedAt: "2026-11-25T03:00:00Z", types: ["company", "contact", "deal"] };
    const health = {
      lastPass: { ...pass, id: "p-1", status: whole },
      lastPartialPass: { ...pass, id: "p-2", status: partial, types: ["contact", "deal"] },
    };
    const answer = () => Promise.resolve(Response.json(health));
    const told = await runCli("http://127.0.0.1", ["health"], { fetch: answer });
    expect(told.exitCode).toBe(exitCode);
    expect(told.out).toMatch(new RegExp(`^Last pass +pass p-1 of .* ${whole}$`, "mu"));
    expect(told.out).toMatch(new RegExp(`^Last partial one +contact and deal only: pass p-2 of .* ${partial}$`, "mu"));
  });

  it("gives scripts the API's own answer", async () => {
    expect(await json("health")).toMatchObject({ counts: { customers: { linked: 2 } }, deadLetters: 0, failing: [] });
  });
});

describe("list", () => {
  it.each(["customers", "kunden", "Kunde", "company", "companies", ""])(
    "lists customers as a table: %s",
    async (noun) => {
      const [heading, first, ...rest] = (await out(`list ${noun}`)).trimEnd().split("\n");
      expect(cells(heading)).toEqual(["Company", "Number", "Name", "City", "State"]);
      expect(cells(first)).toEqual([company, company, "Müller KG", "Köln", "linked"]);
      expect(rest.at(-1)).toBe("2 records.");
    },
  );

  it.each(["projects", "projekte", "projekt", "deals"])("lists projects with what is missing: %s", async (noun) => {
    const text = await out(`list ${noun}`);
    expect(cells(text.split("\n")[1])).toEqual([
      deal,
      deal,
      "Umbau",
      company,
      "no: tasks missing, project employees missing",
      "linked",
    ]);
  });

  it.each(["ansprechpartner", "contacts", "contact-persons"])("lists contact persons: %s", async (noun) => {
    const text = await out(`list ${noun}`);
    expect(cells(text.split("\n")[1])).toEqual([contact, company, "Zoë Öz", "Einkauf", "yes", "linked"]);
  });

  it.each(["excluded", "EXCLUDED", "ausgeschlossen"])(
    "lists what was never transferred by its state: %s",
    async (state) => {
      expect(await out(`list kunden --state ${state}`)).toMatch(
        new RegExp(`^${excluded} +excluded: zep = Nein$`, "mu"),
      );
    },
  );

  it.each(["out-of-stage", "outOfStage"])("spells a state of several words as people do: %s", async (state) => {
    expect(await out(`list projekte --state ${state}`)).toMatch(
      new RegExp(`^${lost} .*out of stage: closedlost$`, "mu"),
    );
  });

  it("narrows by prefix and by customer, and says when nothing is like that", async () => {
    expect(await out("list kunden --prefix müller")).toContain("1 record.");
    expect(await out(`list projekte --customer ${company}`)).toContain("1 record.");
    expect(await out("list projects --state failing")).toBe("There are no projects like that.\n");
  });

  it("follows pages up to its limit and says that there are more", async () => {
    expect(await out("list customers --limit 1")).toContain("1 record, and there are more: raise --limit.");
    expect(await json("list customers --limit 1000")).toHaveLength(2);
  });
});

describe("show", () => {
  it("shows a customer with contact persons, projects and last changes", async () => {
    const text = await out(`show kunde ${company}`);
    expect(text).toMatch(/^Name +Müller KG$/mu);
    expect(text).toMatch(/^Address +Ring 1, 50667 Köln$/mu);
    expect(text).toContain("Contact persons (1)");
    expect(text).toContain("Projects (1)");
    expect(text).toMatch(/event +state +linked$/mu);
    expect(await json(`show kunde ${company}`)).toMatchObject({ companyId: company, projects: [{ dealId: deal }] });
  });

  it("shows a project that is not transferred, with why and what to do", async () => {
    const text = await out(`show projekt ${lost}`);
    expect(text).toMatch(/^State +out of stage: closedlost$/mu);
    expect(text).toMatch(/^To do +Move the deal to a selected stage/mu);
    expect(text).toMatch(/event +customer +\d+$/mu);
  });

  it("shows a contact person, of whose changes no values are kept", async () => {
    const text = await out(`show ansprechpartner ${contact}`);
    expect(text).toMatch(/^Job title +Einkauf$/mu);
    expect(text).toMatch(/event +lastName +\(changed\)$/mu);
    expect(await json(`show ansprechpartner ${contact}`)).toMatchObject([{ contactId: contact, lastName: "Öz" }]);
  });

  it("warns of a text that ZEP cuts, and of a name that ZEP requires", async () => {
    const long = await desk.create("company", { name: "L".repeat(121) });
    const nameless = await desk.create("contact", { lastname: "Nur" }, { companyId: long });
    await world.settle();
    expect(await out(`show kunde ${long}`)).toContain("name has 121 characters, ZEP takes 120");
    expect(await out(`show contact ${nameless}`)).toContain("firstName is empty, and ZEP requires it.");
  });
});

describe("explain", () => {
  it.each([
    ["kunde", () => excluded, /^Customer of company \d+ is excluded, .*"zep" is "Nein"; nothing .*\. Clear "zep"/u],
    ["deal", () => lost, /^Project of deal \d+ is out of stage/u],
    ["ansprechpartner", () => contact, /^Contact person of contact \d+ at company \d+ is linked/u],
    ["contact", () => "99", /^Contact 99 is neither in HubSpot nor here/u],
  ])("tells of a %s why it is as it is, and where to look", async (noun, id, sentence) => {
    const text = await out(`explain ${noun} ${id()}`);
    expect(text).toMatch(sentence);
    expect(text).toContain("https://app-eu1.hubspot.com/contacts/145883449/record/");
    expect(await json(`explain ${noun} ${id()}`)).toMatchObject({
      id: id(),
      explanation: expect.stringMatching(sentence),
    });
  });
});

describe("set", () => {
  it("takes German field words, lists, German dates and German values, and tells what is left to do", async () => {
    const line = `set projekt ${deal} kurzform=UMBAU vorgänge="Konzept, Bau" laufzeit=1.1.2026..31.12.2099 Abrechnungsart=Pauschal`;
    expect(await out(line)).toBe(
      `Changed shortForm, tasks, startDate, endDate, billingType of the project ${deal}. Bookable: no: project employees missing.\n`,
    );
    expect(await out(`set project ${deal} Projekt-Mitarbeiter=mm,ab status=aktiv`)).toContain("Bookable: yes.");
    expect(await json(`show projekt ${deal}`)).toMatchObject({
      shortForm: "UMBAU",
      tasks: ["Konzept", "Bau"],
      projectEmployees: ["mm", "ab"],
      startDate: "2026-01-01",
      endDate: "2099-12-31",
      billingType: "flat",
    });
    expect(await out(`show projekt ${deal}`)).toMatch(/ admin +tasks +Konzept, Bau$/mu);
  });

  it("empties a field with nothing after the =", async () => {
    await out(`set projekt ${deal} laufzeit=.. abrechnungsart= vorgänge=`);
    const project = await json(`show projekt ${deal}`);
    expect(project).toMatchObject({ tasks: [] });
    for (const name of ["startDate", "endDate", "billingType"]) expect(project).not.toHaveProperty(name);
  });

  it.each([
    [`set projekt 1 billingType=constructor`, /billingType is "constructor"; expected one of hourly, daily, flat/u],
    [`set kunde 1 name`, /"name" is no change; write field=value, such as customerNumber=K-100\./u],
    [`set kunde 1 farbe=rot`, /A customer has no field "farbe"; its fields are customerNumber, name/u],
    [`set projekt 1 beginn=morgen`, /beginn is "morgen"; expected a date such as 2026-12-31 or 31\.12\.2026/u],
    [`set projekt 1 laufzeit=2026-01-01`, /has no end; write duration=2026-01-01\.\.2026-12-31/u],
    [`set projekt 1 status=weg`, /status is "weg"; expected one of active, inactive, completed/u],
    [`set ansprechpartner 1 name=x`, /Contact persons are changed in HubSpot only/u],
    [`set kunde x name=x`, /"x" is no HubSpot id/u],
    [`set kunde 1`, /missing required argument 'changes'\nHow it is written: npx hubspot-zep set --help/u],
    [`set ticket 1 name=x`, /"ticket" is none of customer \(kunde\), project \(projekt\), contact/u],
  ])("refuses %s before it asks anybody", async (line, sentence) => {
    const { exitCode, error, out: printed } = await run(line);
    expect([exitCode, printed]).toEqual([2, ""]);
    expect(error).toMatch(sentence);
  });

  it.each([
    ["name=X telefon=1 ort=X", /^name, phone, address: change it in HubSpot, or detach the record first\.$/u],
    [`kundennummer=${"9".repeat(33)}`, /^customerNumber has 33 of 32 characters$/u],
  ])("fails with one sentence on %s", async (change, sentence) => {
    const { exitCode, error } = await run(`set kunde ${company} ${change}`);
    expect(exitCode).toBe(1);
    expect(error.trimEnd()).toMatch(sentence);
  });

  it("names the holder of a number that is taken", async () => {
    await out(`set kunde ${company} kundennummer=K-7`);
    const { exitCode, error } = await run(`set kunde ${hostile} kundennummer=K-7`);
    expect([exitCode, error]).toEqual([
      1,
      expect.stringMatching(/^K-7 is already the number of Müller KG \(HubSpot id/u),
    ]);
  });

  it("does not overwrite who was faster", async () => {
    const fetchLate: typeof fetch = async (asked, init) => {
      if (init?.method === "PATCH")
        await desk.ask("PATCH", `/v1/customers/${company}`, { body: { customerNumber: "K-FAST" } });
      return fetch(asked, init);
    };
    const line = words(`set kunde ${company} kundennummer=K-SLOW`);
    const outcome = await runCli(world.stack.url, line, { fetch: (asked, init) => fetchLate(asked, init) });
    expect(outcome).toMatchObject({ exitCode: 1, error: expect.stringContaining("Read the record again") });
    expect(await json(`show kunde ${company}`)).toMatchObject({ customerNumber: "K-FAST" });
  });
});

describe("detach and attach", () => {
  it("end and restore the sync, each with its next step", async () => {
    expect(await out(`detach kunde ${company}`)).toBe(
      `The customer ${company} is detached: all its fields can be edited, and nothing comes from HubSpot.\n` +
        `Way back: npx hubspot-zep attach customer ${company}\n`,
    );
    await out(`set kunde ${company} name=Lokal straße="Weg 2" plz=1 ort=Kiel land=DE www=x bemerkung=y`);
    expect(await json(`show kunde ${company}`)).toMatchObject({
      name: "Lokal",
      address: { street: ["Weg 2"], postalCode: "1", city: "Kiel", country: "DE" },
      website: "x",
      remark: "y",
    });
    expect(await out(`attach kunde ${company}`)).toBe(`The customer ${company} is linked: HubSpot leads it again.\n`);
    expect(await json(`show kunde ${company}`)).toMatchObject({ name: "Müller KG", state: "linked" });
  });

  it("say what is the matter when HubSpot's company is excluded meanwhile", async () => {
    await out(`detach kunde ${company}`);
    await desk.edit("company", company, { zep: "no" });
    await world.settle();
    expect(await out(`attach kunde ${company}`)).toBe(
      `The customer ${company} is no longer detached, but excluded: zep = no.\n`,
    );
    await desk.edit("company", company, { zep: "" });
    await world.settle();
  });

  it("refuse what cannot be done", async () => {
    const only = "A detached one can, and a deleted one to another HubSpot id";
    expect(await run(`attach kunde ${company}`)).toMatchObject({
      exitCode: 1,
      error: `A record that is linked cannot be attached. ${only}.\n`,
    });
    expect(await run(`attach kunde ${excluded}`)).toMatchObject({
      exitCode: 1,
      error: `A record that is excluded cannot be attached. ${only}.\n`,
    });
    expect(await run(`detach kunde ${excluded}`)).toMatchObject({
      exitCode: 1,
      error: "Nothing of this record, which is excluded, was ever transferred; there is nothing to detach.\n",
    });
    await out(`detach kunde ${company}`);
    expect(await run(`detach kunde ${company}`)).toMatchObject({
      exitCode: 1,
      error: "A record that is detached is not led by HubSpot; there is nothing to detach.\n",
    });
    await out(`attach kunde ${company}`);
    await world.settle();
    expect(await run("detach kunde 404")).toMatchObject({
      exitCode: 1,
      error: expect.stringContaining("no such record"),
    });
    expect(await run("detach ansprechpartner 1")).toMatchObject({ exitCode: 2 });
  });
});

describe("resync", () => {
  it("tells whether anything was brought up to date", async () => {
    expect(await out(`resync kunde ${company}`)).toBe(
      `The company ${company} was read anew; its records were right.\n`,
    );
    await desk.unheard(() => desk.edit("contact", contact, { jobtitle: "Chefin" }));
    expect(await out(`resync ansprechpartner ${contact}`)).toContain("brought up to date");
    expect(await json(`resync ansprechpartner ${contact}`)).toMatchObject({ outcome: "unchanged" });
  });

  it("points to explain where nothing of an object belongs here", async () => {
    expect(await out("resync contact 5")).toContain("Why: npx hubspot-zep explain contact 5");
  });
});

describe("what HubSpot's users wrote", () => {
  it.each(["list kunden", `show kunde ID`, "health", "preview --exclusion-values nie", "explain kunde ID"])(
    "reaches no terminal as a control character: %s",
    async (line) => {
      const text = await out(line.replace("ID", hostile));
      expect(text).not.toMatch(CONTROL);
      expect(await out(`${line.replace("ID", hostile)} --json`)).not.toMatch(CONTROL);
    },
  );

  it("stays on its line of a table, and whole in JSON", async () => {
    expect(await out(`show kunde ${hostile}`)).toMatch(/^Remark +Zeile 1 Zeile 2$/mu);
    expect(await json(`show kunde ${hostile}`)).toMatchObject({ name: HOSTILE, remark: "Zeile 1\nZeile 2" });
  });

  it("is harmless in a refusal, too", async () => {
    await out(`set kunde ${hostile} kundennummer=K-9`);
    const { exitCode, error } = await run(`set kunde ${company} kundennummer=K-9`);
    expect(exitCode).toBe(1);
    expect(error).toMatch(/^K-9 is already the number of Bös \[31mrot/u);
    expect(error).not.toMatch(CONTROL);
  });
});

describe("every command", () => {
  const ours = COMMANDS.filter(({ name }) =>
    [
      "health",
      "list",
      "show",
      "explain",
      "set",
      "detach",
      "attach",
      "resync",
      "reconcile",
      "reconciliations",
      "preview",
    ].includes(name),
  );

  it.each(ours)("$name has a help with examples and all its options", async ({ name, examples, options = [] }) => {
    const help = await out(`${name} --help`);
    for (const example of examples) expect(help).toContain(`\n  ${example}`);
    for (const [flags] of options) expect(help).toContain(flags);
    expect(help).toContain("--json");
    expect(help).not.toContain("\u001B");
  });

  it.each(ours.flatMap(({ examples }) => examples))("understands its own example: %s", async (example) => {
    const [, , ...argv] = words(example);
    const outcome = await runCli(
      "http://127.0.0.1:9",
      argv.filter((word) => word !== "--aws" && word !== "--profile" && word !== "production"),
    );
    expect(outcome).toMatchObject({ exitCode: 1, error: expect.stringContaining("No answer from http://127.0.0.1:9") });
  });

  it("says how to start the local stack when nothing answers, in one sentence and without a stack trace", async () => {
    const { exitCode, error } = await runCli("http://127.0.0.1:9", ["health"]);
    expect(exitCode).toBe(1);
    expect(error).toBe(
      "No answer from http://127.0.0.1:9. Start the local stack with `npm start`, name another --url, or use --aws.\n",
    );
  });

  it.each([
    ["frobnicate", /unknown command 'frobnicate'/u],
    ["list --nonsense", /unknown option '--nonsense'/u],
    ["list kunden --state xy", /"xy" is no state; the states are linked, excluded/u],
    ["list kunden --limit 0", /--limit is "0"; expected a whole number from 1\./u],
    ["list --customer x", /"x" is no HubSpot id/u],
    ["show kunde 04711", /"04711" is no HubSpot id/u],
    ["show kunde", /missing required argument 'id'/u],
    ["health --aws --url http://127.0.0.1:1", /either --aws or --url, not both/u],
    ["health --url ftp://x", /--url is "ftp:\/\/x"; expected an http or https URL\./u],
    ["health --profile production", /--profile is about AWS: add --aws, or leave it out\./u],
    ["list kunden --region eu-central-1", /--region is about AWS/u],
    ["health --stack Other", /--stack is about AWS/u],
    ["health --profile production", /--profile is about AWS: add --aws, or leave it out\./u],
    ["list kunden --region eu-central-1", /--region is about AWS/u],
    ["health --stack Other", /--stack is about AWS/u],
    ["reconcile --type ticket", /"ticket" is none of/u],
  ])("refuses %s with 2", async (line, sentence) => {
    const { exitCode, error } = await run(line);
    expect(exitCode).toBe(2);
    expect(error).toMatch(sentence);
    expect(error).not.toMatch(/\n +at /u);
  });

  it.each([
    ["health", { HUBSPOT_ZEP_URL: "here" }, 'HUBSPOT_ZEP_URL is "here"; expected an http or https URL.\n'],
    [
      "stages",
      { HUBSPOT_ACCESS_TOKEN: "pat", HUBSPOT_BASE_URL: "api" },
      'HUBSPOT_BASE_URL is "api"; expected an http or https URL.\n',
    ],
    ["stages --profile production", {}, "--profile is about AWS: add --aws, or leave it out.\n"],
  ])("refuses %s with %j in the environment", async (line, env, error) => {
    expect(await runCli("", words(line), { env })).toMatchObject({ exitCode: 2, error });
  });

  it("shows the stack of a failure only to whoever asks for it", async () => {
    const env = { HUBSPOT_ZEP_URL: "http://127.0.0.1:9", HUBSPOT_ZEP_DEBUG: "1" };
    expect((await runCli("", ["health"], { env })).error).toMatch(/\n +at /u);
  });

  it("uses colours on a terminal that has them, and nowhere else", async () => {
    const url = world.stack.url;
    expect((await runCli(url, ["health"])).out).not.toContain("\u001B[");
    expect((await runCli(url, ["health"], { hasColour: true, isTerminal: true })).out).toContain("\u001B[32m2 linked");
    expect((await runCli(url, ["health", "--json"], { hasColour: true })).out).not.toContain("\u001B[");
  });

  it("keeps a table within a narrow terminal, and whole in a pipe", async () => {
    const narrow = await runCli(world.stack.url, ["list", "kunden"], { isTerminal: true, columns: 60 });
    for (const line of narrow.out.split("\n")) expect(Array.from(line).length).toBeLessThanOrEqual(60);
    // The next command takes an id: it is cut last of all.
    const persons = await runCli(world.stack.url, ["list", "contacts"], { isTerminal: true, columns: 40 });
    expect(persons.out).toMatch(new RegExp(`^${contact} +${company} `, "mu"));
  });
});
