import { Client } from "@hubspot/api-client";
import { PASS_SCHEMAS } from "../../../lib/dynamodb/pass-schemas.ts";
import { createHubSpotReader } from "../../../lib/hubspot/hubspot-reader.ts";
import { createPacer } from "../../../lib/hubspot/pacing.ts";
import { listReadProperties } from "../../../lib/hubspot/properties.ts";
import type { PassMessage } from "../../../lib/sync/pass-ports.ts";
import { continuePass } from "../../../lib/sync/pass/continue-pass.ts";
import type { PassCheckpoint, PassPorts, PassReport } from "../../../lib/sync/pass/pass-types.ts";
import { startPass } from "../../../lib/sync/pass/start-pass.ts";
import { systemClock } from "../../../lib/wiring/sync-ports.ts";
import { createInMemoryChangeQueue } from "../../fixtures/in-memory-change-queue.ts";
import { createInMemoryPassStore } from "../../fixtures/in-memory-pass-store.ts";
import { createInMemoryRecordStore } from "../../fixtures/in-memory-record-store.ts";
import { ALL_DEALS } from "../../fixtures/pass-world.ts";
import { createUseMeter } from "../../../lib/wiring/use-meter.ts";

/*
 * Runs as a process of its own, `read-portal.ts sdk|ours <base URL>`, and tells its parent how long it took and how much
 * memory it had at most.
 */

/** What a reader is measured by. */
export interface ReadingCost {
  readonly objects: number;
  readonly wallMs: number;
  /** Largest resident set above that before reading. */
  readonly peakBytes: number;
}

const TOKEN = "token";

function properties(type: "company" | "contact" | "deal"): string[] {
  return [...listReadProperties(type, "zep")];
}

/** The way most integrations do it: all companies, then all contacts, then all deals. */
async function readWithSdk(basePath: string): Promise<number> {
  const client = new Client({ accessToken: TOKEN, basePath });
  const { companies, contacts, deals } = client.crm;
  const links = ["companies"];
  const all = [
    await companies.getAll(100, undefined, properties("company")),
    await contacts.getAll(100, undefined, properties("contact"), undefined, links),
    await deals.getAll(100, undefined, properties("deal"), undefined, links),
  ];
  return all.reduce((sum, { length }) => sum + length, 0);
}

const tokens = (): Promise<readonly string[]> => Promise.resolve([TOKEN]);
const ignore = (): void => undefined;

/** A pass that only looks: lists, decides on every object and counts what it would do. */
async function readWithPass(baseUrl: string): Promise<number> {
  const waiting: PassMessage[] = [];
  const store = createInMemoryRecordStore();
  const passes = createInMemoryPassStore<PassCheckpoint, PassReport>({ schemas: PASS_SCHEMAS });
  const telemetry = { info: ignore, warn: ignore, error: ignore, count: ignore };
  const pacer = createPacer({ clock: systemClock, share: 1 });
  const readerFor = (exclusionProperty: string) =>
    createHubSpotReader({
      baseUrl,
      apiVersion: "2026-09",
      accessToken: { read: tokens, reread: tokens },
      exclusionProperty,
      clock: systemClock,
      telemetry,
      pacer,
    });
  const ports: PassPorts = {
    hubspot: readerFor(ALL_DEALS.exclusion.property),
    store,
    queue: createInMemoryChangeQueue({ now: Date.now }),
    marks: passes,
    clock: systemClock,
    telemetry,
    settings: ALL_DEALS,
    streams: store,
    passes,
    passQueue: { send: (message) => Promise.resolve(void waiting.push(message)) },
    brake: { percent: 10, minimum: 20 },
    random: Math.random,
    readUsage: () => ({ hubspotCalls: 0, rateLimitedCalls: 0, readUnits: 0, writeUnits: 0 }),
    meter: createUseMeter(),
    readPace: () => {
      const { pacePerSecond, answerMs } = pacer.counters();
      return { callsPerSecond: pacePerSecond, answerMs };
    },
    readerFor,
  };
  const started = await startPass(ports, { isDryRun: true });
  if (started.kind !== "started") throw new Error(`the pass is ${started.kind}`);
  for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
    if (!("start" in message)) await continuePass(ports, message, { owner: "bench", deadlineMs: Date.now() + 900_000 });
  }
  const report = await passes.readReport(started.passId);
  return Object.values(report?.brake ?? {}).reduce((sum, { listed }) => sum + listed, 0);
}

const READERS: Readonly<Record<string, (baseUrl: string) => Promise<number>>> = {
  sdk: readWithSdk,
  ours: readWithPass,
};

const [, , reader = "", baseUrl = ""] = process.argv;
const read = READERS[reader];
if (read === undefined) throw new Error(`${reader} is no reader; expected ${Object.keys(READERS).join(" or ")}`);
const before = process.memoryUsage().rss;
const startMs = performance.now();
const objects = await read(baseUrl);
const wallMs = performance.now() - startMs;
process.send?.({ objects, wallMs, peakBytes: process.resourceUsage().maxRSS * 1_024 - before }, () => process.exit());
