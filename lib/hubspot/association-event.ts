import type { Change } from "../domain/change.ts";
import type { ObjectType } from "../domain/hubspot-object.ts";
import { findObjectType, OBJECT_TYPE_IDS } from "./object-types.ts";
import type { ReadEvent, WireAssociation } from "./wire-event.ts";

/** HubSpot's ids of the plain association between a company and a contact or deal, in either direction. */
const PLAIN_TYPE_IDS: ReadonlySet<number> = new Set([279, 280, 341, 342]);

/** Those of the primary label. */
const PRIMARY_TYPE_IDS: ReadonlySet<number> = new Set([1, 2, 5, 6]);

type Ends =
  | { readonly kind: "known"; readonly from: ObjectType | undefined; readonly to: ObjectType | undefined }
  | { readonly kind: "unclear" };

/**
 * Turns an association event into a change of its contact or deal, whichever side HubSpot tells it from: companies are
 * carried over without their associations. HubSpot fires on both sides and once for each label.
 */
export function readAssociation(event: WireAssociation, subject: ObjectType | undefined, atMs: number): ReadEvent {
  const ends = readEnds(event);
  const fromId = event.fromObjectId ?? event.objectId;
  if (ends.kind === "unclear") {
    // An association that we cannot name may join a company: look at the object, expect nothing.
    if (subject !== "contact" && subject !== "deal") return { kind: "ignored", why: "otherAssociation" };
    const id = event.objectId ?? event.fromObjectId;
    return id ? changeOf({ type: subject, id, at: { association: atMs } }) : { kind: "malformed" };
  }
  const side = findDependantSide(ends);
  if (side === undefined) return { kind: "ignored", why: "otherAssociation" };
  const toId = event.toObjectId;
  if (!fromId || !toId) return { kind: "malformed" };
  const [id, companyId] = side.end === "from" ? [fromId, toId] : [toId, fromId];
  const change = { type: side.type, id, at: { association: atMs } };
  const isThere = event.associationRemoved !== true;
  if (tellsOfPrimary(event)) return changeOf({ ...change, expectsPrimary: { companyId, isPrimary: isThere, atMs } });
  if (!tellsOfPair(event)) return changeOf(change);
  return changeOf({ ...change, expects: { [companyId]: { isAssociated: isThere, atMs } } });
}

/** Type ids where the event has them, otherwise a name such as `DEAL_TO_COMPANY`. */
function readEnds(event: WireAssociation): Ends {
  const { fromObjectTypeId, toObjectTypeId } = event;
  if (fromObjectTypeId && toObjectTypeId) {
    return { kind: "known", from: OBJECT_TYPE_IDS.get(fromObjectTypeId), to: OBJECT_TYPE_IDS.get(toObjectTypeId) };
  }
  const name = event.associationType ?? "";
  const [from = "", to] = name.toLowerCase().split("_to_", 2);
  if (to === undefined) return { kind: "unclear" };
  const known = { kind: "known", from: findObjectType(from), to: findObjectType(to) } as const;
  const isClear = findDependantSide(known) !== undefined || !name.toLowerCase().includes("company");
  return isClear ? known : { kind: "unclear" };
}

function findDependantSide(
  ends: Extract<Ends, { readonly kind: "known" }>,
): { readonly end: "from" | "to"; readonly type: "contact" | "deal" } | undefined {
  const { from, to } = ends;
  if (to === "company" && (from === "contact" || from === "deal")) return { end: "from", type: from };
  if (from === "company" && (to === "contact" || to === "deal")) return { end: "to", type: to };
  return undefined;
}

function tellsOfPrimary({ isPrimaryAssociation, associationTypeId }: WireAssociation): boolean {
  return isPrimaryAssociation === true || PRIMARY_TYPE_IDS.has(associationTypeId ?? 0);
}

/**
 * Whether the event is about the pair itself and not about one of its labels. A primary or custom label that goes leaves
 * the plain association in place.
 */
function tellsOfPair({ associationTypeId }: WireAssociation): boolean {
  return associationTypeId === null || associationTypeId === undefined || PLAIN_TYPE_IDS.has(associationTypeId);
}

function changeOf(change: Omit<Change, "looks" | "failures">): ReadEvent {
  return { kind: "changes", changes: [{ ...change, looks: 0, failures: 0 }] };
}
