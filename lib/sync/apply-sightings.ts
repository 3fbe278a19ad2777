import { survivorIdOf } from "../domain/merge.ts";
import { findPrimaryCompanyId } from "../domain/project.ts";
import { applyCompanies } from "./apply-companies.ts";
import { applyContacts } from "./apply-contacts.ts";
import { applyDeals, isWanted } from "./apply-deals.ts";
import { followUp } from "./follow-up.ts";
import { readSightings } from "./read-sightings.ts";
import { doubtTurned } from "./turned-customers.ts";
import { joinOrigins } from "../domain/coalesce-changes.ts";
import type { Change } from "../domain/change.ts";
import type { Hint } from "../domain/decision.ts";
import type { ObjectType } from "../domain/hubspot-object.ts";
import type { Customer } from "../domain/record.ts";
import type { StoredContact } from "./ports.ts";
import type { Outcome, Outcomes, Run, Sighting } from "./run.ts";

/** What HubSpot says of objects of every type. */
export interface Seen {
  readonly deliveryId: string;
  readonly companies: readonly Sighting<"company">[];
  /** Companies that are still to be read, together with those that contacts and deals turn out to need. */
  readonly companyChanges: readonly Change[];
  readonly contacts: readonly Sighting<"contact">[];
  readonly deals: readonly Sighting<"deal">[];
}

/** Outcomes by type and id. Companies that were pulled in have one as well. */
export type OutcomesByType = Readonly<Record<ObjectType, Outcomes>>;

/**
 * Applies sightings in the order in which records depend on each other: customers, then contact persons and projects.
 * The webhook path and the nightly pass both end here, which is why they cannot disagree.
 *
 * @throws RetryableError when the store cannot be read
 */
export async function applySightings(run: Run, seen: Seen): Promise<OutcomesByType> {
  const storedContacts = await run.store.readContacts(seen.contacts.map(({ id }) => id));
  const companies = await applyNeededCompanies(run, seen, storedContacts);
  const customers = await addSurvivors(run, companies.customers);
  const contacts = holdBack(seen.contacts, companies.unread, ({ id, hint, links }) =>
    hint.at.erased === undefined ? [...links, ...(storedContacts.get(id)?.persons ?? [])] : links,
  );
  const deals = holdBack(seen.deals, companies.unread, ({ links }) => links);
  const [ofContacts, ofDeals] = await Promise.all([
    applyContacts(run, contacts.decidable, { stored: storedContacts, customers }),
    applyDeals(run, deals.decidable, customers),
  ]);
  const { contact, deal } = await doubtTurned(run, customers, {
    contact: { sightings: contacts.decidable, outcomes: ofContacts },
    deal: { sightings: deals.decidable, outcomes: ofDeals },
  });
  return {
    company: companies.outcomes,
    contact: new Map([...contact, ...contacts.held]),
    deal: new Map([...deal, ...deals.held]),
  };
}

/**
 * Contacts and deals of a company that HubSpot did not answer for share its failure: without its customer they would be
 * taken for waiting. An erasure waits for nothing, also where a read of the same contact does.
 */
function holdBack<T extends "contact" | "deal">(
  sightings: readonly Sighting<T>[],
  unread: Outcomes,
  belongsTo: (sighting: Sighting<T>) => readonly { readonly companyId: string }[],
): { readonly decidable: readonly Sighting<T>[]; readonly held: Outcomes } {
  const held = new Map<string, Outcome>();
  const decidable: Sighting<T>[] = [];
  for (const sighting of sightings) {
    const [failure] = belongsTo(sighting).flatMap(({ companyId }) => unread.get(companyId) ?? []);
    if (failure) held.set(sighting.id, failure);
    else decidable.push(sighting);
  }
  return { decidable, held };
}

interface Companies {
  readonly outcomes: Outcomes;
  readonly customers: ReadonlyMap<string, Customer>;
  /** The companies that HubSpot did not answer for, and why. */
  readonly unread: Outcomes;
}

async function applyNeededCompanies(
  run: Run,
  seen: Seen,
  storedContacts: ReadonlyMap<string, StoredContact>,
): Promise<Companies> {
  const comingIds = new Set([...seen.companies, ...seen.companyChanges].map(({ id }) => id));
  const namedIds = listNamedCompanies(run, seen);
  const personIds = [...storedContacts.values()].flatMap(({ persons }) => persons.map(({ companyId }) => companyId));
  const lookups = [...new Set([...namedIds, ...personIds])].filter((id) => !comingIds.has(id));
  const stored = await run.store.readCustomers(lookups);
  const absent = namedIds.filter((id) => !comingIds.has(id) && !stored.has(id)).map((id) => pullIn(seen, id));
  const { unread, ...read } = await readSightings(run, "company", [...seen.companyChanges, ...absent]);
  const sightings = [...seen.companies, ...read.sightings];
  const applied = await applyCompanies(run, sightings);
  const outcomes = new Map([...applied.outcomes, ...unread]);
  const hints = new Map(sightings.map(({ id, hint }) => [id, hint]));
  const turned = [...applied.customers.values()].filter(({ companyId }) => applied.settledIds.has(companyId));
  await followUpTurned(run, { ...seen, hints, customers: turned, outcomes });
  return { outcomes, customers: new Map([...stored, ...applied.customers]), unread };
}

/** Companies whose state decides about the contacts and deals at hand. A deal outside the stages needs none. */
function listNamedCompanies(run: Run, { contacts, deals }: Seen): readonly string[] {
  const ofContacts = contacts.flatMap(({ observed, links }) =>
    observed.kind === "live" ? links.map(({ companyId }) => companyId) : [],
  );
  const ofDeals = deals.flatMap((deal) => (isWanted(run, deal) ? (findPrimaryCompanyId(deal.links) ?? []) : []));
  return [...new Set([...ofContacts, ...ofDeals])];
}

function pullIn({ contacts, deals }: Seen, id: string): Change {
  const naming = [...contacts, ...deals].filter(({ links }) => links.some(({ companyId }) => companyId === id));
  const origin = naming.map(({ hint }) => hint.origin).reduce(joinOrigins, undefined);
  return { type: "company", id, at: {}, looks: 0, failures: 0, ...(origin && { origin }) };
}

async function followUpTurned(
  run: Run,
  turned: {
    readonly deliveryId: string;
    readonly hints: ReadonlyMap<string, Hint>;
    readonly customers: readonly Customer[];
    readonly outcomes: Map<string, Outcome>;
  },
): Promise<void> {
  const due = turned.customers.filter((customer) => customer.isFollowUpDue);
  const deliveryIdOf = ({ companyId }: Customer): string =>
    turned.hints.get(companyId)?.origin?.deliveryIds[0] ?? turned.deliveryId;
  for (const [companyId, outcome] of await followUp(run, due, deliveryIdOf))
    if (outcome.kind === "failed") turned.outcomes.set(companyId, outcome);
}

/** Adds the customers that pointers among them lead to. */
async function addSurvivors(
  run: Run,
  customers: ReadonlyMap<string, Customer>,
): Promise<ReadonlyMap<string, Customer>> {
  const all = new Map(customers);
  for (;;) {
    const survivorIds = [...all.values()].flatMap((customer) => survivorIdOf(customer) ?? []);
    const found = await run.store.readCustomers([...new Set(survivorIds)].filter((id) => !all.has(id)));
    if (found.size === 0) return all;
    for (const [id, customer] of found) all.set(id, customer);
  }
}
