import { CustomerStates } from "../../../lib/domain/customer-states.ts";
import { createGeneratedTable } from "./generated-table.ts";
import { openTable } from "./table-store.ts";
import { createNight, portalOf, runNight } from "./unchanged-pass.ts";

/** Calls to HubSpot between two looks at the heap. */
const CALLS_PER_LOOK = 50;

/**
 * A pass in a process of its own, for pass-memory.ts: `node --expose-gc memory-child.ts <objects> <table|computed>`.
 * Prints the largest heap that was still held after a collection while it ran, the process' largest size, the calls and
 * the virtual time.
 */
async function measureMemory(objects: number, isOfTable: boolean): Promise<void> {
  const night = { counts: portalOf(objects) };
  const { world } = await createNight({
    ...night,
    ...(isOfTable && { storeFor: (records, clock) => openTable(createGeneratedTable(records).client, clock) }),
  });
  let calls = 0;
  let heapBytes = 0;
  world.faults.onHubSpot = () => {
    calls += 1;
    if (calls % CALLS_PER_LOOK !== 0) return;
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    heapBytes = Math.max(heapBytes, heapUsed + arrayBuffers);
  };
  const { calls: made, wallMs } = await runNight(world, night);
  const rssBytes = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(JSON.stringify({ heapBytes, rssBytes, calls: made, wallMs }));
}

/** What the states of so many customers that are not linked hold. */
function measureStates(count: number): void {
  const before = process.memoryUsage().arrayBuffers;
  const states = new CustomerStates();
  for (let id = 1; id <= count; id += 1) states.add("excluded", String(20_000_000_000 + id * 7));
  globalThis.gc?.();
  const heapBytes = process.memoryUsage().arrayBuffers - before;
  if (states.stateOf("20000000007") !== "excluded") throw new Error("the states were not kept");
  process.stdout.write(JSON.stringify({ heapBytes, rssBytes: process.resourceUsage().maxRSS * 1024 }));
}

const [, , count, kind] = process.argv;
if (kind === "states") measureStates(Number(count));
else await measureMemory(Number(count), kind === "table");
