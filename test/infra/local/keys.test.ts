import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { followPass } from "../../../infra/local/follow-pass.ts";
import { editUnheard } from "../../../infra/local/keys.ts";
import { confirmingCommand } from "../../../lib/domain/brake.ts";
import type { Pass } from "../../../lib/sync/pass-ports.ts";
import { startLocalWorld, type LocalWorld } from "../../fixtures/local-world.ts";

let world: LocalWorld;

beforeAll(async () => {
  world = await startLocalWorld();
  await world.sim("POST", "/import", { companies: 5, contacts: 0, deals: 0 });
  await world.settle();
});

afterAll(async () => {
  await world.close();
});

async function reconcile(): Promise<string> {
  const started = await world.stack.reconcile();
  if (started.kind !== "started") throw new Error(started.kind);
  return followPass(world.stack, started.passId);
}

/** What is told of a pass that the brake stopped. */
function followStopped(url: string, reason: string): Promise<string> {
  const stopped: Pass = {
    passId: "p-1",
    status: "stopped",
    reason,
    startedAtMs: 0,
    isDryRun: false,
    types: ["company"],
    counts: { company: { read: 25 } },
  };
  return followPass({ url, readPass: () => Promise.resolve(stopped) }, "p-1");
}

describe("followPass", () => {
  it("says how many records had to be repaired after edits that nobody heard of, and why", async () => {
    expect(await editUnheard(world.stack)).toMatch(/^Companies \d+, \d+, \d+ have new names in HubSpot/u);
    expect(await reconcile()).toMatch(
      /^Reconciliation succeeded: 5 objects read, 3 repaired \(3 (?:late|missed) event\)\.$/u,
    );
    expect(await world.differences()).toEqual([]);
  });

  it("says that nothing had to be repaired", async () => {
    expect(await reconcile()).toBe("Reconciliation succeeded: 5 objects read, 0 repaired.");
  });

  it("says why a pass ended without success", async () => {
    const told = await followStopped("http://127.0.0.1:8787", "24 of 25 records would be deactivated");
    expect(told).toBe("Reconciliation stopped (24 of 25 records would be deactivated): 25 objects read, 0 repaired.");
  });

  it.each([
    ["http://127.0.0.1:8787", ""],
    ["http://127.0.0.1:9787", " --url http://127.0.0.1:9787"],
  ])("names the command that confirms a stopped one, so that it finds the stack at %s", async (url, options) => {
    const told = await followStopped(url, `24 of 25. If this is right: ${confirmingCommand("p-1")}`);
    expect(told).toContain(`If this is right: npx hubspot-zep reconcile --confirm p-1${options}): 25 objects`);
  });
});
