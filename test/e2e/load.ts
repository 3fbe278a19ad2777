import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import { createRandom } from "../../infra/local/hubspot-simulator/seeded-random.ts";
import { readAmount, readWhole, runTool } from "../fixtures/tool-call.ts";
import { startLocalWorld, type LocalWorld } from "../fixtures/local-world.ts";
import { formatProgress, formatResult, type LoadProgress, type LoadResult } from "./load-text.ts";

/** How much happens in HubSpot at once. */
export interface Load {
  readonly companies: number;
  readonly contacts: number;
  readonly deals: number;
  /** Edits of random companies after the import, two events each. */
  readonly edits: number;
  readonly seed: number;
  /** HubSpot's limit of the portal, calls in ten seconds; what a Professional one has when absent. */
  readonly limit?: number;
}

/** How often the queue is looked at. */
const LOOK_MS = 1_000;

/** Lets a burst of changes happen, waits until all is worked on, and compares every record with the rules. */
export async function runLoad(
  world: LocalWorld,
  load: Load,
  show: (progress: LoadProgress) => void = () => undefined,
): Promise<LoadResult> {
  const startedAtMs = Date.now();
  if (load.limit !== undefined) await world.sim("POST", "/settings", { burstLimit: load.limit });
  await world.sim("DELETE", "/calls");
  const look = async (): Promise<LoadProgress> => {
    const { waiting, delayed, inFlight } = await world.stack.ports.queue.readDepth();
    const seconds = elapsedSince(startedAtMs);
    return { ...(await countCalls(world)), seconds, waiting: waiting + delayed + inFlight };
  };
  let mostWaiting = 0;
  const watch = setInterval(() => {
    void look().then((progress) => {
      mostWaiting = Math.max(mostWaiting, progress.waiting);
      show(progress);
    });
  }, LOOK_MS);
  try {
    await happen(world, load);
    await world.settle(3_600_000);
  } finally {
    clearInterval(watch);
  }
  const { waiting: _, ...counts } = await look();
  const limitPerTenSeconds = world.simulator.behaviour.burstLimit;
  const objects = load.companies + load.contacts + load.deals;
  const differences = await world.differences();
  return { ...counts, ...sumBatches(world), objects, mostWaiting, limitPerTenSeconds, differences };
}

/** An import, and edits of random companies. */
async function happen({ sim, simulator }: LocalWorld, load: Load): Promise<void> {
  const random = createRandom(load.seed);
  const { companies, contacts, deals } = load;
  await sim("POST", "/import", { companies, contacts, deals });
  const every = { afterId: undefined, limit: companies, isArchived: false, asOfMs: Number.POSITIVE_INFINITY };
  const ids = simulator.world.listObjects("company", every);
  for (let edit = 0; edit < load.edits; edit += 1) {
    const { id } = ids[Math.floor(random() * ids.length)] ?? { id: "" };
    simulator.publish(simulator.world.update("company", id, { name: `Stand ${edit}`, phone: `+49 ${edit}` }).events);
  }
}

async function countCalls(world: LocalWorld): Promise<Omit<LoadProgress, "seconds" | "waiting">> {
  const { api, webhooks } = await world.sim("GET", "/calls");
  return {
    events: Number(Object(webhooks).eventsDelivered),
    deliveries: Number(Object(webhooks).delivered),
    hubspotCalls: Number(Object(api).total),
    rateLimited: Number(Object(api).rateLimited),
    writes: world.log.filter(({ message }) => message === "record written").length,
  };
}

function sumBatches({ log }: LocalWorld): Pick<LoadResult, "longestWaitMs" | "lookedAgain" | "failed"> {
  const batches = log.filter(({ message }) => message === "batch processed").map(({ fields }) => fields);
  return {
    longestWaitMs: batches.reduce((most, { oldestMs }) => Math.max(most, Number(oldestMs)), 0),
    lookedAgain: batches.reduce((sum, { again }) => sum + Number(again), 0),
    failed: batches.reduce((sum, { failed }) => sum + Number(failed), 0),
  };
}

function elapsedSince(startedAtMs: number): number {
  return Math.round((Date.now() - startedAtMs) / 1_000);
}

const USAGE = `Lets a burst of changes hit the local stack and compares every record afterwards.

  npm run load                     over 100,000 events of 10,000 objects
  npm run load -- --scale 0.1      a tenth of it
    --limit 10                     HubSpot's limit of the portal, calls in ten seconds (default 190)
    --json                         the result as JSON, no progress
    --seed 7                       other edits
`;

/** The whole burst: the import of 10,000 objects, and 5,000 edits. */
const WHOLE = { companies: 3_000, contacts: 5_000, deals: 2_000, edits: 5_000 } as const;

async function main(): Promise<number> {
  const options = {
    json: { type: "boolean", default: false },
    scale: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    limit: { type: "string", default: "190" },
    help: { type: "boolean", default: false },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) return tell(USAGE, 0);
  const scale = readAmount("--scale", values.scale);
  const scaled = (count: number): number => Math.max(1, Math.round(count * scale));
  const load: Load = {
    companies: scaled(WHOLE.companies),
    contacts: scaled(WHOLE.contacts),
    deals: scaled(WHOLE.deals),
    edits: scaled(WHOLE.edits),
    seed: readWhole("--seed", values.seed),
    limit: readWhole("--limit", values.limit, 1),
  };
  const world = await startLocalWorld();
  try {
    const result = await runLoad(world, load, values.json ? undefined : showProgress);
    return tell(values.json ? `${JSON.stringify(result)}\n` : formatResult(result), result.differences.length);
  } finally {
    await world.close();
  }
}

function showProgress(progress: LoadProgress): void {
  process.stderr.write(formatProgress(progress));
}

function tell(text: string, problems: number): number {
  process.stdout.write(text);
  return problems === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exit(await runTool(main));
