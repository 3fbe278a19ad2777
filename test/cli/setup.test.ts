import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SIMULATED_SECRET, SIMULATED_TOKEN } from "../../infra/local/local-options.ts";
import { CliError } from "../../lib/cli/cli-error.ts";
import type { ProgramCall, ProgramOutcome } from "../../lib/cli/cli-io.ts";
import { readCdkSettings } from "../../lib/cli/cdk-settings.ts";
import { listProperties } from "../../lib/hubspot/properties.ts";
import { startAdminWorld, type AdminWorld } from "../fixtures/admin-world.ts";
import { createScriptedTerminal, type ScriptedAnswer, type ScriptedTerminal } from "../fixtures/scripted-terminal.ts";
import { ACCOUNT_ID, SECRET_ARNS } from "../fixtures/stub-aws.ts";

let admin: AdminWorld;
beforeAll(async () => {
  admin = await startAdminWorld();
});
afterAll(() => admin.close());
beforeEach(() => admin.clear());

/** Plays `node --version` and CDK, whose `deploy` really brings the stack about. */
function playProgram({ command, args }: ProgramCall): Promise<ProgramOutcome> {
  if (command === "node") return Promise.resolve({ exitCode: 0, output: "v24.21.0\n" });
  if (args.includes("deploy")) admin.aws.scene.stack = admin.aws.deployed(admin.parts);
  if (args.includes("bootstrap")) admin.aws.scene.isBootstrapped = true;
  return Promise.resolve({ exitCode: 0, output: args.includes("--version") ? "2.1148.1 (build 0)\n" : "" });
}

type TerminalOptions = Omit<Parameters<typeof createScriptedTerminal>[0], "folder">;

function openTerminal(answers: readonly ScriptedAnswer[], options: TerminalOptions = {}): ScriptedTerminal {
  const env = { ...admin.env, ...options.env };
  return createScriptedTerminal({ folder: admin.folder, runProgram: playProgram, ...options, env, answers });
}

const ANSWERS = {
  kind: [/Which kind of HubSpot app/u, "project"],
  token: [/Access token .*not shown/u, SIMULATED_TOKEN],
  which: [/Which deals become projects/u, "some"],
  email: [/E-mail address for alarms/u, "ops@example.com"],
  deploy: [/Deploy now\?/u, true],
  uploaded: [/Is it uploaded\?/u, true],
  secret: [/Client secret .*not shown/u, SIMULATED_SECRET],
  pass: [/Start it now\?/u, true],
  changed: [/Changed, and ten seconds have passed\?/u, true],
  leave: [/Leave it so\?/u, true],
  redeploy: [/Deploy these changes\?/u, false],
} as const satisfies Readonly<Record<string, ScriptedAnswer>>;

function chooseStages(): ScriptedAnswer {
  return [/In which stages/u, admin.stageIds.slice(2, 4)];
}

function firstRun(): readonly ScriptedAnswer[] {
  const { kind, token, which, email, deploy, uploaded, secret, pass, changed } = ANSWERS;
  return [kind, token, which, chooseStages(), email, deploy, uploaded, secret, pass, changed];
}

async function readProject(): Promise<string> {
  const files = await readdir(admin.folder, { recursive: true, withFileTypes: true });
  const texts = files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

describe("setup", () => {
  it("leads from nothing to a verified installation", async () => {
    const terminal = openTerminal(firstRun());
    // It has arrived before the last step would ask for one.
    await admin.local.sim("POST", "/objects/company", { properties: { name: "Müller GmbH" } });
    await admin.local.settle();
    const exitCode = await terminal.run("setup");
    expect(terminal.errors()).toBe("");
    expect(terminal.unasked()).toEqual([ANSWERS.changed]);
    expect(terminal.screen()).toContain("No problem found.");
    expect(exitCode).toBe(0);
    expect(await readCdkSettings(admin.folder)).toMatchObject({
      dealStages: admin.stageIds.slice(2, 4).join(", "),
      alarmEmail: "ops@example.com",
    });
    expect(admin.aws.scene.secrets.get(SECRET_ARNS.accessToken)).toBe(SIMULATED_TOKEN);
    expect(admin.aws.scene.secrets.get(SECRET_ARNS.clientSecret)).toBe(SIMULATED_SECRET);
    expect(await readProject()).toContain(`"targetUrl": "${admin.parts.webhookUrl}"`);
    expect((await admin.local.api("GET", "/v1/health")).body["lastPass"]).toMatchObject({ status: "succeeded" });
  });

  it("changes nothing when it is run again on what is done", async () => {
    const first = openTerminal(firstRun());
    await first.run("setup");
    const before = await readProject();
    const again = openTerminal([ANSWERS.leave, ANSWERS.redeploy]);
    expect(await again.run("setup")).toBe(0);
    expect(again.errors()).toBe("");
    expect(await readProject()).toBe(before);
    expect(again.programs.map(({ args }) => args.filter((arg) => arg === "deploy" || arg === "bootstrap"))).toEqual(
      again.programs.map(() => []),
    );
    expect(again.screen()).toMatch(/It is stored already[\s\S]*has succeeded already/u);
  });

  it("shows what it will do before it does it", async () => {
    const terminal = openTerminal(firstRun());
    await terminal.run("setup");
    const screen = terminal.screen();
    const order = [
      "This leads through 11 steps",
      `AWS account ${ACCOUNT_ID} in eu-central-1`,
      "`npx cdk diff` shows what would change on AWS",
      "? Deploy now?",
      "Stores the access token in AWS Secrets Manager",
      `Writes the webhook URL ${admin.parts.webhookUrl}`,
      "goes to AWS Secrets Manager",
    ].map((text) => screen.indexOf(text));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((left, right) => left - right));
    const cdk = terminal.programs.flatMap(({ args }) => args.filter((arg) => ["diff", "deploy"].includes(arg)));
    expect(cdk).toEqual(["diff", "deploy"]);
  });

  it("lets no secret onto the screen, into arguments, environments or files", async () => {
    const terminal = openTerminal(firstRun());
    await terminal.run("setup");
    const everywhere = [terminal.screen(), terminal.errors(), JSON.stringify(terminal.programs), await readProject()];
    for (const secret of [SIMULATED_TOKEN, SIMULATED_SECRET]) expect(everywhere.join("\n")).not.toContain(secret);
  });

  it("deploys with the profile, region and stack that it checked", async () => {
    const terminal = openTerminal([
      ANSWERS.kind,
      ANSWERS.token,
      [/Which deals/u, "all"],
      [/E-mail/u, ""],
      ANSWERS.deploy,
    ]);
    const code = await terminal.run("setup", "--profile", "production", "--stack", "Berlin");
    expect(code).toBe(1);
    const deploy = terminal.programs.find(({ args }) => args.includes("deploy"));
    expect(deploy?.args).toEqual([
      "--no",
      "--",
      "cdk",
      "deploy",
      "--require-approval",
      "never",
      "--profile",
      "production",
      "-c",
      "stackName=Berlin",
    ]);
    expect(deploy?.env).toEqual({ AWS_REGION: "eu-central-1", AWS_DEFAULT_REGION: "eu-central-1" });
  });

  it("waits for the exclusion property, with the exact definition on the screen", async () => {
    admin.local.simulator.world.removeProperty("company", "zep");
    const terminal = openTerminal([
      ANSWERS.kind,
      ANSWERS.token,
      [/Create the property/u, "again"],
      [/Create the property/u, "later"],
      [/Which deals/u, "none"],
      [/E-mail/u, ""],
      [/Deploy now/u, false],
    ]);
    await terminal.run("setup");
    expect(terminal.unasked()).toEqual([]);
    expect(terminal.screen().match(/"fieldType": "select"/gu)).toHaveLength(2);
  });

  it("asks for another token until one may read everything", async () => {
    const terminal = openTerminal([
      ANSWERS.kind,
      [/Access token/u, "rotated-away"],
      ANSWERS.token,
      [/Which deals/u, "none"],
      [/E-mail/u, "nobody"],
      [/E-mail/u, ""],
      [/Deploy now/u, false],
    ]);
    await terminal.run("setup");
    expect(terminal.unasked()).toEqual([]);
    expect(terminal.screen()).toContain("HubSpot does not accept the access token");
    expect(terminal.screen()).toContain('"nobody" is no e-mail address.');
  });

  it("refuses a client secret that cannot be one, and asks again", async () => {
    const answers = firstRun().flatMap((answer) =>
      answer === ANSWERS.secret ? [[ANSWERS.secret[0], "two words"] as const, answer] : [answer],
    );
    const terminal = openTerminal(answers);
    await terminal.run("setup");
    expect(terminal.screen()).toContain("The client secret has spaces or line breaks in it; nothing was stored.");
    expect(admin.aws.scene.secrets.get(SECRET_ARNS.clientSecret)).toBe(SIMULATED_SECRET);
  });

  it("tells the owner of a legacy private app what to click, property by property", async () => {
    const { token, which, email, deploy, secret, pass, changed } = ANSWERS;
    const done: ScriptedAnswer = [/Is that done\?/u, true];
    const kind: ScriptedAnswer = [/Which kind/u, "legacy"];
    const terminal = openTerminal([kind, token, which, chooseStages(), email, deploy, done, secret, pass, changed]);
    await terminal.run("setup");
    const screen = terminal.screen();
    expect(screen).toContain(`Webhooks, target URL: ${admin.parts.webhookUrl}`);
    expect(screen).toContain(`Companies, property changed: ${listProperties("company", "zep").join(", ")}`);
    expect(screen).toMatch(/Contacts: .*association changed, deleted for privacy\n/u);
    expect(await readProject()).not.toContain("targetUrl");
  });

  it("prepares the account for CDK first when it is not", async () => {
    admin.aws.scene.isBootstrapped = false;
    const terminal = openTerminal([[/Run it now\?/u, true], ...firstRun()]);
    await terminal.run("setup");
    const bootstrap = terminal.programs.find(({ args }) => args.includes("bootstrap"));
    expect(bootstrap?.args).toEqual(["--no", "--", "cdk", "bootstrap", `aws://${ACCOUNT_ID}/eu-central-1`]);
  });

  it.each<{
    readonly name: string;
    readonly answers: readonly ScriptedAnswer[];
    readonly options?: TerminalOptions;
    readonly arrange?: () => unknown;
    readonly sentence: RegExp;
  }>([
    {
      name: "no terminal",
      answers: [],
      options: {},
      sentence:
        /^setup asks questions and needs a terminal; in a script run `npx cdk deploy`, .*doctor --aws` instead\.\n$/u,
    },
    {
      name: "another folder",
      answers: [],
      arrange: () => writeFile(join(admin.folder, "cdk.json"), "{}"),
      sentence: /^There is no cdk\.json to deploy from in .*\n$/u,
    },
    {
      name: "an old Node.js",
      answers: [],
      options: { runProgram: () => Promise.resolve({ exitCode: 0, output: "v22.17.1\n" }) },
      sentence: /^Node\.js 22\.18 or newer is needed, found v22\.17\.1\./u,
    },
    {
      name: "no CDK",
      answers: [],
      options: {
        runProgram: ({ command }) =>
          Promise.resolve(command === "node" ? { exitCode: 0, output: "v24.0.0" } : { exitCode: 1, output: "" }),
      },
      sentence: /^CDK is not installed here\. Run `npm ci`/u,
    },
    {
      name: "no AWS credentials",
      answers: [],
      options: { identity: new CliError("No AWS credentials found. Sign in with `aws sso login`.") },
      sentence: /^No AWS credentials found\./u,
    },
    {
      name: "expired AWS credentials",
      answers: [],
      arrange: () => admin.aws.scene.refusals.set("sts", { status: 403, code: "ExpiredToken", message: "expired" }),
      sentence: /^AWS sts answered ExpiredToken: expired/u,
    },
    {
      name: "an account that may not be prepared",
      answers: [[/Run it now\?/u, false]],
      arrange: () => (admin.aws.scene.isBootstrapped = false),
      sentence: /^Stopped: nothing can be deployed without it\. Run `npx cdk bootstrap aws:/u,
    },
    {
      name: "a deployment that fails",
      answers: [ANSWERS.kind, ANSWERS.token, [/Which deals/u, "none"], [/E-mail/u, ""], ANSWERS.deploy],
      options: {
        runProgram: (call) =>
          call.args.includes("deploy") ? Promise.resolve({ exitCode: 1, output: "" }) : playProgram(call),
      },
      sentence: /^`npx cdk deploy --require-approval never` ended with 1\. .*goes on from here\.\n$/u,
    },
    {
      name: "a deployment that is not wanted",
      answers: [ANSWERS.kind, ANSWERS.token, [/Which deals/u, "none"], [/E-mail/u, ""], [/Deploy now/u, false]],
      sentence: /^Stopped: HubSpotZepSync is not deployed\./u,
    },
  ])("stops at $name with one sentence", async ({ name, answers, options = {}, arrange, sentence }) => {
    await arrange?.();
    const terminal =
      name === "no terminal"
        ? createScriptedTerminal({ folder: admin.folder, env: admin.env })
        : openTerminal(answers, options);
    expect(await terminal.run("setup")).toBe(1);
    expect(terminal.errors()).toMatch(sentence);
    expect(terminal.errors().trimEnd()).not.toContain("\n");
    expect(terminal.unasked()).toEqual([]);
  });
});
