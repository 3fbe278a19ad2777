import { NonRetryableError } from "../errors.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { HubSpotReader } from "../ports.ts";

/** Ids of a list page, and the token for the next one. */
export interface PageIds {
  readonly ids: readonly string[];
  readonly after: string | undefined;
}

/**
 * Whether HubSpot takes any id as `after`. Its documentation calls `after` an opaque token, so this is seen, not assumed:
 * the page's own token is its last id, and a list that starts in the middle of the page, at an id that need not exist,
 * begins with exactly the rest of the page. An object that comes or goes in between makes it a no, which only costs time.
 */
export async function probeAfter(
  hubspot: Pick<HubSpotReader, "listPage">,
  type: ObjectType,
  { ids, after }: PageIds,
): Promise<boolean> {
  const middle = Math.floor(ids.length / 2);
  const before = ids[middle - 1];
  const next = ids[middle];
  if (after !== ids.at(-1) || before === undefined || next === undefined) return false;
  const between = String(BigInt(before) + 1n);
  try {
    const probed = await hubspot.listPage(type, between === next ? before : between);
    const found = probed.objects.map(({ object }) => object.id);
    return ids.slice(middle).every((id, index) => found[index] === id);
  } catch (error) {
    if (error instanceof NonRetryableError && (error.code === "badAnswer" || error.code === "refused")) return false;
    throw error;
  }
}
