import { OBJECT_TYPES } from "./hubspot-object.ts";

const ALWAYS = ["read", "unchanged", "created", "updated", "frozen", "deactivated"];

/**
 * What a report counts for each type, in its order. Entries of what is not transferred are named only where a pass
 * repaired some (`noted`): with them its causes add up.
 *
 * @param counts of a pass
 */
export function listCountColumns(
  counts: Readonly<Record<string, Readonly<Record<string, number>>>>,
): readonly string[] {
  const isAnyNoted = OBJECT_TYPES.some((type) => (counts[type]?.["noted"] ?? 0) > 0);
  return [...ALWAYS, ...(isAnyNoted ? ["noted"] : []), "skipped", "failing"];
}
