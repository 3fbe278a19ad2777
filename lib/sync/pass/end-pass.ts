import { METRICS } from "../../contract.ts";
import { OBJECT_TYPES } from "../../domain/hubspot-object.ts";
import { judgeBrake } from "../../domain/brake.ts";
import { MOST_MARKS } from "../../domain/id-marks.ts";
import { countPass } from "./count-pass.ts";
import { LostLeaseError } from "./pass-session.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { Pass, PassStatus } from "../pass-ports.ts";
import type { PassSession } from "./pass-session.ts";
import type { BrakeReading, PassPorts, PassReport } from "./pass-types.ts";

/** How a pass ended. */
export interface PassEnd {
  readonly status: Exclude<PassStatus, "running">;
  /** Why it failed or stopped; no personal data. */
  readonly reason?: string;
}

/** Without a webhook for this long, an event that the pass found missed is no single one that got lost. Milliseconds. */
const SILENCE_MS = 24 * 3_600_000;

/**
 * Stores how a pass ended, with its report, and gives the lease back.
 * @throws LostLeaseError
 */
export async function endPass(session: PassSession, { status, reason }: PassEnd): Promise<void> {
  const { ports, pass, owner, state } = session;
  const isWhole = status === "succeeded" && !pass.isDryRun && pass.types.length === OBJECT_TYPES.length;
  if (isWhole) await ports.passes.saveSettingsMark(state.settingsMark);
  const unheardCount = status === "succeeded" ? await countUnheard(session) : 0;
  // From here nothing waits: what each type used has to add up to what the report says of all.
  const finishedAtMs = ports.clock.now();
  const ended: Pass = {
    ...pass,
    status,
    ...(reason !== undefined && { reason }),
    finishedAtMs,
    counts: session.countsAt(finishedAtMs),
  };
  const report = createReport(session, finishedAtMs);
  const outcome = await ports.passes.finishPass({ pass: ended, owner, report });
  if (outcome === "lostLease") throw new LostLeaseError("lease lost");
  ports.telemetry[status === "succeeded" ? "info" : "error"](`pass ${status}`, { passId: pass.passId, reason });
  if (pass.isDryRun) return;
  countPass(ports.telemetry, { ...ended, status }, report);
  if (unheardCount === 0) return;
  ports.telemetry.warn("no webhook arrives, and there were changes", { passId: pass.passId, count: unheardCount });
  ports.telemetry.count(METRICS.webhooksMissing, unheardCount);
}

/** Missed events that the pass found while no webhook arrived at all; where some do, single ones may get lost. */
async function countUnheard(session: PassSession): Promise<number> {
  const { passes, clock } = session.ports;
  const missed = session.pass.types.reduce((sum, type) => sum + session.countOf(type, "by.missedEvent"), 0);
  if (missed === 0) return 0;
  const lastEventAtMs = (await passes.readLastEvent()) ?? 0;
  return clock.now() - lastEventAtMs < SILENCE_MS ? 0 : missed;
}

/** Stores that a pass failed of which no checkpoint can be worked on, and gives the lease back. */
export async function failUnworked(
  { passes, clock }: Pick<PassPorts, "passes" | "clock">,
  { pass, owner, reason }: { readonly pass: Pass; readonly owner: string; readonly reason: string },
): Promise<void> {
  const finishedAtMs = clock.now();
  const ended: Pass = { ...pass, status: "failed", reason, finishedAtMs };
  const usage = { hubspotCalls: 0, rateLimitedCalls: 0, readUnits: 0, writeUnits: 0 };
  const report = { warnings: [], durationMs: finishedAtMs - pass.startedAtMs, usage, brake: {}, listed: [] };
  await passes.finishPass({ pass: ended, owner, report });
}

function createReport(session: PassSession, finishedAtMs: number): PassReport {
  const { pass, state, usage } = session;
  return {
    warnings: state.warnings,
    durationMs: finishedAtMs - pass.startedAtMs,
    usage,
    brake: Object.fromEntries(pass.types.map((type) => [type, readBrake(session, type, undefined)])),
    listed: state.listed,
    marks: Object.fromEntries(Object.entries(state.marks ?? {}).filter(([, marks]) => marks.length < MOST_MARKS)),
  };
}

/** What the brake makes of one type; `confirmed` is how many deactivations a person agreed to. */
export function readBrake(session: PassSession, type: ObjectType, confirmed: number | undefined): BrakeReading {
  const load = {
    active: session.countOf(type, "active"),
    harmed: session.countOf(type, "harmed"),
    listed: session.countOf(type, "read"),
  };
  const { brake } = session.ports;
  const verdict = judgeBrake({ ...load, confirmed }, brake);
  const limit = Math.max(brake.minimum, Math.floor((load.active * brake.percent) / 100));
  return verdict.kind === "held" ? { ...load, limit: verdict.limit, isHeld: true } : { ...load, limit, isHeld: false };
}
