import { NonRetryableError } from "../errors.ts";
import { dropPage, listIds, readTypedPage } from "./typed-page.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { HubSpotReader } from "../ports.ts";
import type { TypedPage } from "./typed-page.ts";

/** Ids of a list page, and the token for the next one. */
export interface PageIds {
  readonly ids: readonly string[];
  readonly after: string | undefined;
}

/** Objects that the probe sees again: enough for a proof, and few, for a probe that says yes is the next page. */
const SEEN_AGAIN = 10;

/**
 * Whether HubSpot takes any id as `after`. Its documentation calls `after` an opaque token, so this is seen, not assumed:
 * the page's own token is its last id, and a list that starts near the end of the page, at an id that need not exist,
 * begins with exactly the rest of the page. An object that comes or goes in between makes it a no, which only costs time.
 *
 * @returns what follows the page, or undefined when the answer is no
 */
export async function probeAfter(
  hubspot: Pick<HubSpotReader, "listPage">,
  type: ObjectType,
  { ids, after }: PageIds,
): Promise<TypedPage | undefined> {
  const start = Math.max(Math.floor(ids.length / 2), ids.length - SEEN_AGAIN);
  const before = ids[start - 1];
  const next = ids[start];
  if (after !== ids.at(-1) || before === undefined || next === undefined) return undefined;
  const between = String(BigInt(before) + 1n);
  try {
    const probed = await readTypedPage(hubspot, type, between === next ? before : between);
    const rest = ids.slice(start);
    const found = listIds(probed);
    if (!rest.every((id, index) => found[index] === id)) return undefined;
    // A page that ends where the other one did would be an empty one that is not the last.
    return found.length === rest.length && probed.page.after !== undefined ? undefined : dropPage(probed, rest.length);
  } catch (error) {
    if (error instanceof NonRetryableError && (error.code === "badAnswer" || error.code === "refused"))
      return undefined;
    throw error;
  }
}
