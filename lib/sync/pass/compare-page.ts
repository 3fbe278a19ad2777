import { NO_HINT } from "../../domain/decision.ts";
import { pairById } from "../../domain/pair-streams.ts";
import { compareContact, compareCustomer, compareProject } from "../../domain/pass-finding.ts";
import { applySightings } from "../apply-sightings.ts";
import { knowCustomers } from "./know-customers.ts";
import { settlePage } from "./settle-page.ts";
import type { CustomerStates } from "../../domain/customer-states.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { CompareContext } from "../../domain/pass-finding.ts";
import type { ListedObject } from "../ports.ts";
import type { OutcomesByType } from "../apply-sightings.ts";
import type { Sighting } from "../run.ts";
import type { ComparedObject } from "./compared-object.ts";
import type { PassSession } from "./pass-session.ts";
import type { StoredObject } from "./record-cursor.ts";
import type { SettledPage } from "./settle-page.ts";
import type { TypedPage } from "./typed-page.ts";

/**
 * Compares a list page with the records of the same ids. What is not as it should be is applied at once, from what the
 * page says; what would take something away is put off.
 *
 * @throws RetryableError, NonRetryableError when HubSpot or the store fails
 */
export async function comparePage(
  session: PassSession,
  customers: CustomerStates,
  { typed, records }: { readonly typed: TypedPage; readonly records: readonly StoredObject[] },
): Promise<SettledPage> {
  const context: CompareContext = {
    settings: session.run.settings,
    nowMs: session.ports.clock.now(),
    readAtMs: typed.page.readAtMs,
    isFirstImport: session.state.isFirstImport,
    areSettingsChanged: session.state.areSettingsChanged,
  };
  const page = { type: typed.type, context };
  switch (typed.type) {
    case "company": {
      const compared = compareCompanies(typed.page.objects, records, context);
      const companies = sightingsOf(typed.page, compared);
      return settlePage(session, { ...page, compared, apply: applier(session, { companies }) });
    }
    case "contact": {
      const customerOf = await knowCustomers(session.run.store, customers, { listed: typed.page.objects, records });
      const stored = records.flatMap((record) => (record.kind === "contact" ? [record] : []));
      const compared = pairById(typed.page.objects, stored).map((pair) => ({
        id: pair.id,
        isListed: pair.listed !== undefined,
        stored: pair.stored?.contact.persons ?? [],
        finding: compareContact({ ...pair, stored: pair.stored?.contact, customerOf }, context),
      }));
      const contacts = sightingsOf(typed.page, compared);
      return settlePage(session, { ...page, compared, apply: applier(session, { contacts }) });
    }
    case "deal": {
      const customerOf = await knowCustomers(session.run.store, customers, { listed: typed.page.objects, records });
      const stored = records.flatMap((record) => (record.kind === "deal" ? [record] : []));
      const compared = pairById(typed.page.objects, stored).map((pair) => ({
        id: pair.id,
        isListed: pair.listed !== undefined,
        stored: pair.stored === undefined ? [] : [pair.stored.project],
        finding: compareProject(
          { ...pair, stored: pair.stored?.project, customerOf: (companyId) => customerOf(companyId, true) },
          context,
        ),
      }));
      const deals = sightingsOf(typed.page, compared);
      return settlePage(session, { ...page, compared, apply: applier(session, { deals }) });
    }
  }
}

function compareCompanies(
  objects: readonly ListedObject<"company">[],
  records: readonly StoredObject[],
  context: CompareContext,
): readonly ComparedObject[] {
  const stored = records.flatMap((record) => (record.kind === "company" ? [record] : []));
  return pairById(objects, stored).map(({ id, ...pair }) => ({
    id,
    isListed: pair.listed !== undefined,
    stored: pair.stored === undefined ? [] : [pair.stored.customer],
    finding: compareCustomer({ id, listed: pair.listed?.object, stored: pair.stored?.customer }, context),
  }));
}

/** The page's own observations of the suspects: nothing is read twice. */
function sightingsOf<T extends ObjectType>(
  page: { readonly readAtMs: number; readonly objects: readonly ListedObject<T>[] },
  compared: readonly ComparedObject[],
): readonly Sighting<T>[] {
  const suspects = new Set(compared.flatMap(({ id, finding }) => (finding.kind === "suspect" ? [id] : [])));
  return page.objects.flatMap(({ object, links }): readonly Sighting<T>[] => {
    const observed = { kind: "live", readAtMs: page.readAtMs, object } as const;
    return suspects.has(object.id) ? [{ id: object.id, observed, links, hint: NO_HINT }] : [];
  });
}

interface Suspects {
  readonly companies?: readonly Sighting<"company">[];
  readonly contacts?: readonly Sighting<"contact">[];
  readonly deals?: readonly Sighting<"deal">[];
}

function applier(
  { run, pass: { passId } }: PassSession,
  { companies = [], contacts = [], deals = [] }: Suspects,
): () => Promise<OutcomesByType> {
  return () =>
    applySightings({ ...run, isListed: true }, { deliveryId: passId, companies, companyChanges: [], contacts, deals });
}
