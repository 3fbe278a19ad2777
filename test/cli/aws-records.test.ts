import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { AwsIdentity } from "../../lib/cli/cli-io.ts";
import { startAdminWorld, type AdminWorld } from "../fixtures/admin-world.ts";
import { runCli, words, type CliOutcome } from "../fixtures/cli-desk.ts";
import { openRecordsDesk } from "../fixtures/records-desk.ts";
import { openSignedDoor, type SignedDoor } from "../fixtures/signed-door.ts";

vi.setConfig({ testTimeout: 120_000 });

const ROOT = new URL("../..", import.meta.url).pathname;
const KEYS = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG",
  sessionToken: "FwoGZXIv/==",
};
const IDENTITY: AwsIdentity = { ...KEYS, region: "eu-central-1" };

let admin: AdminWorld;
let door: SignedDoor;
let company: string;
let deal: string;

/** A deployed stack whose records API lets nobody in without a signature; behind it are a company and its deal. */
beforeAll(async () => {
  admin = await startAdminWorld();
  door = await openSignedDoor(admin.local.stack.url, KEYS);
  await admin.install({ recordsApiUrl: `${door.url}/` });
  const desk = await openRecordsDesk(admin.local);
  company = await desk.create("company", { name: "Müller & Söhne (Köln)" });
  deal = await desk.create("deal", { dealname: "Umbau", dealstage: "closedwon" }, { companyId: company });
  await admin.local.settle();
});

afterAll(async () => {
  await door.stop();
  await admin.close();
});

/** Runs a command with `--aws`, as an admin with these keys. No other API is named. */
function run(line: string, identity: AwsIdentity = IDENTITY): Promise<CliOutcome> {
  const io = { env: admin.env, folder: admin.folder, loadAwsIdentity: () => Promise.resolve(identity) };
  return runCli("http://127.0.0.1:9", [...words(line), "--aws"], io);
}

describe("with --aws", () => {
  it.each<[line: () => string, out: RegExp, asked: () => readonly string[]]>([
    [() => "health", /^Customers +1 linked/mu, () => ["GET /v1/health"]],
    [() => "list kunden", /Müller & Söhne \(Köln\)/u, () => ["GET /v1/customers"]],
    [() => 'list kunden --prefix "Müller & S"', /1 record\./u, () => ["GET /v1/customers"]],
    [() => `show kunde ${company}`, /Müller & Söhne/u, () => [`GET /v1/customers/${company}`]],
    [() => `explain projekt ${deal}`, /is linked/u, () => [`GET /v1/explain/deal/${deal}`]],
    [
      () => `set kunde ${company} kundennummer="K 1/ä"`,
      /Changed customerNumber/u,
      () => [`GET /v1/customers/${company}`, `PATCH /v1/customers/${company}`],
    ],
    [() => `resync deal ${deal}`, /was read anew/u, () => ["POST /v1/resync"]],
    [
      () => `detach projekt ${deal}`,
      /^Way back: npx hubspot-zep attach project \d+ --aws$/mu,
      () => [`POST /v1/projects/${deal}/detach`],
    ],
    [() => `attach projekt ${deal}`, /HubSpot leads it again/u, () => [`POST /v1/projects/${deal}/attach`]],
  ])("finds the records API in the stack's outputs and signs each request: %s", async (line, ...[out, asked]) => {
    door.letIn.length = 0;
    const outcome = await run(line());
    expect(outcome).toEqual({ exitCode: 0, out: expect.stringMatching(out), error: "" });
    expect(door.letIn).toEqual(asked());
    expect(door.turnedAway).toEqual([]);
  });

  it("has changed what it was asked to", async () => {
    const desk = await openRecordsDesk(admin.local);
    expect(await desk.get(`/v1/customers/${company}`)).toMatchObject({ customerNumber: "K 1/ä" });
  });

  it("says what the credentials lack when AWS does not let them in", async () => {
    const { exitCode, error } = await run("list kunden", { ...IDENTITY, secretAccessKey: "another" });
    expect(exitCode).toBe(1);
    expect(error).toMatch(
      /^AWS refused the request \(The request signature .*\): the credentials need execute-api:Invoke/u,
    );
    expect(door.turnedAway.splice(0)).toEqual(["GET /v1/customers"]);
  });

  it("says that there is no such stack", async () => {
    const { exitCode, error } = await run("list kunden --stack Anderer");
    expect([exitCode, error]).toEqual([1, expect.stringContaining("There is no stack Anderer in eu-central-1.")]);
  });
});

/** Starts the command line as a program, which finds the admin's keys by itself. */
function startProgram(...args: readonly string[]) {
  const { PATH } = process.env;
  const env = {
    PATH,
    ...admin.env,
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_SESSION_TOKEN: KEYS.sessionToken,
    AWS_REGION: "eu-central-1",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  return spawn(process.execPath, [`${ROOT}lib/cli/hubspot-zep.ts`, ...args], {
    cwd: admin.folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

describe("as a program", () => {
  it("signs with the credentials of its surroundings", async () => {
    const program = startProgram("show", "customer", company, "--aws", "--json");
    const [out, [exitCode]] = await Promise.all([text(program.stdout), once(program, "close")]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ companyId: company, name: "Müller & Söhne (Köln)" });
  });
});

describe("console --aws", () => {
  it("serves the console on this machine, and signs what it asks the records API, until it is interrupted", async () => {
    door.letIn.length = 0;
    const program = startProgram("console", "--aws", "--port", "0");
    const errors = text(program.stderr);
    const [said] = await once(program.stdout, "data");
    const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/u.exec(String(said)) ?? [];
    expect(await (await fetch(`${url}/`)).text()).toContain("<main");
    const page = await fetch(`${url}/v1/customers/${company}`);
    expect(await page.json()).toMatchObject({ companyId: company, customerNumber: "K 1/ä" });
    const changed = await fetch(`${url}/v1/customers/${company}`, {
      method: "PATCH",
      headers: { "content-type": "application/json", "if-match": page.headers.get("etag") ?? "", origin: url },
      body: JSON.stringify({ customerNumber: "K-2" }),
    });
    expect([changed.status, await changed.json()]).toEqual([200, expect.objectContaining({ customerNumber: "K-2" })]);
    expect(door.letIn).toEqual([`GET /v1/customers/${company}`, `PATCH /v1/customers/${company}`]);
    const ended = once(program, "close");
    program.kill("SIGINT");
    expect([await ended, await errors]).toEqual([[0, null], ""]);
    expect(door.turnedAway).toEqual([]);
  });
});
