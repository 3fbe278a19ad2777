import { comparePortals } from "../sync/compare-portals.ts";
import type { MarkStore } from "../sync/pass-ports.ts";
import type { HubSpotReader } from "../sync/ports.ts";

/**
 * Lets nothing be read from a HubSpot account other than the one that the table's records came from: with another
 * account's token every record would look deleted. The first read compares the two, and so does the first one after
 * `forget`; a fresh table remembers the first account it sees.
 *
 * @returns a reader whose every method but `readAccount` throws `NonRetryableError` `wrongPortal` on another account
 */
export function guardPortal(
  hubspot: HubSpotReader,
  marks: Pick<MarkStore, "readPortal" | "savePortal">,
): HubSpotReader & { readonly forget: () => void } {
  let checking: Promise<void> | undefined;
  const check = (): Promise<void> => {
    checking ??= comparePortals(hubspot, marks).catch((error: unknown) => {
      // Not remembered: the next call may find the token corrected, or HubSpot reachable again.
      checking = undefined;
      throw error;
    });
    return checking;
  };
  return {
    forget: () => {
      checking = undefined;
    },
    readAccount: hubspot.readAccount,
    listDealStages: async () => {
      await check();
      return hubspot.listDealStages();
    },
    hasCompanyProperty: async (name) => {
      await check();
      return hubspot.hasCompanyProperty(name);
    },
    readObjects: async (...asked) => {
      await check();
      return hubspot.readObjects(...asked);
    },
    readCompanyLinks: async (...asked) => {
      await check();
      return hubspot.readCompanyLinks(...asked);
    },
    readDependantIds: async (...asked) => {
      await check();
      return hubspot.readDependantIds(...asked);
    },
    listPage: async (...asked) => {
      await check();
      return hubspot.listPage(...asked);
    },
  };
}
