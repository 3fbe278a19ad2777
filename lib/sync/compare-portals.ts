import { NonRetryableError } from "./errors.ts";
import type { MarkStore } from "./pass-ports.ts";
import type { HubSpotReader } from "./ports.ts";

/**
 * Makes sure that HubSpot answers for the account that the table's records came from: with another account's token every
 * record would look deleted. A fresh table remembers the first account it sees.
 *
 * @throws NonRetryableError `wrongPortal`; what reading the account or the table throws
 */
export async function comparePortals(
  hubspot: Pick<HubSpotReader, "readAccount">,
  marks: Pick<MarkStore, "readPortal" | "savePortal">,
): Promise<void> {
  const { portalId, uiDomain } = await hubspot.readAccount();
  const stored = (await marks.readPortal()) ?? (await marks.savePortal({ portalId, uiDomain }));
  if (stored.portalId === portalId) return;
  throw new NonRetryableError(
    `The access token is of HubSpot account ${portalId}, but the records are of account ${stored.portalId}. ` +
      `Store a token of account ${stored.portalId}, or deploy to a table of its own for account ${portalId}.`,
    { code: "wrongPortal" },
  );
}
