import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readAppFolder } from "../../lib/cli/app-folder.ts";
import { buildAppFiles } from "../../lib/hubspot/app-definition.ts";
import { startAdminWorld, type AdminWorld } from "../fixtures/admin-world.ts";
import { createScriptedTerminal, type ScriptedTerminal } from "../fixtures/scripted-terminal.ts";

const TARGET_URL = "https://sync.example.com/webhook";

let admin: AdminWorld;
beforeAll(async () => {
  admin = await startAdminWorld();
});
afterAll(() => admin.close());
beforeEach(() => admin.clear());

function openTerminal(): ScriptedTerminal {
  return createScriptedTerminal({ folder: admin.folder, env: admin.env });
}

describe("hubspot-app", () => {
  it("writes every file of the app, with the URL and the exclusion property of cdk.json", async () => {
    await admin.writeCdk({ exclusionProperty: "kein_zep" });
    const terminal = openTerminal();
    expect(await terminal.run("hubspot-app", "--target-url", TARGET_URL)).toBe(0);
    const files = buildAppFiles({ targetUrl: TARGET_URL, exclusionProperty: "kein_zep" });
    for (const [path, text] of Object.entries(files))
      expect(await readFile(join(admin.folder, "infra/hubspot", path), "utf8")).toBe(text);
    expect(terminal.screen()).toContain("cd infra/hubspot && npx --package @hubspot/cli hs project upload");
  });

  it("takes the URL from the stack on AWS", async () => {
    admin.aws.scene.stack = admin.aws.deployed(admin.parts);
    const terminal = openTerminal();
    expect(await terminal.run("hubspot-app", "--aws", "--json")).toBe(0);
    expect(JSON.parse(terminal.screen())).toMatchObject({ targetUrl: admin.parts.webhookUrl });
  });

  it.each<[where: string, out: () => string]>([
    ["below the folder it runs in", () => "elsewhere"],
    ["at an absolute path", () => join(admin.folder, "far", "away")],
  ])("writes elsewhere with --out, %s", async (_where, out) => {
    await openTerminal().run("hubspot-app", "--target-url", TARGET_URL, "--out", out());
    expect((await readAppFolder(resolve(admin.folder, out()), "zep"))?.targetUrl).toBe(TARGET_URL);
  });

  it.each(["http://sync.example.com/webhook", "sync.example.com"])(
    "refuses %s, which HubSpot would not call",
    async (url) => {
      const terminal = openTerminal();
      expect(await terminal.run("hubspot-app", "--target-url", url)).toBe(2);
      expect(terminal.errors()).toMatch(/^--target-url is ".*sync.*"; expected an https URL/u);
    },
  );

  it("says where it cannot write", async () => {
    await writeFile(join(admin.folder, "file"), "");
    const terminal = openTerminal();
    expect(await terminal.run("hubspot-app", "--target-url", TARGET_URL, "--out", "file/app")).toBe(1);
    expect(terminal.errors()).toMatch(
      /file\/app cannot be written to \(EEXIST\)\. Name another folder with --out\.\n$/u,
    );
  });

  it("says that nothing is deployed yet", async () => {
    const terminal = openTerminal();
    expect(await terminal.run("hubspot-app")).toBe(1);
    expect(terminal.errors()).toMatch(/^There is no stack HubSpotZepSync in eu-central-1\. Deploy it/u);
  });
});

const folder = (): string => join(admin.folder, "infra/hubspot");

describe("readAppFolder", () => {
  beforeEach(() => openTerminal().run("hubspot-app", "--target-url", TARGET_URL));

  it("finds nothing lacking in what was written", async () => {
    expect(await readAppFolder(folder(), "zep")).toEqual({ targetUrl: TARGET_URL, lacking: [] });
  });

  it.each([
    [
      "a subscription that is not active",
      '"propertyName": "name",\n          "active": true',
      "company propertyChange name",
    ],
    ["another event", '"contact.privacyDeletion"', "contact.privacyDeletion"],
  ])("misses %s", async (_, text, lacking) => {
    const path = join(folder(), "src/app/webhooks/webhooks-hsmeta.json");
    const written = await readFile(path, "utf8");
    expect(written).toContain(text);
    const other = text.includes("true") ? text.replace("true", "false") : '"contact.other"';
    await writeFile(path, written.replace(text, other));
    expect((await readAppFolder(folder(), "zep"))?.lacking).toEqual([lacking]);
  });
});
