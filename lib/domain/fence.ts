import type { Observation } from "./hubspot-object.ts";
import type { Fence } from "./record.ts";

/**
 * Compares two states of knowledge: HubSpot's `updatedAt` first, our clock before the read second.
 *
 * `updatedAt` alone would let an older read of the associations win, for those move no stamp. Our clock alone would let a
 * replica that lags win, for it answers late with old data.
 *
 * @returns negative, zero or positive as `left` is older than, equal to or newer than `right`
 */
export function compareFences(left: Fence, right: Fence): number {
  return left.sourceUpdatedAtMs - right.sourceUpdatedAtMs || left.readAtMs - right.readAtMs;
}

/**
 * The fence of an observation. A read that found nothing, or another record, carries no `updatedAt`: it stands at the
 * stored one, so only our clock decides.
 */
export function fenceOf(
  observed: Observation<{ readonly updatedAtMs: number }>,
  stored: { readonly fence: Fence } | undefined,
): Fence {
  const storedUpdatedAtMs = stored?.fence.sourceUpdatedAtMs ?? 0;
  switch (observed.kind) {
    case "live":
      return { sourceUpdatedAtMs: observed.object.updatedAtMs, readAtMs: observed.readAtMs };
    case "archived":
      return { sourceUpdatedAtMs: observed.updatedAtMs, readAtMs: observed.readAtMs };
    case "absorbed":
    case "missing":
      return { sourceUpdatedAtMs: storedUpdatedAtMs, readAtMs: observed.readAtMs };
  }
}
