import type { TypeCounts } from "../../../infra/local/hubspot-simulator/generated-portal.ts";
import { findMarks, markStep } from "../../../lib/domain/id-marks.ts";
import { OBJECT_TYPES } from "../../../lib/domain/hubspot-object.ts";
import type { Pass } from "../../../lib/sync/pass-ports.ts";
import type { RecordStore, RecordStreams } from "../../../lib/sync/ports.ts";
import type { Marks } from "../../../lib/sync/pass/pass-types.ts";
import { spellSettings } from "../../../lib/sync/pass/settings-mark.ts";
import { ALL_DEALS, createPassWorld, type PassWorld, type WorldOptions } from "../../fixtures/pass-world.ts";
import { VirtualClock } from "../../hubspot/virtual-clock.ts";
import { GeneratedRecords } from "./generated-records.ts";
import { createGeneratedStore } from "./generated-store.ts";

/** A night on which nothing is to be repaired. */
export interface UnchangedNight {
  readonly counts: TypeCounts;
  /** Time of one call to HubSpot. Default 150. Milliseconds. */
  readonly latencyMs?: number;
  /** Whether HubSpot takes an id as `after`. Default true. */
  readonly isSplittable?: boolean;
  /** How many times further apart the ids of the last two thirds lie. Default 1. */
  readonly stretch?: number;
  /** Whether the pass before left its marks, as it does from the third night on. Default true. */
  readonly hasMarks?: boolean;
  /** Part of the limit that the pass may use. Default: the pass' own, as deployed. */
  readonly share?: number;
  /** Stands in for what the portal answers. */
  readonly answer?: NonNullable<WorldOptions["answer"]>;
  /** Where the records come from; computed when absent. */
  readonly storeFor?: (records: GeneratedRecords, clock: VirtualClock) => RecordStore & RecordStreams;
}

/** The share of HubSpot's limit that a deployed pass takes; see lib/wiring/pass-ports.ts. */
export const PASS_SHARE = 0.9;

/** A portal of so many objects: one company to five contacts to two deals. */
export function portalOf(objects: number): TypeCounts {
  const company = Math.round(objects / 8);
  const contact = Math.round((objects * 5) / 8);
  return { company, contact, deal: objects - company - contact };
}

/** The fewest list calls that show all objects. */
export function fewestCalls(counts: TypeCounts): number {
  return OBJECT_TYPES.reduce((calls, type) => calls + Math.ceil(counts[type] / 100), 0);
}

/** A world in which a pass has succeeded before, on the same portal and with the same settings. */
export async function createNight(night: UnchangedNight): Promise<{
  readonly world: PassWorld;
  readonly records: GeneratedRecords;
}> {
  const clock = new VirtualClock();
  const records = new GeneratedRecords(night.counts, clock.now, night.stretch);
  const world = createPassWorld({
    clock,
    source: () => records.portal,
    latencyMs: night.latencyMs ?? 150,
    share: night.share ?? PASS_SHARE,
    ...(night.answer && { answer: night.answer }),
    records: (night.storeFor ?? createGeneratedStore)(records, clock),
  });
  if (night.isSplittable === false) world.portal.behaviour.afterStyle = "opaque";
  await rememberPass(world, night.counts, night.hasMarks === false ? undefined : marksOf(records));
  return { world, records };
}

/** What a pass leaves that found every type's objects before and behind each lane where the pass before it had. */
function marksOf(records: GeneratedRecords): Marks {
  const marks = OBJECT_TYPES.map((type) => {
    const ids = [...records.idsAfter(type, undefined)];
    const page = { ids, endId: ids.at(-1) };
    return [type, findMarks({ base: 0, read: 0 }, page, markStep(records.counts[type]))] as const;
  });
  return Object.fromEntries(marks);
}

async function rememberPass({ passes, clock }: PassWorld, counts: TypeCounts, marks: Marks | undefined): Promise<void> {
  const startedAtMs = clock.now() - 86_400_000;
  const former: Pass = {
    passId: "00000000-former",
    status: "succeeded",
    startedAtMs,
    finishedAtMs: startedAtMs,
    isDryRun: false,
    types: OBJECT_TYPES,
    counts: Object.fromEntries(OBJECT_TYPES.map((type) => [type, { read: counts[type] }])),
  };
  const owner = "yesterday";
  await passes.saveSettingsMark(spellSettings(ALL_DEALS));
  await passes.startPass({ ...former, status: "running" }, { owner, nowMs: startedAtMs, leaseUntilMs: startedAtMs });
  const usage = { hubspotCalls: 0, rateLimitedCalls: 0, readUnits: 0, writeUnits: 0 };
  await passes.finishPass({
    pass: former,
    owner,
    report: { warnings: [], durationMs: 0, usage, brake: {}, listed: [], ...(marks !== undefined && { marks }) },
  });
}

/** What a pass of one night used. Its time is virtual. */
export interface NightReport {
  readonly calls: number;
  readonly rateLimited: number;
  readonly wallMs: number;
  readonly objects: number;
}

/**
 * Runs a pass on a night, and makes sure that it succeeded, read everything and repaired nothing: else its figures would
 * mean nothing.
 */
export async function runNight(world: PassWorld, { counts }: UnchangedNight): Promise<NightReport> {
  const pass = await world.runPass();
  const read = OBJECT_TYPES.reduce((sum, type) => sum + (pass.counts[type]?.["read"] ?? 0), 0);
  const repaired = OBJECT_TYPES.reduce((sum, type) => sum + (pass.counts[type]?.["repaired"] ?? 0), 0);
  const objects = OBJECT_TYPES.reduce((sum, type) => sum + counts[type], 0);
  if (pass.status !== "succeeded" || read !== objects || repaired > 0) {
    throw new Error(
      `pass ${pass.status} (${pass.reason ?? "no reason"}), ${read} of ${objects} read, ${repaired} repaired`,
    );
  }
  const { calls } = world.portal;
  const wallMs = (pass.finishedAtMs ?? 0) - pass.startedAtMs;
  return { calls: calls.total, rateLimited: calls.rateLimited, wallMs, objects };
}
