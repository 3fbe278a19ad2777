import type { Hint } from "./decision.ts";
import type { Customer, Project } from "./record.ts";

/**
 * Whether a detached record is to be led by HubSpot again. A request that waited in the queue while an admin detached the
 * record anew is void.
 */
export function isAttachWanted(stored: Customer | Project, { at }: Pick<Hint, "at">): boolean {
  return at.attach !== undefined && at.attach >= findDetachedAtMs(stored);
}

function findDetachedAtMs({ history }: Customer | Project): number {
  return history.find(({ fields }) => fields.some(isDetach))?.atMs ?? 0;
}

function isDetach({ field, to }: { readonly field: string; readonly to?: string }): boolean {
  return field === "state" && to === "detached";
}
