import { METRICS } from "../../contract.ts";
import { confirmingCommand, describeHold } from "../../domain/brake.ts";
import { createNumberSums } from "../../domain/number-sums.ts";
import { OBJECT_TYPES } from "../../domain/hubspot-object.ts";
import { findUnknownStages } from "../../domain/stage-filter.ts";
import { comparePortals } from "../compare-portals.ts";
import { applyDeferred } from "./apply-deferred.ts";
import { endPass, readBrake } from "./end-pass.ts";
import { freeNumbers, startSweep } from "./free-numbers.ts";
import { LaneRunner } from "./lane-runner.ts";
import { loadCustomerStates } from "./load-customer-states.ts";
import { listGroups } from "./pass-session.ts";
import { spellSettings } from "./settings-mark.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { PassSession } from "./pass-session.ts";

/**
 * Goes through the phases of a pass, from where the checkpoint says.
 *
 * @returns `over` when the pass is stored as ended, `timeUp` when there is more to do
 * @throws RetryableError, NonRetryableError when HubSpot or the store fails; LostLeaseError
 */
export async function workOnPass(session: PassSession): Promise<"over" | "timeUp"> {
  if (session.state.phase === "listing") {
    if (!(await listEverything(session))) return "timeUp";
    if (session.pass.isDryRun) return finish(session);
    const held = await askBrake(session);
    if (held !== undefined) {
      await endPass(session, { status: "stopped", reason: held });
      return "over";
    }
    session.update({ phase: "applying", lanes: [] });
    // On a night without deactivations there is nothing to keep before it goes on.
    if (session.hasDeferred) await session.save();
  }
  if (session.state.phase === "applying") {
    // The token may have been changed since the listing; the reads that confirm must come from the same account.
    if (session.state.chunks > 0) await comparePortals(session.run.hubspot, session.ports.passes);
    if (!(await applyDeferred(session))) return "timeUp";
    session.update({ phase: "freeing", sweep: startSweep() });
    if (session.hasDeferred) await session.save();
  }
  if (session.pass.types.length === OBJECT_TYPES.length && !(await freeNumbers(session))) return "timeUp";
  return finish(session);
}

async function finish(session: PassSession): Promise<"over"> {
  await endPass(session, { status: "succeeded" });
  return "over";
}

/** What was compared with other rules than today's has to be compared again. */
export function restartWithSettings(session: PassSession): void {
  const settingsMark = spellSettings(session.ports.settings);
  if (settingsMark === session.state.settingsMark) return;
  session.clearCounts();
  session.update({
    settingsMark,
    areSettingsChanged: true,
    phase: "listing",
    lanes: [],
    chunks: 0,
    applied: 0,
    numbers: { customerNumber: createNumberSums(), shortForm: createNumberSums() },
    listed: [],
    marks: {},
  });
}

/** @returns whether all is listed and compared */
async function listEverything(session: PassSession): Promise<boolean> {
  // Anew for each invocation, however long this process has known the account: nothing else could do so much harm. The
  // first pages are on their way meanwhile, but are looked at only when all is well.
  const checked = Promise.all([comparePortals(session.run.hubspot, session.ports.passes), checkRules(session)]);
  for (const types of listGroups(session)) {
    if (types.length === 0) continue;
    // Loaded anew for each group: the companies before may have turned some.
    const customers = Promise.all([loadCustomerStates(session), checked]).then(([states]) => states);
    if (!(await new LaneRunner(session, customers, types).listAll())) return false;
    // What a trial has turned is read back from the store.
    if (session.hasDeferred) await session.save();
  }
  return true;
}

/** Rules that name what the portal does not know are no reason to stop, but somebody must hear of it. */
async function checkRules(session: PassSession): Promise<void> {
  const { hubspot, settings, telemetry } = session.run;
  const [stages, hasProperty] = await Promise.all([
    settings.dealStages.kind === "stages" ? hubspot.listDealStages() : [],
    hubspot.hasCompanyProperty(settings.exclusion.property),
  ]);
  const knownIds = stages.map(({ stageId }) => stageId);
  const unknownIds = findUnknownStages(settings.dealStages, knownIds);
  if (unknownIds.length > 0) telemetry.count(METRICS.stageUnknown, unknownIds.length);
  session.update({
    warnings: [
      ...unknownIds.map((id) => `dealStages names the stage ${id}, which HubSpot does not know`),
      ...(hasProperty
        ? []
        : [`HubSpot has no company property ${settings.exclusion.property}: no company is excluded`]),
    ],
  });
}

async function askBrake(session: PassSession): Promise<string | undefined> {
  const confirmed = await readConfirmed(session);
  const held = session.pass.types.flatMap((type) => {
    const reading = readBrake(session, type, confirmed[type]);
    return reading.isHeld ? describeHold(type, reading) : [];
  });
  if (held.length === 0) return undefined;
  return `${held.join("; ")}. Nothing was deactivated. If this is right: ${confirmingCommand(session.pass.passId)}`;
}

/** How many deactivations a person confirmed, by type: as many as the stopped pass named. */
async function readConfirmed({ pass, ports }: PassSession): Promise<Readonly<Partial<Record<ObjectType, number>>>> {
  if (pass.confirms === undefined) return {};
  const report = await ports.passes.readReport(pass.confirms);
  return Object.fromEntries(OBJECT_TYPES.map((type) => [type, report?.brake[type]?.harmed ?? 0]));
}
