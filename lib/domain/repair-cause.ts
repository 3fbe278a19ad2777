import type { SyncRecord } from "./record.ts";

/**
 * Why a pass found something to repair.
 *
 * - `missedEvent`: HubSpot's object is newer than the record, by more than {@link LATE_MS}; or it is gone, or restored.
 * - `lateEvent`: newer, but so recent that its webhook may still be on the way.
 * - `association`: only an association differs; no stamp tells since when.
 * - `customerTurned`: the customer it belongs to has another state.
 * - `survivorGone`: what a detached customer kept of a contact goes, for the contact that absorbed it is no longer in
 *   HubSpot. The events of that name the survivor alone.
 * - `settings`: the rules were changed since the last pass that succeeded.
 * - `failureCleared`: what it failed on is gone.
 * - `driftByHand`: HubSpot did not change, the record did.
 * - `firstImport`: nothing was stored, and no pass has ever succeeded.
 */
export type RepairCause = (typeof REPAIR_CAUSES)[number];

/** All causes, for reports. */
export const REPAIR_CAUSES = [
  "missedEvent",
  "lateEvent",
  "association",
  "customerTurned",
  "survivorGone",
  "settings",
  "failureCleared",
  "driftByHand",
  "firstImport",
] as const;

/** HubSpot repeats a delivery for a day, but nearly all arrive within the first hour. Milliseconds. */
export const LATE_MS = 3_600_000;

interface Difference {
  readonly stored: SyncRecord | undefined;
  /** Whether anything is stored of the object, such as another contact person of the contact. */
  readonly isKnown: boolean;
  /** The record as it should be. */
  readonly next: SyncRecord;
  /** HubSpot's `updatedAt`; undefined when the object was not listed. */
  readonly updatedAtMs: number | undefined;
  readonly nowMs: number;
  readonly isFirstImport: boolean;
  readonly areSettingsChanged: boolean;
}

/** Names the most likely cause of a difference. */
export function classifyRepair(difference: Difference): RepairCause {
  const { stored, next, updatedAtMs, nowMs } = difference;
  if (difference.isFirstImport && stored === undefined) return "firstImport";
  if (next.state === "merged" && next.reason?.code === "goneFromHubSpot") return "survivorGone";
  if (updatedAtMs === undefined) return "missedEvent";
  const isMissed = nowMs - updatedAtMs > LATE_MS ? "missedEvent" : "lateEvent";
  if (stored === undefined) return difference.isKnown ? "association" : isMissed;
  if (stored.state === "failing") return "failureCleared";
  if (updatedAtMs > stored.fence.sourceUpdatedAtMs) return isMissed;
  // Restoring moves no stamp, so nothing tells how long ago it was.
  if (isGone(stored) && !isGone(next)) return "missedEvent";
  if (difference.areSettingsChanged && (isByRules(stored) || isByRules(next))) return "settings";
  if (isByCustomer(stored) || isByCustomer(next)) return "customerTurned";
  return isAssociationDifferent(stored, next) ? "association" : "driftByHand";
}

/** Whether HubSpot had the object no longer. */
function isGone({ reason }: SyncRecord): boolean {
  return reason?.code === "deletedInHubSpot" || reason?.code === "goneFromHubSpot";
}

/** Whether the settings put the record where it is. */
function isByRules({ reason }: SyncRecord): boolean {
  return reason?.code === "excludedByProperty" || reason?.code === "stageNotSelected";
}

const BY_CUSTOMER: ReadonlySet<string> = new Set([
  "customerExcluded",
  "customerNotHere",
  "customerDetached",
  "customerDeleted",
]);

function isByCustomer({ reason }: SyncRecord): boolean {
  return reason !== undefined && BY_CUSTOMER.has(reason.code);
}

function isAssociationDifferent(stored: SyncRecord, next: SyncRecord): boolean {
  if (stored.type === "project" && next.type === "project")
    return stored.dependsOnCompanyId !== next.dependsOnCompanyId || next.reason?.code === "noCompany";
  if (stored.type !== "contactPerson" || next.type !== "contactPerson") return false;
  return stored.fields?.primary !== next.fields?.primary || isNotAssociated(stored) !== isNotAssociated(next);
}

function isNotAssociated({ reason }: SyncRecord): boolean {
  return reason?.code === "notAssociated";
}
