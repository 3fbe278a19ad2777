import { readSightings } from "./read-sightings.ts";
import { applySightings } from "./apply-sightings.ts";
import type { Change } from "../domain/change.ts";
import type { ObjectType } from "../domain/hubspot-object.ts";
import type { Outcome, Run, Sighting } from "./run.ts";

/** A change and what became of it. */
export interface AppliedChange {
  readonly change: Change;
  readonly outcome: Outcome;
}

/**
 * Re-reads changed objects, each once, and applies the rules. Contacts and deals are read first, for they name companies
 * that are not here yet; those are read together with the changed ones.
 *
 * @param changes distinct by type and id
 * @returns one outcome for each change
 * @throws RetryableError when the store cannot be read
 */
export async function applyChanges(
  run: Run,
  changes: readonly Change[],
  deliveryId: string,
): Promise<readonly AppliedChange[]> {
  const portalId = await readPortalId(run, changes);
  const isOurErasure = (change: Change): boolean => isErasure(change, portalId);
  const ofType = (type: ObjectType): readonly Change[] =>
    changes.filter((change) => change.type === type && !isOurErasure(change)).map(toHint);
  const [contacts, deals] = await Promise.all([
    readSightings(run, "contact", ofType("contact")),
    readSightings(run, "deal", ofType("deal")),
  ]);
  const erasures = changes.filter(isOurErasure).map((hint) => describeErasure(run, hint));
  const applied = await applySightings(run, {
    deliveryId,
    companies: [],
    companyChanges: ofType("company"),
    contacts: [...contacts.sightings, ...erasures],
    deals: deals.sightings,
  });
  const outcomes = {
    ...applied,
    contact: new Map([...contacts.unread, ...applied.contact]),
    deal: new Map([...deals.unread, ...applied.deal]),
  };
  return changes.map((change) => ({
    change,
    outcome: outcomes[change.type].get(change.id) ?? failed(notAnswered(change)),
  }));
}

/** The account that the records came from, where an erasure has to be compared with it; undefined before the first read. */
async function readPortalId({ marks }: Run, changes: readonly Change[]): Promise<string | undefined> {
  const isNeeded = changes.some(({ erasedIn }) => erasedIn !== undefined);
  return isNeeded ? (await marks.readPortal())?.portalId : undefined;
}

/**
 * Whether a contact of our account was erased. What another account has erased is read like whatever else it tells, so
 * the portal guard holds it back for as long as the access token is that account's, and our contact shows itself after.
 */
function isErasure({ type, at, erasedIn }: Change, portalId: string | undefined): boolean {
  if (type !== "contact" || at.erased === undefined) return false;
  return portalId === undefined || erasedIn === undefined || erasedIn.includes(portalId);
}

/** What is read was not erased here. */
function toHint({ at: { erased: _erased, ...at }, ...change }: Change): Change {
  return { ...change, at };
}

/** An erasure needs no answer of HubSpot's; the contact counts as gone. */
function describeErasure(run: Run, hint: Change): Sighting<"contact"> {
  return { id: hint.id, observed: { kind: "missing", readAtMs: run.clock.now() }, links: [], hint };
}

function failed(error: unknown): Outcome {
  return { kind: "failed", error };
}

function notAnswered({ type, id }: Change): Error {
  return new Error(`reading ${type} ${id} gave no observation, expected exactly one per id`);
}
