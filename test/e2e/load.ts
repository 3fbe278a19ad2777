import { pathToFileURL } from "node:url";
import { createRandom } from "../../infra/local/hubspot-simulator/seeded-random.ts";
import { startLocalWorld, type LocalWorld } from "../fixtures/local-world.ts";

/** How much happens in HubSpot at once. */
export interface Load {
  readonly companies: number;
  readonly contacts: number;
  readonly deals: number;
  /** Edits of random objects after the import. */
  readonly edits: number;
  readonly seed: number;
}

/** What a load led to. */
export interface LoadResult {
  readonly events: number;
  readonly deliveries: number;
  readonly hubspotCalls: number;
  readonly rateLimited: number;
  readonly writes: number;
  readonly differences: readonly string[];
}

/** Lets a burst of changes happen, waits until all is worked on, and compares every record with the rules. */
export async function runLoad(world: LocalWorld, load: Load): Promise<LoadResult> {
  const { simulator, log } = world;
  const random = createRandom(load.seed);
  await world.sim("DELETE", "/calls");
  const { companies, contacts, deals } = load;
  await world.sim("POST", "/import", { companies, contacts, deals });
  const ids = simulator.world.listObjects("company", {
    afterId: undefined,
    limit: companies,
    isArchived: false,
    asOfMs: Number.POSITIVE_INFINITY,
  });
  for (let edit = 0; edit < load.edits; edit += 1) {
    const { id } = ids[Math.floor(random() * ids.length)] ?? { id: "" };
    simulator.publish(simulator.world.update("company", id, { name: `Stand ${edit}`, phone: `+49 ${edit}` }).events);
  }
  await world.settle(3_600_000);
  const { api, webhooks } = await world.sim("GET", "/calls");
  return {
    events: Number(Object(webhooks).eventsDelivered),
    deliveries: Number(Object(webhooks).delivered),
    hubspotCalls: Number(Object(api).total),
    rateLimited: Number(Object(api).rateLimited),
    writes: log.filter(({ message }) => message === "record written").length,
    differences: await world.differences(),
  };
}

/** 50,000 events over 10,000 objects: `npm run load`. */
async function main(): Promise<void> {
  const world = await startLocalWorld();
  const ticker = setInterval(() => {
    const writes = world.log.filter(({ message }) => message === "record written").length;
    process.stdout.write(`\r${world.batches.length} batches, ${writes} records written …`);
  }, 1_000);
  const startedAtMs = Date.now();
  const result = await runLoad(world, { companies: 3_000, contacts: 5_000, deals: 2_000, edits: 5_000, seed: 1 });
  clearInterval(ticker);
  const { differences, ...counts } = result;
  process.stdout.write(`\r${JSON.stringify({ ...counts, seconds: Math.round((Date.now() - startedAtMs) / 1000) })}\n`);
  process.stdout.write(`${differences.length} differences\n${differences.slice(0, 10).join("\n")}\n`);
  await world.close();
  process.exit(differences.length === 0 ? 0 : 1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
