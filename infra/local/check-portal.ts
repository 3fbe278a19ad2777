import { OBJECT_TYPES, type ObjectType } from "../../lib/domain/hubspot-object.ts";
import type { Settings, StageFilter } from "../../lib/domain/settings.ts";
import { findUnknownStages } from "../../lib/domain/stage-filter.ts";
import { NonRetryableError, RetryableError } from "../../lib/sync/errors.ts";
import type { Account, DealStage, HubSpotReader } from "../../lib/sync/ports.ts";
import { UsageError } from "./usage-error.ts";

/** What a portal told about itself at the start. */
export interface PortalCheck {
  readonly account: Account;
  /** The stages that become projects, by name; undefined when none or all do. */
  readonly stages: readonly DealStage[] | undefined;
  readonly hasExclusionProperty: boolean;
}

const SCOPES: Readonly<Record<ObjectType, string>> = {
  company: "crm.objects.companies.read",
  contact: "crm.objects.contacts.read",
  deal: "crm.objects.deals.read",
};

/**
 * Checks token, scopes and stages before anything is transferred.
 * @throws UsageError
 */
export async function checkPortal(hubspot: HubSpotReader, settings: Settings, baseUrl: string): Promise<PortalCheck> {
  const account = await explain({ baseUrl, needs: "a valid access token" }, () => hubspot.readAccount());
  for (const type of OBJECT_TYPES) {
    // Any id will do: without the scope not even a missing object may be asked for.
    await explain({ baseUrl, needs: `the scope ${SCOPES[type]}` }, () => hubspot.readObjects(type, ["1"]));
  }
  const known = await explain({ baseUrl, needs: `the scope ${SCOPES.deal}` }, () => hubspot.listDealStages());
  const hasExclusionProperty = await explain({ baseUrl, needs: `the scope ${SCOPES.company}` }, () =>
    hubspot.hasCompanyProperty(settings.exclusion.property),
  );
  return { account, stages: selectStages(settings.dealStages, known), hasExclusionProperty };
}

function selectStages(filter: StageFilter, known: readonly DealStage[]): readonly DealStage[] | undefined {
  const unknown = findUnknownStages(
    filter,
    known.map(({ stageId }) => stageId),
  );
  if (unknown.length > 0) {
    const list = known.map(({ stageId, label }) => `${stageId} (${label})`).join(", ");
    throw new UsageError(
      `The portal has no deal stage ${unknown.map((id) => `"${id}"`).join(", ")}; use --deal-stages with "all" or some of ${list}.`,
    );
  }
  return filter.kind === "stages" ? known.filter(({ stageId }) => filter.stageIds.includes(stageId)) : undefined;
}

async function explain<T>(
  { baseUrl, needs }: { readonly baseUrl: string; readonly needs: string },
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw new UsageError(describeFailure(error, baseUrl, needs), { cause: error });
  }
}

function describeFailure(error: unknown, baseUrl: string, needs: string): string {
  if (!(error instanceof RetryableError || error instanceof NonRetryableError)) throw error;
  const { code } = error;
  if (code === "tokenRejected") {
    return `HubSpot at ${baseUrl} rejects the access token; set HUBSPOT_ACCESS_TOKEN to the one that HubSpot shows on the app's "Auth" tab.`;
  }
  if (code === "scopeMissing") {
    return `The access token lacks ${needs}; add it to the HubSpot app, then set HUBSPOT_ACCESS_TOKEN to the app's new token.`;
  }
  if (code === "wrongPortal") return `${error.message} On this machine: use another folder with --data.`;
  if (code === "unreachable" || code === "timeout") {
    return `HubSpot at ${baseUrl} cannot be reached; check the network, or HUBSPOT_BASE_URL.`;
  }
  return `HubSpot at ${baseUrl} did not answer as expected: ${error.message}`;
}
