import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocalWorld, type LocalWorld } from "../fixtures/local-world.ts";

/** Where Debian and most others put it; `.ci/run` installs it. */
const BROWSER = [process.env["CHROMIUM_PATH"] ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
  (path) => path !== "" && existsSync(path),
);
if (BROWSER === undefined) console.warn("No Chromium is here (CHROMIUM_PATH): the console is not tried in a browser.");

const HOSTILE = '<img src=x onerror="document.title=1"> & Söhne';

describe.skipIf(BROWSER === undefined)("the console in a browser", () => {
  let world: LocalWorld;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    world = await startLocalWorld();
    const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];
    browser = await chromium.launch({ ...(BROWSER !== undefined && { executablePath: BROWSER }), args });
    page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    const company = { properties: { name: HOSTILE, city: "Köln" } };
    await world.sim("POST", "/objects/company", { id: "501", ...company });
    await world.sim("POST", "/objects/company", { id: "502", properties: { name: "Draußen", zep: "nein" } });
    const associations = [{ to: { type: "company", id: "501" }, isPrimary: true }];
    const deal = { id: "601", properties: { dealname: "Relaunch", dealstage: "1043288714" }, associations };
    await world.sim("POST", "/objects/deal", deal);
    await world.settle();
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await world.close();
  });

  const open = (hash: string): Promise<unknown> => page.goto(`${world.stack.url}/${hash}`);
  const told = async (text: RegExp): Promise<string> => {
    const message = page.getByRole("status").filter({ hasText: text });
    await message.waitFor();
    return message.innerText();
  };

  it("shows how things stand, and why a company is kept out", async () => {
    await open("#/");
    await page.getByText("excluded: zep = nein").waitFor();
    await page.getByRole("link", { name: "company 502" }).click();
    await page.getByRole("heading", { name: "Company 502" }).waitFor();
    expect(await page.getByRole("main").innerText()).toContain("Not transferred: there is nothing to edit.");
  });

  it("finds a record by the beginning of its name, and shows hostile names as text", async () => {
    await open("#/customers");
    await page.getByLabel("Name or number begins with").fill("<img");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByRole("cell", { name: HOSTILE }).waitFor();
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.title()).toBe("HubSpot → ZEP");
  });

  it("changes what ZEP owns, and keeps what HubSpot leads locked until the record is detached", async () => {
    await open("#/projects/601");
    await page.getByLabel("Short form (Kurzform)").fill("RELAUNCH");
    await page.getByLabel("Tasks (Vorgänge)").fill("Konzept, Umsetzung");
    expect(await page.getByLabel("Description (Bezeichnung) · HubSpot leads").isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Save" }).click();
    await told(/Saved/u);
    const tasks = page.getByRole("row").filter({ hasText: "tasks" }).getByRole("cell").last();
    expect(await tasks.innerText()).toBe("Konzept\nUmsetzung");
    await page.getByRole("button", { name: "Detach" }).click();
    await told(/Detached/u);
    await page.getByLabel("Description (Bezeichnung)").fill("Von Hand");
    await page.getByRole("button", { name: "Save" }).click();
    await told(/Saved/u);
    const byHand = { state: "detached", shortForm: "RELAUNCH", description: "Von Hand" };
    expect((await world.api("GET", "/v1/projects/601")).body).toMatchObject(byHand);
    await page.getByRole("button", { name: "Attach" }).click();
    await told(/Attached/u);
    const back = { state: "linked", shortForm: "RELAUNCH", description: "Relaunch" };
    expect((await world.api("GET", "/v1/projects/601")).body).toMatchObject(back);
  });

  it("tells why the API refuses", async () => {
    await open("#/projects/601");
    await page.getByLabel("Start (Laufzeit von)").fill("2026-12-31");
    await page.getByLabel("End (Laufzeit bis)").fill("2026-01-01");
    await page.getByRole("button", { name: "Save" }).click();
    expect(await told(/2026-12-31/u)).toContain("2026-01-01");
  });

  it("shows no other record below the reason why there is none, and drops the reason once there is one", async () => {
    await open("#/customers/501");
    await page.getByRole("heading", { name: "Söhne" }).waitFor();
    // Only what is behind the # changes: the page stays.
    await open("#/customers/%");
    await told(/expected a HubSpot id/u);
    await open("#/customers/4711");
    await told(/no customer of company 4711/u);
    expect(await page.getByRole("main").innerText()).toBe("");
    await world.sim("POST", "/objects/company", { id: "4711", properties: { name: "Spät" } });
    await page.getByRole("heading", { name: "Spät" }).waitFor();
    expect(await page.getByRole("status").innerText()).toBe("");
  });

  it("runs a reconciliation and shows what it repaired and why", async () => {
    world.simulator.behaviour.dropShare = 1;
    await world.sim("PATCH", "/objects/company/501", { properties: { city: "Ulm" } });
    world.simulator.behaviour.dropShare = 0;
    await open("#/reconciliations");
    await page.getByRole("button", { name: "Run now" }).click();
    await page.getByText("succeeded").waitFor();
    await page.getByRole("cell", { name: "lateEvent" }).waitFor();
    await page.getByRole("heading", { name: "What it took" }).waitFor();
    await page.getByRole("cell", { name: "other" }).waitFor();
    expect((await world.api("GET", "/v1/customers/501")).body).toMatchObject({ address: { city: "Ulm" } });
  });

  it("shows a newer reconciliation of some types beside the last one of all", async () => {
    await world.api("POST", "/v1/reconciliations", { types: ["contact"] });
    await open("#/");
    await page.reload();
    await page.getByText("Last one of contact only").waitFor();
    expect(await page.getByText("Last reconciliation: succeeded").count()).toBe(1);
  });

  it("says of a dry run that the brake would stop a real one", async () => {
    const brake = { company: { active: 60, harmed: 26, listed: 34, limit: 20, isHeld: true } };
    const report = { warnings: [], durationSeconds: 1, hubspotCalls: 1, rateLimitedCalls: 0, brake, listed: [] };
    const tried = { id: "p-1", status: "succeeded", dryRun: true, startedAt: "2026-11-25T03:00:00Z", types: [] };
    await page.route("**/reconciliations/p-1", (route) => route.fulfill({ json: { ...tried, counts: {}, report } }));
    await open("#/reconciliations/p-1");
    const warning = page.getByText("The brake would stop a real pass");
    await warning.waitFor();
    expect(await warning.innerText()).toContain("26 of 60 records of type company");
  });

  it("breaks no rule of its own content security policy and throws nothing", () => {
    expect(complaints).toEqual([]);
  });
});
