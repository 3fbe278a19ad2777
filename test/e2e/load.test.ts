import { expect, it } from "vitest";
import { startLocalWorld } from "../fixtures/local-world.ts";
import { runLoad } from "./load.ts";

it("ends with exact records after a burst of events, each object read far less often than it changed", async () => {
  const world = await startLocalWorld();
  try {
    const result = await runLoad(world, { companies: 150, contacts: 200, deals: 100, edits: 400, seed: 7 });
    expect(result.differences).toEqual([]);
    expect(result.events).toBeGreaterThan(3_000);
    // A share is what HubSpot tolerates.
    expect(result.rateLimited / result.hubspotCalls).toBeLessThan(0.05);
    expect(result.hubspotCalls).toBeLessThan(result.events / 10);
  } finally {
    await world.close();
  }
}, 120_000);
