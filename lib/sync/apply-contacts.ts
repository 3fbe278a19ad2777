import { decideContactPerson } from "../domain/contact-person.ts";
import { decideTombstone, eraseContact, erasePerson } from "../domain/contact-tombstone.ts";
import { MAX_LOOKS } from "../domain/decision.ts";
import { isSoonAfter, suspectObject } from "../domain/suspicion.ts";
import { RetryableError } from "./errors.ts";
import { reportWrite } from "./commit-record.ts";
import { contextOf, mapConcurrently, settleOutcome } from "./run.ts";
import type { Customers } from "./apply-deals.ts";
import type { Suspicion } from "../domain/decision.ts";
import type { ContactPerson } from "../domain/record.ts";
import type { StoredContact } from "./ports.ts";
import type { Outcome, Outcomes, Run, Sighting } from "./run.ts";

const MOST_RACES = 8;

const NOTHING_STORED: StoredContact = { persons: [] };

/**
 * Applies what HubSpot says of contacts to the contact persons, one for each company of a contact.
 *
 * @param stored what was stored of these contacts when `customers` was read
 * @param customers the stored customers of all companies that the contacts, or their stored contact persons, name
 */
export async function applyContacts(
  run: Run,
  sightings: readonly Sighting<"contact">[],
  known: { readonly stored: ReadonlyMap<string, StoredContact>; readonly customers: Customers },
): Promise<Outcomes> {
  const applied = await mapConcurrently(sightings, async (sighting) => {
    const first = known.stored.get(sighting.id) ?? NOTHING_STORED;
    const apply = (): Promise<Outcome> => applyContact(run, sighting, { first, customers: known.customers });
    return { sighting, outcome: await settleOutcome(apply) };
  });
  const outcomes = new Map(applied.map(({ sighting, outcome }) => [sighting.id, outcome]));
  return new Map(
    applied.map(({ sighting, outcome }) => [sighting.id, waitForSurvivor(sighting, outcome, outcomes) ?? outcome]),
  );
}

/**
 * What is still to be done for the survivor of a merge is still to be done for what it absorbed: perhaps only that was told
 * of, and nobody else would ask for the survivor again.
 */
function waitForSurvivor({ observed }: Sighting<"contact">, own: Outcome, outcomes: Outcomes): Outcome | undefined {
  const survivor = observed.kind === "absorbed" ? outcomes.get(observed.survivorId) : undefined;
  return own.kind === "done" && survivor?.kind !== "done" ? survivor : undefined;
}

async function applyContact(
  run: Run,
  sighting: Sighting<"contact">,
  { first, customers: known }: { readonly first: StoredContact; readonly customers: Customers },
): Promise<Outcome> {
  if (sighting.hint.at.erased !== undefined) return { kind: "done", writes: await eraseEverything(run, sighting) };
  let customers = known;
  let stored = first;
  let writes = 0;
  for (let race = 0; race < MOST_RACES; race += 1) {
    const round = await applyOnce(run, sighting, { stored, customers });
    writes += round.writes;
    if (!round.isRepeated) {
      await pointAbsorbedContacts(run, sighting, customers);
      return round.again === undefined ? { kind: "done", writes } : { kind: "again", why: round.again };
    }
    stored = await readContact(run, sighting.id);
    // Whoever was faster may have acted on a customer that has turned since, such as a detached one.
    customers = await run.store.readCustomers(listCompanyIds(sighting, stored));
  }
  throw contended(sighting.id);
}

async function readContact({ store }: Pick<Run, "store">, contactId: string): Promise<StoredContact> {
  return (await store.readContacts([contactId])).get(contactId) ?? NOTHING_STORED;
}

interface Round {
  readonly writes: number;
  /** Whether someone else wrote in between, so that all must be decided anew. */
  readonly isRepeated: boolean;
  readonly again?: Suspicion;
}

async function applyOnce(
  run: Run,
  sighting: Sighting<"contact">,
  { stored, customers }: { readonly stored: StoredContact; readonly customers: Customers },
): Promise<Round> {
  const context = contextOf(run, sighting.hint);
  const tombstone = decideTombstone({
    contactId: sighting.id,
    observed: sighting.observed,
    persons: stored.persons,
    stored: stored.tombstone,
    context,
  });
  if (tombstone && (await run.store.write(tombstone)) === "conflict") return { writes: 0, isRepeated: true };
  const known = await addCustomersOf(run, stored.persons, customers);
  const pairs = await mapConcurrently(listCompanyIds(sighting, stored), (companyId) =>
    applyPair(run, sighting, { companyId, customers: known, stored: tombstone ? { ...stored, tombstone } : stored }),
  );
  const again = pairs.find((pair) => pair.again !== undefined)?.again ?? suspectRest(sighting, known, pairs.length);
  return {
    writes: pairs.reduce((sum, pair) => sum + pair.writes, 0),
    isRepeated: pairs.some((pair) => pair.isRepeated),
    ...(again && { again }),
  };
}

/** What may be behind companies that no pair stands for: the read does not name them, or does not show the contact alive. */
function suspectRest(
  { observed, links, hint }: Sighting<"contact">,
  customers: Customers,
  pairs: number,
): Suspicion | undefined {
  // Between two replicas that lag differently, one that is restored is neither in the bin nor alive.
  const isUnseen = observed.kind === "archived" || (observed.kind === "missing" && hint.at.restored !== undefined);
  if (isUnseen && pairs === 0) return suspectObject(observed, hint);
  if (observed.kind !== "live") return undefined;
  // One that is shown at a detached customer may have moved on to the survivor of a merge that nothing here tells of.
  const isAtDetached = links.some(({ companyId }) => customers.get(companyId)?.state === "detached");
  const kinds = isAtDetached ? (["restored", "merged", "follow"] as const) : undefined;
  return isSoonAfter(observed, hint, kinds) ? "perhapsOlder" : undefined;
}

/** Contact persons that came since, or of a merged contact, may belong to customers that nobody has looked up yet. */
async function addCustomersOf(
  { store }: Pick<Run, "store">,
  persons: readonly ContactPerson[],
  customers: Customers,
): Promise<Customers> {
  const missing = persons.map(({ companyId }) => companyId).filter((companyId) => !customers.has(companyId));
  return missing.length === 0 ? customers : new Map([...customers, ...(await store.readCustomers(missing))]);
}

function listCompanyIds({ links, hint }: Sighting<"contact">, stored: StoredContact): readonly string[] {
  const linked = links.map((link) => link.companyId);
  const known = stored.persons.map((person) => person.companyId);
  return [...new Set([...linked, ...known, ...Object.keys(hint.expects ?? {})])];
}

interface Pair {
  readonly companyId: string;
  readonly stored: StoredContact;
  readonly customers: Customers;
}

async function applyPair(run: Run, sighting: Sighting<"contact">, pair: Pair): Promise<Round> {
  const { companyId, stored, customers } = pair;
  const customer = customers.get(companyId);
  const isLinked = sighting.links.some((link) => link.companyId === companyId);
  if (isLinked && customer === undefined && sighting.observed.kind === "live" && sighting.hint.looks < MAX_LOOKS)
    return { writes: 0, isRepeated: false, again: "notFoundYet" };
  const decision = decideContactPerson({
    contactId: sighting.id,
    companyId,
    observed: sighting.observed,
    links: sighting.links,
    stored: stored.persons.find((person) => person.companyId === companyId),
    tombstone: stored.tombstone,
    customer,
    context: contextOf(run, sighting.hint),
  });
  const again = decision.again && { again: decision.again };
  if (decision.kind === "keep") return { writes: 0, isRepeated: false, ...again };
  const { record, isTouch } = decision;
  if ((await run.store.write(record)) === "conflict") return { writes: 0, isRepeated: true };
  reportWrite(run, `${sighting.id}/${companyId}`, { record, isTouch, origin: sighting.hint.origin });
  const isHaunted = record.revision === 1 && (await hasNewTombstone(run, sighting.id, stored));
  return { writes: isTouch ? 0 : 1, isRepeated: isHaunted, ...again };
}

/**
 * Whether a tombstone came while a contact person was being created:
 *
 * ```
 * creator   read nothing ────────────▶ create ─▶ look for a tombstone
 * eraser            write tombstone ─▶ erase all that is there
 * ```
 *
 * Either the eraser finds the new contact person or the creator finds the tombstone.
 */
async function hasNewTombstone(run: Run, contactId: string, stored: StoredContact): Promise<boolean> {
  const tombstone = await run.store.readTombstone(contactId);
  return (tombstone?.revision ?? 0) !== (stored.tombstone?.revision ?? 0);
}

/**
 * The contacts that a merge absorbed into this one: their contact persons become empty pointers. A tombstone does not say
 * that they all are, for a crash may have come between it and them.
 */
async function pointAbsorbedContacts(run: Run, sighting: Sighting<"contact">, customers: Customers): Promise<void> {
  if (sighting.observed.kind !== "live") return;
  const named = new Set([...sighting.observed.object.mergedIds, ...(sighting.hint.absorbs ?? [])]);
  const ids = [...named].filter((id) => id !== sighting.id);
  if (ids.length === 0) return;
  const stored = await run.store.readContacts(ids);
  const { readAtMs } = sighting.observed;
  for (const [id, contact] of stored) {
    if (contact.persons.every(({ state }) => state === "merged")) continue;
    const observed = { kind: "absorbed", survivorId: sighting.id, readAtMs } as const;
    await applyContact(run, { id, observed, links: [], hint: sighting.hint }, { first: contact, customers });
  }
}

/**
 * Removes every copy of a contact's personal data, at once and without asking HubSpot, and those of the contacts that
 * were merged into it: a detached customer may have kept one of them.
 *
 * @throws RetryableError when the store fails
 */
async function eraseEverything(run: Run, contact: ErasedContact): Promise<number> {
  let writes = await eraseContactPersons(run, contact);
  const absorbedIds = await run.store.readAbsorbedContactIds(contact.id);
  for (const id of absorbedIds) writes += await eraseEverything(run, { ...contact, id });
  return writes;
}

type ErasedContact = Pick<Sighting<"contact">, "id" | "hint">;

/** The tombstone comes first. @returns how many contact persons were erased */
async function eraseContactPersons(run: Run, { id: contactId, hint }: ErasedContact): Promise<number> {
  let writes = 0;
  for (let race = 0; race < MOST_RACES; race += 1) {
    const stored = await readContact(run, contactId);
    const nowMs = run.clock.now();
    const tombstone = eraseContact(contactId, stored, nowMs);
    if (tombstone && (await run.store.write(tombstone)) === "conflict") continue;
    const erased = stored.persons.flatMap((person) => erasePerson(person, nowMs) ?? []);
    await mapConcurrently(erased, async (record) => {
      if ((await run.store.write(record)) === "conflict") return;
      writes += 1;
      reportWrite(run, `${contactId}/${record.companyId}`, { record, isTouch: false, origin: hint.origin });
    });
    // Another writer may have been faster, or have created contact persons between the first look and the tombstone.
    const left = await readContact(run, contactId);
    if (left.persons.every(({ state }) => state === "erased")) return writes;
  }
  throw contended(contactId);
}

function contended(contactId: string): RetryableError {
  return new RetryableError(`contact ${contactId} is contended: ${MOST_RACES} writes lost their race`, {
    code: "locked",
  });
}
