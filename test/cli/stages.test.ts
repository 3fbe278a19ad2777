import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SIMULATED_TOKEN } from "../../infra/local/local-options.ts";
import { startAdminWorld, type AdminWorld } from "../fixtures/admin-world.ts";
import { createScriptedTerminal, type ScriptedTerminal } from "../fixtures/scripted-terminal.ts";

let admin: AdminWorld;
beforeAll(async () => {
  admin = await startAdminWorld();
});
afterAll(() => admin.close());
beforeEach(() => admin.clear());

function openTerminal(options: Partial<Parameters<typeof createScriptedTerminal>[0]> = {}): ScriptedTerminal {
  return createScriptedTerminal({ folder: admin.folder, ...options, env: { ...admin.env, ...options.env } });
}
const TOKEN = { HUBSPOT_ACCESS_TOKEN: SIMULATED_TOKEN };

describe("stages", () => {
  it("lists pipelines and stages by name with the ids that dealStages takes", async () => {
    const terminal = openTerminal({ env: TOKEN });
    expect(await terminal.run("stages")).toBe(0);
    expect(terminal.screen().split("\n").slice(0, 3)).toEqual([
      "Pipeline           Stage               Stage id",
      "Vertriebspipeline  Erstgespräch        1043288711",
      "Vertriebspipeline  Angebot verschickt  1043288712",
    ]);
  });

  it("prints the same for scripts", async () => {
    const terminal = openTerminal({ env: TOKEN });
    await terminal.run("stages", "--json");
    expect(JSON.parse(terminal.screen())).toContainEqual({
      stageId: "1043288714",
      label: "Auftrag erteilt",
      pipelineId: "728459001",
      pipelineLabel: "Vertriebspipeline",
    });
  });

  it("uses the token of the stack on AWS with --aws", async () => {
    await admin.install();
    const terminal = openTerminal();
    expect(await terminal.run("stages", "--aws")).toBe(0);
    expect(terminal.screen()).toContain("Auftrag erteilt");
  });

  it("says that the token on AWS is still empty", async () => {
    admin.aws.scene.stack = admin.aws.deployed(admin.parts);
    const terminal = openTerminal();
    expect(await terminal.run("stages", "--aws")).toBe(1);
    expect(terminal.errors()).toBe(
      "The access token on AWS is empty. Run `npx hubspot-zep secrets set access-token`.\n",
    );
  });

  it("says that HubSpot does not accept the token, and what to do", async () => {
    const terminal = openTerminal({ env: { HUBSPOT_ACCESS_TOKEN: "pat-eu1-revoked" } });
    expect(await terminal.run("stages")).toBe(1);
    expect(terminal.errors()).toMatch(
      /^HubSpot does not accept the access token: HubSpot answered 401 to GET \/.*\. Copy the access token again .*secrets set access-token/u,
    );
  });

  it("asks a person for the token, and tells a script where to put it", async () => {
    const terminal = openTerminal({ answers: [[/Access token/u, SIMULATED_TOKEN]] });
    expect(await terminal.run("stages")).toBe(0);
    const script = openTerminal();
    expect(await script.run("stages")).toBe(1);
    expect(script.errors()).toMatch(/^No access token: set HUBSPOT_ACCESS_TOKEN, .*\n$/u);
  });
});
