import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { SIMULATED_TOKEN } from "../../../infra/local/local-options.ts";
import { writeAppFolder } from "../../../lib/cli/app-folder.ts";
import { CliError } from "../../../lib/cli/cli-error.ts";
import { PLACEHOLDER_TARGET_URL } from "../../../lib/hubspot/app-definition.ts";
import { startAdminWorld, type AdminWorld } from "../../fixtures/admin-world.ts";
import { createScriptedTerminal, type ScriptedTerminal } from "../../fixtures/scripted-terminal.ts";
import { SECRET_ARNS } from "../../fixtures/stub-aws.ts";

// A stack that somebody has started on this machine is none of ours; nothing ever listens on port 1.
vi.mock("../../../lib/cli/local-url.ts", () => ({ LOCAL_URL: "http://127.0.0.1:1" }));

const reported = z.array(
  z.object({
    check: z.string(),
    status: z.enum(["ok", "problem", "note"]),
    finding: z.string(),
    remedy: z.string().optional(),
    example: z.unknown().optional(),
  }),
);
type Line = z.infer<typeof reported>[number];
type TerminalOptions = Omit<Parameters<typeof createScriptedTerminal>[0], "folder">;

let admin: AdminWorld;
beforeAll(async () => {
  admin = await startAdminWorld();
});
afterAll(() => admin.close());
beforeEach(async () => {
  // The stub's own records API tells what a case wants it to, and at once.
  await admin.install({ recordsApiUrl: admin.aws.url });
  admin.aws.scene.health = { portal: { portalId: "145883449" } };
});

/** The installation with one part elsewhere. */
function redeploy(parts: Partial<AdminWorld["parts"]>): void {
  admin.aws.scene.stack = admin.aws.deployed({ ...admin.parts, recordsApiUrl: admin.aws.url, ...parts });
}

function tellHealth(health: Readonly<Record<string, unknown>>): void {
  admin.aws.scene.health = { ...admin.aws.scene.health, ...health };
}

const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

function openTerminal({ env, ...options }: TerminalOptions = {}): ScriptedTerminal {
  return createScriptedTerminal({ folder: admin.folder, ...options, env: { ...admin.env, ...env } });
}

async function examine(
  argv: readonly string[] = ["--aws"],
  options: TerminalOptions = {},
): Promise<{ readonly lines: readonly Line[]; readonly exitCode: number }> {
  const terminal = openTerminal(options);
  const exitCode = await terminal.run("doctor", "--json", ...argv);
  expect(terminal.errors()).toBe("");
  return { lines: reported.parse(JSON.parse(terminal.screen())), exitCode };
}

function linesOf(lines: readonly Line[], check: string): readonly Line[] {
  return lines.filter((line) => line.check === check);
}

function problemsOf(lines: readonly Line[]): readonly string[] {
  return lines.filter(({ status }) => status === "problem").map(({ check }) => check);
}

/** A world of its own for what an event and a pass leave behind, which no other case could take back. */
describe("doctor --aws on an installation in order", () => {
  let used: AdminWorld;
  beforeAll(async () => {
    used = await startAdminWorld();
    await used.install();
    await used.local.sim("POST", "/objects/company", { properties: { name: "Müller GmbH" } });
    await used.local.settle();
    const terminal = createScriptedTerminal({ folder: used.folder, env: used.env });
    await terminal.run("reconcile", "--watch", "--url", used.parts.recordsApiUrl);
  });
  afterAll(() => used.close());

  it("finds no problem, exits with 0 and looks at everything", async () => {
    const terminal = createScriptedTerminal({ folder: used.folder, env: used.env });
    const exitCode = await terminal.run("doctor", "--aws", "--json");
    const lines = reported.parse(JSON.parse(terminal.screen()));
    expect(problemsOf(lines)).toEqual([]);
    expect(exitCode).toBe(0);
    expect([...new Set(lines.map(({ check }) => check))]).toEqual([
      "clock",
      "stack",
      "secrets",
      "door",
      "queue",
      "dead letters",
      "table",
      "backups",
      "schedule",
      "alarms",
      "token",
      "portal",
      "scopes",
      "exclusion",
      "stages",
      "webhooks",
      "last event",
      "last pass",
      "records",
    ]);
  });

  it("names the selected stages, the portal and the schedule in words", async () => {
    const terminal = createScriptedTerminal({ folder: used.folder, env: used.env });
    await terminal.run("doctor", "--aws");
    const screen = terminal.screen();
    expect(screen).toContain("deals become projects in: Vertriebspipeline > Verhandlung; Vertriebspipeline > Auftrag");
    expect(screen).toContain("portal 145883449 on app-eu1.hubspot.com");
    expect(screen).toContain("cron(0 2 * * ? *), Europe/Berlin");
    expect(screen).toMatch(/\nNo problem found\.\n$/u);
  });

  it("takes a token of another portal for a problem", async () => {
    used.local.simulator.behaviour.faults.push({ fault: "wrongPortal", calls: ["account"] });
    const terminal = createScriptedTerminal({ folder: used.folder, env: used.env });
    expect(await terminal.run("doctor", "--aws", "--json")).toBe(1);
    used.local.simulator.behaviour.faults.length = 0;
    const [portal] = linesOf(reported.parse(JSON.parse(terminal.screen())), "portal");
    expect(portal?.status).toBe("problem");
    expect(portal?.finding).toContain("the records are of portal 145883449, the token opens portal 1");
  });

  it("takes app files of a legacy app's owner for a note, since webhooks arrive", async () => {
    const app = { targetUrl: PLACEHOLDER_TARGET_URL, exclusionProperty: "zep" };
    await writeAppFolder(`${used.folder}/infra/hubspot`, app);
    const terminal = createScriptedTerminal({ folder: used.folder, env: used.env });
    expect(await terminal.run("doctor", "--aws", "--json")).toBe(0);
    const lines = linesOf(reported.parse(JSON.parse(terminal.screen())), "webhooks");
    expect(lines.map(({ status }) => status)).toEqual(["note", "note"]);
  });
});

interface Case {
  readonly name: string;
  readonly check: string;
  readonly arrange: () => unknown;
  readonly finding: RegExp;
  readonly remedy: RegExp;
  readonly status?: Line["status"];
}

const refuse = (service: string, code: string) => () =>
  admin.aws.scene.refusals.set(service, { status: 400, code, message: "not today" });

function passOf(status: string, hours: number, reason?: string): Readonly<Record<string, unknown>> {
  return { id: "20261124-010000-abc", status, startedAt: hoursAgo(hours), ...(reason !== undefined && { reason }) };
}

function failing(id: string): Readonly<Record<string, unknown>> {
  const reason = { code: "numberTaken", message: "number taken" };
  return { type: "company", id, reason, remedy: "Give 4712 another number; this clears by itself." };
}

const CASES: readonly Case[] = [
  {
    name: "a token that HubSpot refuses",
    check: "token",
    arrange: () => admin.aws.scene.secrets.set(SECRET_ARNS.accessToken, "revoked"),
    finding: /HubSpot does not accept the access token/u,
    remedy: /tab Auth|> Auth.*secrets set access-token --aws/u,
  },
  {
    name: "HubSpot that has used up the day's calls",
    check: "token",
    arrange: () => admin.local.simulator.behaviour.faults.push({ fault: "daily", calls: ["account"] }),
    finding: /daily|429/iu,
    remedy: /after midnight in the portal's time zone/u,
  },
  {
    name: "an empty access token",
    check: "token",
    arrange: () => admin.aws.scene.secrets.set(SECRET_ARNS.accessToken, undefined),
    finding: /no access token here/u,
    remedy: /HUBSPOT_ACCESS_TOKEN/u,
    status: "note",
  },
  ...["companies", "contacts", "deals"].map((type) => ({
    name: `a token without the scope for ${type}`,
    check: "scopes",
    arrange: () => {
      const { behaviour } = admin.local.simulator;
      behaviour.scopes = behaviour.scopes.filter((scope) => !scope.includes(type));
    },
    finding: new RegExp(`the token lacks crm\\.objects\\.${type}\\.read$`, "u"),
    remedy: /app-hsmeta\.json.*tab Scopes/u,
  })),
  {
    name: "a missing scope where HubSpot does not tell scopes",
    check: "scopes",
    arrange: () => {
      const { behaviour } = admin.local.simulator;
      behaviour.scopes = behaviour.scopes.filter((scope) => !scope.includes("contacts"));
      behaviour.faults.push({ fault: "internalError", calls: ["tokenInfo"] });
    },
    finding: /the token lacks crm\.objects\.contacts\.read$/u,
    remedy: /tab Scopes/u,
  },
  {
    name: "a stage that the portal does not have",
    check: "stages",
    arrange: () => admin.writeCdk({ dealStages: `${admin.stageIds[2]}, 999` }),
    finding: /names 999, which the portal does not have; it does have Vertriebspipeline > Verhandlung$/u,
    remedy: /hubspot-zep stages/u,
  },
  {
    name: '"all" beside a stage id',
    check: "stages",
    arrange: () => admin.writeCdk({ dealStages: "all, 999" }),
    finding: /all/u,
    remedy: /dealStages in cdk\.json/u,
  },
  {
    name: "no stage at all",
    check: "stages",
    arrange: () => admin.writeCdk({}),
    finding: /no deal becomes a project/u,
    remedy: /dealStages in cdk\.json/u,
    status: "note",
  },
  {
    name: "an exclusion property that is missing",
    check: "exclusion",
    arrange: () => admin.local.simulator.world.removeProperty("company", "zep"),
    finding: /no property "zep"/u,
    remedy: /Settings > Properties > Company properties/u,
  },
  {
    name: "an empty client secret",
    check: "secrets",
    arrange: () => admin.aws.scene.secrets.set(SECRET_ARNS.clientSecret, undefined),
    finding: /client secret is empty/u,
    remedy: /secrets set client-secret/u,
  },
  {
    name: "an empty access token in its secret",
    check: "secrets",
    arrange: () => admin.aws.scene.secrets.set(SECRET_ARNS.accessToken, undefined),
    finding: /access token is empty/u,
    remedy: /secrets set access-token/u,
  },
  {
    name: "two client secrets",
    check: "secrets",
    arrange: () => admin.aws.scene.secrets.set(SECRET_ARNS.clientSecret, '["new","old"]'),
    finding: /2 client secrets are accepted/u,
    remedy: /secrets finish-rotation/u,
    status: "note",
  },
  {
    name: "a secret that holds something else",
    check: "secrets",
    arrange: () => admin.aws.scene.secrets.set(SECRET_ARNS.clientSecret, "[1]"),
    finding: /holds JSON that is not a list of texts/u,
    remedy: /./u,
  },
  {
    name: "credentials that may not read secrets",
    check: "secrets",
    arrange: refuse("secretsmanager", "AccessDeniedException"),
    finding: /AccessDeniedException/u,
    remedy: /may not read this/u,
  },
  {
    name: "a table without deletion protection",
    check: "table",
    arrange: () => (admin.aws.scene.table.isProtected = false),
    finding: /deletion protection off/u,
    remedy: /update-table --table-name hubspot-zep-records --deletion-protection-enabled/u,
  },
  {
    name: "a table without its index",
    check: "table",
    arrange: () => admin.aws.scene.table.hiddenIndexes.push("byState"),
    finding: /lacks the index byState/u,
    remedy: /cdk deploy/u,
  },
  {
    name: "a table that is not ready",
    check: "table",
    arrange: () => (admin.aws.scene.table.status = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"),
    finding: /INACCESSIBLE_ENCRYPTION_CREDENTIALS/u,
    remedy: /console/u,
  },
  {
    name: "a table that is gone",
    check: "table",
    arrange: () => redeploy({ tableName: "gone-with-the-wind" }),
    finding: /ResourceNotFoundException/u,
    remedy: /removed it by hand/u,
  },
  {
    name: "a table without point-in-time recovery",
    check: "backups",
    arrange: () => (admin.aws.scene.table.isRecoverable = false),
    finding: /point-in-time recovery off/u,
    remedy: /Backups/u,
  },
  {
    name: "a schedule that is disabled",
    check: "schedule",
    arrange: () => admin.aws.scene.schedule && (admin.aws.scene.schedule.state = "DISABLED"),
    finding: /the schedule is DISABLED/u,
    remedy: /Enable it/u,
  },
  {
    name: "a schedule that is missing",
    check: "schedule",
    arrange: () => (admin.aws.scene.schedule = undefined),
    finding: /Schedule HubSpotZepSync-NightlyPass does not exist/u,
    remedy: /removed it by hand/u,
  },
  {
    name: "a queue that is gone",
    check: "queue",
    arrange: () => {
      const changes = { ...admin.parts.changes, queueUrl: `${admin.parts.changes.queueUrl}-gone` };
      redeploy({ changes });
    },
    finding: /NonExistentQueue|QueueDoesNotExist/u,
    remedy: /removed it by hand/u,
  },
  {
    name: "a subscription to the alarms that nobody confirmed",
    check: "alarms",
    arrange: () => (admin.aws.scene.topic = { confirmed: 0, pending: 1 }),
    finding: /not confirmed/u,
    remedy: /Subscription Confirmation/u,
  },
  {
    name: "alarms that nobody listens to",
    check: "alarms",
    arrange: () => (admin.aws.scene.topic = { confirmed: 0, pending: 0 }),
    finding: /nobody is told/u,
    remedy: /alarmEmail/u,
    status: "note",
  },
  {
    name: "a webhook URL where nothing answers",
    check: "door",
    arrange: () => redeploy({ webhookUrl: "http://127.0.0.1:1/webhook" }),
    finding: /nothing answers at http:\/\/127\.0\.0\.1:1\/webhook/u,
    remedy: /publicUrl/u,
  },
  {
    name: "a webhook URL where something else answers",
    check: "door",
    arrange: () => redeploy({ webhookUrl: `${admin.parts.recordsApiUrl}/v1/health` }),
    finding: /expected 401 to a request without a signature/u,
    remedy: /Something else answers there/u,
  },
  {
    name: "app files that were never filled, while no webhook arrives",
    check: "webhooks",
    arrange: () =>
      writeAppFolder(`${admin.folder}/infra/hubspot`, { targetUrl: PLACEHOLDER_TARGET_URL, exclusionProperty: "zep" }),
    finding: /hold no target URL yet/u,
    remedy: /hubspot-app --aws.*legacy private app/u,
  },
  {
    name: "app files that lead elsewhere",
    check: "webhooks",
    arrange: () =>
      writeAppFolder(`${admin.folder}/infra/hubspot`, {
        targetUrl: "https://old.example.com/webhook",
        exclusionProperty: "zep",
      }),
    finding: /send webhooks to https:\/\/old\.example\.com\/webhook, this deployment listens at/u,
    remedy: /hubspot-app --aws/u,
  },
  {
    name: "app files for another exclusion property",
    check: "webhooks",
    arrange: () =>
      writeAppFolder(`${admin.folder}/infra/hubspot`, {
        targetUrl: admin.parts.webhookUrl,
        exclusionProperty: "kein_zep",
      }),
    finding: /files lack company propertyChange zep$/u,
    remedy: /hubspot-app --aws/u,
  },
  {
    name: "a deployment that failed at its first attempt",
    check: "stack",
    arrange: () => admin.aws.scene.stack && (admin.aws.scene.stack.status = "ROLLBACK_COMPLETE"),
    finding: /HubSpotZepSync in eu-central-1 is ROLLBACK_COMPLETE/u,
    remedy: /has to be deleted/u,
  },
  {
    name: "a deployment that was taken back",
    check: "stack",
    arrange: () => admin.aws.scene.stack && (admin.aws.scene.stack.status = "UPDATE_ROLLBACK_COMPLETE"),
    finding: /failed and was taken back/u,
    remedy: /cdk deploy/u,
    status: "note",
  },
  {
    name: "a deployment under way",
    check: "stack",
    arrange: () => admin.aws.scene.stack && (admin.aws.scene.stack.status = "UPDATE_IN_PROGRESS"),
    finding: /being changed right now/u,
    remedy: /again/u,
    status: "note",
  },
  {
    name: "a stack that is not deployed",
    check: "stack",
    arrange: () => (admin.aws.scene.stack = undefined),
    finding: /no stack HubSpotZepSync in eu-central-1/u,
    remedy: /only check HubSpot/u,
  },
  {
    name: "expired AWS credentials",
    check: "stack",
    arrange: refuse("cloudformation", "ExpiredToken"),
    finding: /ExpiredToken/u,
    remedy: /aws sso login/u,
  },
  {
    name: "a records API that does not answer",
    check: "records",
    arrange: () => redeploy({ recordsApiUrl: "http://127.0.0.1:1" }),
    finding: /No answer from http:\/\/127\.0\.0\.1:1/u,
    remedy: /records-api/u,
  },
  {
    name: "a webhook URL that leads to another server",
    check: "door",
    arrange: () => redeploy({ webhookUrl: `${admin.local.simulator.url}/crm/objects/2026-09/companies` }),
    finding: /answers 404, expected 401/u,
    remedy: /correct publicUrl/u,
  },
  {
    name: "a last webhook of days ago",
    check: "last event",
    arrange: () => tellHealth({ lastEventAt: hoursAgo(80) }),
    finding: /the last webhook arrived 80 h 0 min ago/u,
    remedy: /Change something in HubSpot/u,
    status: "note",
  },
  {
    name: "a pass that failed, with its reason",
    check: "last pass",
    arrange: () => tellHealth({ lastPass: passOf("failed", 2, "HubSpot answered 403") }),
    finding: /pass 20261124-010000-abc, 2 h 0 min ago, failed: HubSpot answered 403$/u,
    remedy: /Mend that, then: Run `npx hubspot-zep reconcile --aws --watch`/u,
  },
  {
    name: "a pass that the brake stopped, with the command that lets it go on",
    check: "last pass",
    arrange: () => tellHealth({ lastPass: passOf("stopped", 2, "31 of 200 companies would be deactivated") }),
    finding: /was stopped by the brake: 31 of 200 companies would be deactivated$/u,
    remedy:
      /^`npx hubspot-zep preview --aws` names .* `npx hubspot-zep reconcile --confirm 20261124-010000-abc --aws`/u,
  },
  {
    name: "a stopped pass behind a newer one of some types",
    check: "last pass",
    arrange: () => tellHealth({ lastPass: passOf("stopped", 3, "31 of 200"), lastPartialPass: passOf("succeeded", 2) }),
    finding: /was stopped by the brake: 31 of 200$/u,
    remedy: /reconcile --confirm/u,
  },
  {
    name: "a pass of some types that failed after one of all",
    check: "last partial pass",
    arrange: () => tellHealth({ lastPass: passOf("succeeded", 3), lastPartialPass: passOf("failed", 2, "why") }),
    finding: /2 h 0 min ago, failed: why$/u,
    remedy: /Mend that, then/u,
  },
  {
    name: "a pass that is late",
    check: "last pass",
    arrange: () => tellHealth({ lastPass: passOf("succeeded", 27) }),
    finding: /27 h 0 min ago, succeeded, and none since$/u,
    remedy: /reconcile --aws --watch/u,
  },
  {
    name: "a pass at work",
    check: "last pass",
    arrange: () => tellHealth({ lastPass: passOf("running", 0) }),
    finding: /is still running$/u,
    remedy: /npx hubspot-zep reconciliations 20261124-010000-abc --aws/u,
    status: "note",
  },
  {
    name: "one failing record with its own remedy",
    check: "records",
    arrange: () => tellHealth({ failing: [failing("4711")] }),
    finding: /1 record is failing \(company 4711: number taken\)$/u,
    remedy: /^Give 4712 another number/u,
  },
  {
    name: "many failing records without naming all",
    check: "records",
    arrange: () => tellHealth({ failing: ["1", "2", "3", "4", "5"].map(failing) }),
    finding: /^5 records are failing \(company 1: .*; company 3: number taken; and 2 more\)$/u,
    remedy: /hubspot-zep health/u,
  },
  {
    name: "no webhook yet",
    check: "last event",
    arrange: () => undefined,
    finding: /no webhook has arrived yet/u,
    remedy: /Change a company's name/u,
  },
  {
    name: "no pass yet",
    check: "last pass",
    arrange: () => undefined,
    finding: /no pass has run yet/u,
    remedy: /reconcile --aws --watch/u,
  },
];

describe("doctor --aws", () => {
  it.each(CASES)("names $name", async ({ check, arrange, finding, remedy, status = "problem" }) => {
    await arrange();
    const { lines, exitCode } = await examine();
    expect(linesOf(lines, check)).toContainEqual(
      expect.objectContaining({
        status,
        finding: expect.stringMatching(finding),
        remedy: expect.stringMatching(remedy),
      }),
    );
    expect(exitCode).toBe(problemsOf(lines).length > 0 ? 1 : 0);
  });

  it("prints the exact definition of a missing exclusion property", async () => {
    admin.local.simulator.world.removeProperty("company", "zep");
    const terminal = openTerminal();
    await terminal.run("doctor", "--aws");
    const [, definition] = /company schemas:\n(?<json> {9}\{[\s\S]*?\n {9}\})\n/u.exec(terminal.screen()) ?? [];
    expect(JSON.parse(definition ?? "")).toMatchObject({
      name: "zep",
      label: "ZEP",
      groupName: "companyinformation",
      type: "enumeration",
      fieldType: "select",
      options: [{ value: "ja" }, { value: "nein" }],
    });
  });

  it("lists the portal's stages by name and id beside one that is unknown", async () => {
    await admin.writeCdk({ dealStages: "999" });
    const { lines } = await examine();
    expect(linesOf(lines, "stages")[0]?.example).toContain(`${admin.stageIds[3]}  Vertriebspipeline > Auftrag erteilt`);
  });

  it("counts given-up changes and passes, each with its way back", async () => {
    const { sqs } = admin.local.stack.aws;
    for (const { deadLetterQueueUrl } of [admin.parts.changes, admin.parts.passes])
      await sqs.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody: "{}" }));
    const { lines } = await examine();
    const found = linesOf(lines, "dead letters");
    expect(found.map(({ status }) => status)).toEqual(["problem", "problem"]);
    expect(found[0]?.finding).toBe("1 message of changes was given up");
    expect(found[1]?.finding).toBe("1 message of a pass was given up");
    for (const { remedy } of found) expect(remedy).toContain("npx hubspot-zep redrive --aws");
  });

  it.each([
    [503, "problem", /answers 503$/u],
    [429, "note", /busy and answers 429/u],
  ] as const)("judges a webhook URL that answers %i", async (status, expected, finding) => {
    const { lines } = await examine(["--aws"], {
      fetch: (url, init) =>
        url === admin.parts.webhookUrl ? Promise.resolve(new Response("{}", { status })) : fetch(url, init),
    });
    expect(linesOf(lines, "door")[0]).toMatchObject({ status: expected, finding: expect.stringMatching(finding) });
  });

  it("still checks HubSpot without AWS credentials, with a token of the environment", async () => {
    const { lines, exitCode } = await examine(["--aws"], {
      identity: new CliError("No AWS credentials found."),
      env: { HUBSPOT_ACCESS_TOKEN: SIMULATED_TOKEN },
    });
    expect(problemsOf(lines)).toEqual(["AWS"]);
    expect(linesOf(lines, "stages")[0]?.status).toBe("ok");
    expect(exitCode).toBe(1);
  });

  it.each([
    [90_000, "ahead of"],
    [-90_000, "behind"],
  ])("takes a clock that is %i ms off for a problem", async (clockAheadMs, words) => {
    const { lines } = await examine(["--aws"], { clockAheadMs });
    const [clock] = linesOf(lines, "clock");
    expect(clock).toMatchObject({ status: "problem", remedy: expect.stringContaining("NTP") });
    expect(clock?.finding).toContain(words);
  });

  it("never shows a secret", async () => {
    admin.aws.scene.secrets.set(SECRET_ARNS.clientSecret, '["client-secret-new","client-secret-old"]');
    const terminal = openTerminal();
    await terminal.run("doctor", "--aws");
    expect(terminal.screen()).not.toMatch(/client-secret-(?:new|old)/u);
    expect(terminal.screen()).not.toContain(SIMULATED_TOKEN);
  });

  it("takes the stack's name from cdk.json", async () => {
    await admin.writeCdk({ stackName: "SecondPortal" });
    const { lines } = await examine();
    expect(linesOf(lines, "stack")[0]?.finding).toContain("no stack SecondPortal");
  });
});

describe("doctor before deployment", () => {
  it("checks HubSpot and the app's files with a token of the environment", async () => {
    const { lines, exitCode } = await examine([], { env: { HUBSPOT_ACCESS_TOKEN: SIMULATED_TOKEN } });
    expect(problemsOf(lines)).toEqual([]);
    expect(exitCode).toBe(0);
    expect(lines.map(({ check }) => check)).toEqual([
      "clock",
      "token",
      "scopes",
      "exclusion",
      "stages",
      "webhooks",
      "webhooks",
      "records",
    ]);
  });

  it("takes a missing token for a problem when there is nothing else to look at", async () => {
    const { lines, exitCode } = await examine([]);
    expect(problemsOf(lines)).toEqual(["token"]);
    expect(exitCode).toBe(1);
  });

  it("asks a person for the token without showing it", async () => {
    const terminal = openTerminal({ answers: [[/Access token .*\(not shown/u, SIMULATED_TOKEN]] });
    expect(await terminal.run("doctor")).toBe(0);
    expect(terminal.screen()).not.toContain(SIMULATED_TOKEN);
  });

  it("looks at the local stack without a token, and without HubSpot", async () => {
    const env = { HUBSPOT_BASE_URL: "http://127.0.0.1:1" };
    const { lines } = await examine(["--url", admin.parts.recordsApiUrl], { env });
    expect(linesOf(lines, "token")[0]?.status).toBe("note");
    expect(problemsOf(lines)).toEqual(["last event", "last pass"]);
  });

  it("takes HubSpot that does not answer for a problem of the network", async () => {
    const env = { HUBSPOT_BASE_URL: "http://127.0.0.1:1" };
    const { lines } = await examine([], { env });
    expect(linesOf(lines, "clock")[0]).toMatchObject({ status: "problem", remedy: expect.stringContaining("network") });
  });
});
