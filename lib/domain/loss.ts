import type { SyncRecord } from "./record.ts";

/** States of records that are gone, except that a detached one is still worked with. */
const INACTIVE: ReadonlySet<string> = new Set(["deleted", "merged", "erased"]);

/** Whether a state is one of records that are gone; a detached one is still worked with. */
export function isInactive({ state }: Pick<SyncRecord, "state">): boolean {
  return INACTIVE.has(state);
}

/** Whether a record is one that people work with: it has data and is neither deleted, merged nor erased. */
export function isActive(record: SyncRecord | undefined): boolean {
  return record?.fields !== undefined && !isInactive(record);
}

/** Whether a record would vanish, or a project lose its customer. */
export function isHarmful(stored: SyncRecord | undefined, next: SyncRecord): boolean {
  if (stored === undefined || !isActive(stored)) return false;
  const losesCustomer = next.type === "project" && next.state === "waiting" && stored.state !== "waiting";
  return losesCustomer || !isActive(next);
}

/**
 * Whether something is taken away, be it only an entry's company. Only a read of the object itself confirms that: a list
 * may leave associations out.
 */
export function isLoss(stored: SyncRecord | undefined, next: SyncRecord): boolean {
  return isHarmful(stored, next) || losesCompany(stored, next);
}

function losesCompany(stored: SyncRecord | undefined, next: SyncRecord): boolean {
  if (stored?.type === "project" && next.type === "project")
    return stored.dependsOnCompanyId !== undefined && next.dependsOnCompanyId === undefined;
  return stored !== undefined && stored.state !== next.state && next.reason?.code === "notAssociated";
}
