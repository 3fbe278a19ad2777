import { compareFences, fenceOf } from "./fence.ts";
import { isMissedTooSoon, suspectObject } from "./suspicion.ts";
import type { DecisionContext } from "./decision.ts";
import type { Contact, Observation } from "./hubspot-object.ts";
import type { ContactPerson, ContactTombstone, Fence } from "./record.ts";

interface TombstoneCase {
  readonly contactId: string;
  readonly observed: Observation<Contact>;
  readonly persons: readonly ContactPerson[];
  readonly stored: ContactTombstone | undefined;
  readonly context: DecisionContext;
}

/**
 * What to remember of a contact as a whole, written before its contact persons: whoever creates a contact person looks
 * for a tombstone afterwards, so of a slow creation and a deletion at least one sees the other.
 *
 * @returns undefined when there is nothing new to remember
 */
export function decideTombstone(input: TombstoneCase): ContactTombstone | undefined {
  const { observed, stored, persons, context } = input;
  if (stored?.state === "erased" || stored?.state === "merged") return undefined;
  if (observed.kind === "live" || suspectObject(observed, context.hint) !== undefined) return undefined;
  if (observed.kind === "missing" && persons.length === 0) return undefined;
  if (observed.kind !== "absorbed" && persons.some((person) => isMissedTooSoon(person, observed, context)))
    return undefined;
  const fence = fenceOf(observed, { fence: newestFence(persons, stored) });
  if (stored !== undefined && compareFences(fence, stored.fence) <= 0) return undefined;
  if (stored !== undefined && observed.kind !== "absorbed" && !isDeletedAnew(input)) return undefined;
  return {
    type: "contactTombstone",
    contactId: input.contactId,
    fence,
    revision: (stored?.revision ?? 0) + 1,
    ...(observed.kind === "absorbed" ? { state: "merged", mergedInto: observed.survivorId } : { state: "deleted" }),
  };
}

/** A contact may be restored and deleted again: then the older tombstone keeps no read out that came in between. */
function isDeletedAnew({ persons, context }: TombstoneCase): boolean {
  return context.hint.at.deleted !== undefined || persons.some((person) => person.state === "linked");
}

/** The tombstone of an erased contact. It ends everything: whatever arrives later finds it. */
export function eraseContact(
  contactId: string,
  stored: { readonly persons: readonly ContactPerson[]; readonly tombstone?: ContactTombstone | undefined },
  nowMs: number,
): ContactTombstone | undefined {
  if (stored.tombstone?.state === "erased") return undefined;
  const { sourceUpdatedAtMs } = newestFence(stored.persons, stored.tombstone);
  const revision = (stored.tombstone?.revision ?? 0) + 1;
  const fence = { sourceUpdatedAtMs, readAtMs: nowMs };
  // Kept, so that an erasure of the survivor that was cut short finds its way here again.
  const mergedInto = stored.tombstone?.mergedInto;
  return {
    type: "contactTombstone",
    contactId,
    state: "erased",
    ...(mergedInto !== undefined && { mergedInto }),
    fence,
    revision,
  };
}

/** A contact person without its personal data. History goes as well, for it names what was once there. */
export function erasePerson(stored: ContactPerson, nowMs: number): ContactPerson | undefined {
  if (stored.state === "erased") return undefined;
  const { contactId, companyId, createdAtMs, absorbedIds } = stored;
  return {
    type: "contactPerson",
    contactId,
    companyId,
    state: "erased",
    reason: { code: "erasedForPrivacy" },
    fence: { ...stored.fence, readAtMs: nowMs },
    revision: stored.revision + 1,
    createdAtMs,
    changedAtMs: nowMs,
    history: [],
    absorbedIds,
  };
}

/**
 * What was known last of a contact. Its contact persons may stand at different stamps; a read without one stands at the
 * newest, or it would look older than the tombstone that the very same read has left.
 */
export function newestFence(persons: readonly ContactPerson[], tombstone: ContactTombstone | undefined): Fence {
  const fences = [...persons, ...(tombstone === undefined ? [] : [tombstone])].map((record) => record.fence);
  return fences.reduce((newest, fence) => (compareFences(fence, newest) > 0 ? fence : newest), {
    sourceUpdatedAtMs: 0,
    readAtMs: 0,
  });
}
