import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { confirmingCommand } from "../../lib/domain/brake.ts";
import { runCli, words, type CliOutcome } from "../fixtures/cli-desk.ts";
import { startLocalWorld, type LocalWorld } from "../fixtures/local-world.ts";
import { openRecordsDesk, type RecordsDesk } from "../fixtures/records-desk.ts";

vi.setConfig({ testTimeout: 120_000 });

const STAGE = "1043288714";

let world: LocalWorld;
let desk: RecordsDesk;
let company: string;
let deal: string;

beforeAll(async () => {
  world = await startLocalWorld({ dealStages: { kind: "stages", stageIds: [STAGE] } });
  desk = await openRecordsDesk(world);
  company = await desk.create("company", { name: "Bestand" });
  await desk.create("contact", { lastname: "Person" }, { companyId: company });
  deal = await desk.create("deal", { dealname: "Angebot", dealstage: "closedlost" }, { companyId: company });
  await world.settle();
});

afterAll(async () => {
  await world.close();
});

/** A pass as the API tells of it. */
const passOf = (id: string, changes: object = {}) => ({
  id,
  status: "succeeded",
  startedAt: "2026-11-25T03:00:00Z",
  ...changes,
});

const run = (line: string): Promise<CliOutcome> => runCli(world.stack.url, words(line));

describe("reconciliations", () => {
  it("says how to start a pass when none has run", async () => {
    expect(await run("reconciliations")).toEqual({
      exitCode: 0,
      out: "No pass has run yet: npx hubspot-zep reconcile\n",
      error: "",
    });
    expect(await run("reconciliations --json")).toMatchObject({ exitCode: 0, out: "[]\n" });
  });

  it("spells the command that confirms a stopped one for the same records", async () => {
    const reason = `25 of 95. If this is right: ${confirmingCommand("p-1")}`;
    const answer = () => Promise.resolve(Response.json(passOf("p-1", { status: "stopped", reason })));
    const line = "reconciliations p-1 --url http://records.example";
    const { out } = await runCli("http://127.0.0.1", words(line), { fetch: answer });
    expect(out).toContain("right: npx hubspot-zep reconcile --confirm p-1 --url http://records.example\n");
  });

  it("lists them all, on however many pages they come", async () => {
    const pages = [{ items: [passOf("p-2")], cursor: "older" }, { items: [passOf("p-1")] }];
    const asked: string[] = [];
    const { out } = await runCli("http://127.0.0.1", words("reconciliations"), {
      fetch: (url) => {
        asked.push(url instanceof Request ? url.url : url);
        return Promise.resolve(Response.json(pages[asked.length - 1]));
      },
    });
    expect(out).toMatch(/^p-2 .*\np-1 /mu);
    expect(asked).toEqual([
      "http://127.0.0.1/v1/reconciliations?limit=100",
      "http://127.0.0.1/v1/reconciliations?limit=100&cursor=older",
    ]);
  });

  it.each([
    [{ status: "succeeded" }, "Nothing had to be repaired."],
    [{ status: "succeeded", dryRun: true }, "Nothing differs."],
    // What they did not come to may differ.
    [{ status: "stopped" }, "Nothing was repaired."],
    [{ status: "failed" }, "Nothing was repaired."],
    [{ status: "failed", dryRun: true }, "Nothing was repaired."],
  ])("say of one that is %j and repaired nothing: %s", async (changes, sentence) => {
    const pass = passOf("p-1", { counts: { deal: { read: 3 } }, ...changes });
    const { out } = await runCli("http://127.0.0.1", words("reconciliations p-1"), {
      fetch: () => Promise.resolve(Response.json(pass)),
    });
    expect(out.split("\n")).toContain(sentence);
    expect(out).not.toContain("noted");
  });

  it("count the entries of what is not transferred, so that the causes add up", async () => {
    const deal = { read: 24, frozen: 8, noted: 12, skipped: 4, "by.association": 20 };
    const pass = passOf("p-1", { counts: { deal } });
    const { out } = await runCli("http://127.0.0.1", words("reconciliations p-1"), {
      fetch: () => Promise.resolve(Response.json(pass)),
    });
    const [, heading = "", , , deals = ""] = out.split("\n");
    expect(heading.trim().split(/ +/u).slice(4)).toEqual(["frozen", "deactivated", "noted", "skipped", "failing"]);
    expect(deals.trim().split(/ +/u).slice(5)).toEqual(["8", "0", "12", "4", "0"]);
    expect(out).toContain("Repaired because of: association (20)");
  });
});

describe("reconcile", () => {
  it("repairs what no event told, and names counts and causes", async () => {
    await desk.unheard(() => desk.edit("company", company, { name: "Anders" }));
    const { exitCode, out } = await run("reconcile --watch");
    expect(exitCode).toBe(0);
    const [first, heading, companies] = out.split("\n");
    expect(first).toMatch(/^pass [\w-]+ of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d succeeded$/u);
    expect(heading?.trim().split(/ +/u)).toEqual([
      "read",
      "unchanged",
      "created",
      "updated",
      "frozen",
      "deactivated",
      "skipped",
      "failing",
    ]);
    expect(companies?.trim().split(/ +/u)).toEqual(["company", "1", "0", "0", "1", "0", "0", "0", "0"]);
    expect(out).toMatch(/^Repaired because of: (?:late|missed) event \(1\)$/mu);
    const calls = [...out.matchAll(/^(?:company|contact|deal|other|all) +(\d+) +\d+ +\d+ +\d+ s$/gmu)].map(
      ([, count]) => Number(count),
    );
    expect(calls).toHaveLength(5);
    expect(calls.slice(0, 4).reduce((sum, count) => sum + count, 0)).toBe(calls[4]);
    expect(out).toMatch(/^\d+ calls to HubSpot \(0 refused for the rate\), \d+ s$/mu);
    expect(await desk.get(`/v1/customers/${company}`)).toMatchObject({ name: "Anders" });
  });

  it("names the command that follows a pass which it does not watch", async () => {
    const { out } = await run("reconcile");
    const [, id] = /^Started ([\w-]+)\. Follow it: npx hubspot-zep reconciliations \1\n$/u.exec(out) ?? [];
    expect(id).toBeDefined();
    await vi.waitFor(async () => expect((await run(`reconciliations ${id}`)).out).toContain("succeeded"), {
      timeout: 60_000,
    });
    expect((await run("reconciliations")).out).toMatch(
      new RegExp(`^${id} +[\\d-]+ [\\d:]+ +pass +succeeded +3 +0 +0$`, "mu"),
    );
  });

  it("only counts with --dry-run, of one type with a German word", async () => {
    await desk.unheard(() => desk.edit("company", company, { name: "Trocken" }));
    const { exitCode, out } = await run("reconcile --dry-run --type kunden --watch");
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^dry run /u);
    expect(out).toMatch(/^Differs because of: (?:late|missed) event \(1\)$/mu);
    expect(out).not.toContain("contact");
    expect(await desk.get(`/v1/customers/${company}`)).toMatchObject({ name: "Anders" });
    await run(`resync kunde ${company}`);
  });

  it("draws a bar anew on a terminal, and none into a pipe or JSON", async () => {
    const drawn = await runCli(world.stack.url, words("reconcile --watch"), { isTerminal: true });
    const frames = drawn.out.split("\r").map((frame) => frame.split("\u001B[J").at(-1));
    expect(frames.at(1)).toMatch(/^.*\d+ records, \d+\/s/u);
    expect(frames.at(-1)).toMatch(/^pass /u);
    const piped = await run("reconcile --watch --json");
    expect(piped.out).not.toContain("\r");
    const { counts, report, status } = JSON.parse(piped.out);
    const sum = (name: string): number =>
      ["company", "contact", "deal", "other"].reduce((total, heading) => total + counts[heading][name], 0);
    expect([status, sum("hubspotCalls")]).toEqual(["succeeded", report.hubspotCalls]);
    expect([sum("readUnits"), sum("writeUnits")]).toEqual([report.readUnits, report.writeUnits]);
    expect(Math.round(sum("durationMs") / 1000)).toBe(report.durationSeconds);
  });

  it("draws below the bar what each type took so far, and over it the next time, never in more lines than it goes up", async () => {
    const used = { hubspotCalls: 5, readUnits: 7.5, writeUnits: 2, durationMs: 61_000 };
    const progress = {
      read: 50_000,
      recordsPerSecond: 1_700,
      limitUsedPercent: 90,
      donePercent: 50,
      remainingSeconds: 30,
    };
    const running = { id: "p-1", status: "running", startedAt: "2026-11-25T03:00:00Z", counts: {} };
    const answers = [
      running,
      running,
      { ...running, counts: { progress, deal: used, other: { ...used, hubspotCalls: 2 } } },
      { ...running, counts: { progress, deal: used, other: used } },
      { ...running, status: "succeeded" },
    ];
    const { out } = await runCli("http://127.0.0.1", words("reconcile --watch"), {
      isTerminal: true,
      columns: 80,
      fetch: () => Promise.resolve(Response.json(answers.shift())),
    });
    // A frame goes back to the first line of the one before, clears from there, and draws.
    const [, ...frames] = out.split("\r").map((frame) => frame.split("\u001B[J"));
    const [empty, first, second, ended] = frames;
    expect(empty).toEqual(["", "0 records, 0/s"]);
    const [bar, heading, ...rows] = first?.[1]?.split("\n") ?? [];
    expect(bar).toMatch(/^█+░+ 50 % {2}50000 records, 1700\/s, 90 % of HubSpot's limit, 30 s left$/u);
    expect(bar?.length).toBeLessThan(80);
    expect(heading?.trim().split(/ {2,}/u)).toEqual(["calls", "read units", "write units", "time"]);
    expect(rows.map((row) => row.split(/ {2,}/u))).toEqual([
      ["deal", "5", "8", "2", "1 min 1 s"],
      ["other", "2", "8", "2", "1 min 1 s"],
      ["all", "7", "15", "4", "2 min 2 s"],
    ]);
    expect([first?.[0], second?.[0], ended?.[0]]).toEqual(["", "\u001B[4A", "\u001B[4A"]);
    expect(ended?.[1]).toMatch(/^pass p-1 /u);
    // What an older version ran says nothing of what each type took.
    expect(ended?.[1]).not.toContain("read units");
  });

  it("ends with 1 and the brake's own command when the brake holds, and carries it out when confirmed", async () => {
    const ids: string[] = [];
    for (let number = 0; number < 24; number += 1) ids.push(await desk.create("company", { name: `Masse ${number}` }));
    await world.settle();
    await desk.unheard(async () => {
      for (const id of ids) await world.sim("DELETE", `/objects/company/${id}`);
    });
    const held = await run("reconcile --watch");
    expect(held.exitCode).toBe(1);
    const [, command] = /If this is right: npx hubspot-zep (reconcile --confirm [\w-]+)/u.exec(held.out) ?? [];
    expect(command).toBeDefined();
    // Only the names tell whether it is right.
    expect(held.out).not.toContain("would stop");
    const tried = await run("reconcile --dry-run --watch");
    expect(tried.out.match(/^The brake would stop a real pass .*$/gmu)).toEqual([
      expect.stringMatching(/: 24 of 25 records of type company would be deactivated .*, at most 20 may$/u),
    ]);
    const named = await run("preview");
    expect(named.out).toMatch(/^Would be deactivated \(24\)\n {2}customer \d+ Masse \d+$/mu);
    expect((await run("health")).exitCode).toBe(1);
    expect((await run("reconciliations")).out).toMatch(
      / stopped .*\n[^]*\npass .* stopped: 24 of 25 records of type company/u,
    );
    const confirmed = await run(`${command ?? ""} --watch`);
    expect([confirmed.exitCode, confirmed.out]).toEqual([0, expect.stringMatching(/^company +1 .* 24 +0 +0$/mu)]);
    expect((await run("health")).exitCode).toBe(0);
  });

  it.each([
    ["reconcile --confirm nothing", "There is no pass nothing"],
    ["reconciliations nothing", "There is no reconciliation nothing;"],
  ])("fails on %s with one sentence", async (line, sentence) => {
    expect(await run(line)).toMatchObject({ exitCode: 1, out: "", error: expect.stringContaining(sentence) });
  });
});

/** A record that a preview names. */
const entry = (effect: string, id: string) => ({ effect, type: "project", id, name: "" });

describe("preview", () => {
  it("names what other stages would create, and writes nothing", async () => {
    const { exitCode, out } = await run("preview --deal-stages ALL");
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      new RegExp(`^Would be created \\(1\\)\n  project ${deal} Angebot\n\nNothing was written\\.`, "u"),
    );
    expect(await desk.get(`/v1/projects/${deal}`)).toMatchObject({ state: "outOfStage" });
  });

  it("names what other exclusions would freeze or release", async () => {
    await desk.edit("company", company, { zep: "später" });
    await world.settle();
    const { out } = await run("preview --exclusion-values nein,später");
    expect(out).toContain(`Would be frozen (2)\n  customer ${company}`);
    expect(out).toMatch(/^ {2}contactPerson \d+\/\d+$/mu);
  });

  it("says of how many records it names some, when they are too many to name", async () => {
    const pass = {
      id: "p-1",
      status: "succeeded",
      startedAt: "2026-11-25T03:00:00Z",
      dryRun: true,
      counts: { company: { frozen: 1 }, deal: { frozen: 811, updated: 5, released: 3, deactivated: 4 } },
      report: {
        warnings: [],
        durationSeconds: 9,
        hubspotCalls: 12,
        rateLimitedCalls: 0,
        listed: [entry("frozen", "1"), entry("frozen", "2"), entry("released", "3"), entry("updated", "4")],
      },
    };
    const { out } = await runCli("http://127.0.0.1", words("preview --deal-stages all"), {
      fetch: () => Promise.resolve(Response.json(pass)),
    });
    const headings = out.match(/^Would be .*$/gmu);
    expect(headings).toEqual([
      "Would be released (1 of 3)",
      "Would be updated (1 of 2)",
      "Would be frozen (2 of 812)",
      "Would be deactivated (0 of 4)",
    ]);
  });

  it("says that nothing would change", async () => {
    expect((await run(`preview --deal-stages ${STAGE}`)).out).toMatch(
      /^With these settings no record would change\.\n/u,
    );
  });

  it("refuses a stage that HubSpot does not know, as a deployment would", async () => {
    expect(await run("preview --deal-stages 815,all")).toMatchObject({ exitCode: 1 });
    expect(await run("preview --deal-stages 815")).toMatchObject({
      exitCode: 1,
      error: 'HubSpot knows no deal stage 815; "npx hubspot-zep stages" lists them by name.\n',
    });
  });
});
