import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fewestReads, startLocalWorld, type LocalWorld } from "../fixtures/local-world.ts";

let world: LocalWorld;

beforeAll(async () => {
  world = await startLocalWorld();
});

afterAll(async () => {
  await world.close();
});

describe("deliveries", () => {
  it("cost one message each, and each batch reads each object once, a hundred a call", async () => {
    const { simulator, batches } = world;
    await world.sim("DELETE", "/calls");
    const before = { batches: batches.length, webhooks: simulator.deliveryCounts() };
    await world.sim("POST", "/import", { companies: 120, contacts: 150, deals: 60 });
    await world.settle();
    const worked = batches.slice(before.batches);
    const { api, webhooks } = await world.sim("GET", "/calls");
    // What is looked at again comes in messages of its own, under the delivery's id.
    const deliveries = new Set(worked.flatMap(({ deliveryIds }) => deliveryIds));
    expect(deliveries.size).toBe(Number(Object(webhooks).delivered));
    // Contacts and deals name companies that are not here yet; those are read with the batch, never one by one.
    const fewest = worked.reduce((sum, { distinct }) => sum + fewestReads(distinct), 0);
    expect(Number(Object(Object(api).byKind).batchRead)).toBeLessThanOrEqual(fewest + worked.length);
  });
});
