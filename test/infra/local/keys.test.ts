import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { followPass } from "../../../infra/local/follow-pass.ts";
import { editUnheard } from "../../../infra/local/keys.ts";
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
    const stopped: Pass = {
      passId: "p-1",
      status: "stopped",
      reason: "24 of 25 records would be deactivated",
      startedAtMs: 0,
      isDryRun: false,
      types: ["company"],
      counts: { company: { read: 25 } },
    };
    expect(await followPass({ readPass: () => Promise.resolve(stopped) }, "p-1")).toBe(
      "Reconciliation stopped (24 of 25 records would be deactivated): 25 objects read, 0 repaired.",
    );
  });
});
