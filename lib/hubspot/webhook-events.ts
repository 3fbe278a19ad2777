import type { Change, ChangeKind } from "../domain/change.ts";
import type { ObjectType } from "../domain/hubspot-object.ts";
import type { IgnoreReason, ParsedDelivery } from "../sync/ports.ts";
import { readAssociation } from "./association-event.ts";
import { findObjectType, OBJECT_TYPE_IDS } from "./object-types.ts";
import { wireAssociation, wireErasure, wireEvent, wireMerge } from "./wire-event.ts";
import type { ReadEvent } from "./wire-event.ts";
import { parseWireJson, readWireId } from "./wire-json.ts";

type EventKind =
  | "creation"
  | "propertyChange"
  | "associationChange"
  | "deletion"
  | "restore"
  | "merge"
  | "privacyDeletion";

const CHANGE_KINDS: Readonly<Record<EventKind, ChangeKind>> = {
  creation: "created",
  propertyChange: "property",
  associationChange: "association",
  deletion: "deleted",
  restore: "restored",
  merge: "merged",
  privacyDeletion: "erased",
};

const MALFORMED = { kind: "malformed" } as const;

/**
 * Parses the raw body of a delivery: legacy (`company.creation`) and generic (`object.creation`) events side by side. An
 * event that cannot be read is counted and costs no other one.
 *
 * @param receivedAtMs stands in for a missing `occurredAt`, epoch milliseconds
 * @see https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
 */
export function parseDelivery(body: Uint8Array, receivedAtMs: number): ParsedDelivery {
  const events = parseWireJson(body);
  if (!Array.isArray(events)) return { kind: "notAnArray" };
  const changes: Change[] = [];
  const ignored: Partial<Record<IgnoreReason, number>> = {};
  let malformed = 0;
  for (const event of events) {
    const read = readEvent(event, receivedAtMs);
    // One by one, for a merge can name more ids than a call takes arguments.
    if (read.kind === "changes") for (const change of read.changes) changes.push(change);
    else if (read.kind === "ignored") ignored[read.why] = (ignored[read.why] ?? 0) + 1;
    else malformed += 1;
  }
  return { kind: "parsed", changes, ignored, malformed };
}

function readEvent(input: unknown, receivedAtMs: number): ReadEvent {
  const parsed = wireEvent.safeParse(input);
  if (!parsed.success) return MALFORMED;
  const event = parsed.data;
  const name = event.subscriptionType ?? event.eventType;
  if (name === null || name === undefined) return MALFORMED;
  const [subject = "", kind = ""] = name.split(".", 2);
  const type = subject === "object" ? OBJECT_TYPE_IDS.get(event.objectTypeId ?? "") : findObjectType(subject);
  if (!isEventKind(kind)) return { kind: "ignored", why: "unknownKind" };
  const atMs = readTime(event.occurredAt) ?? receivedAtMs;
  if (kind === "associationChange") {
    const association = wireAssociation.safeParse(input);
    return association.success ? readAssociation(association.data, type, atMs) : MALFORMED;
  }
  if (type === undefined) return { kind: "ignored", why: "unknownType" };
  if (kind === "privacyDeletion" && type !== "contact") return { kind: "ignored", why: "unknownKind" };
  const at = { [CHANGE_KINDS[kind]]: atMs };
  if (kind === "merge") return readMerge(input, type, at);
  const id = readWireId(event.objectId);
  if (id === undefined) return MALFORMED;
  const told = kind === "privacyDeletion" ? readErasure(input) : {};
  return { kind: "changes", changes: [{ type, id, at, ...told, looks: 0, failures: 0 }] };
}

/** Whose erasure it is: of all events only this one is applied without a read. */
function readErasure(input: unknown): Pick<Change, "erasedIn"> {
  const { portalId } = wireErasure.parse(input);
  return portalId ? { erasedIn: [portalId] } : {};
}

/** Everything a merge names: which of them survives is what the read tells, and a merge may create a new, third id. */
function readMerge(input: unknown, type: ObjectType, at: Change["at"]): ReadEvent {
  const merge = wireMerge.safeParse(input);
  if (!merge.success) return MALFORMED;
  const { primaryObjectId, newObjectId, mergedObjectIds, objectId } = merge.data;
  const named = [primaryObjectId, newObjectId, ...(mergedObjectIds ?? []), objectId];
  const known = new Set(named.filter((id) => id !== undefined));
  if (known.size === 0) return MALFORMED;
  return { kind: "changes", changes: [...known].map((id) => ({ type, id, at, looks: 0, failures: 0 })) };
}

/** Epoch milliseconds; undefined for what no clock has shown. */
function readTime(occurredAt: unknown): number | undefined {
  const atMs = typeof occurredAt === "string" ? Number(occurredAt) : occurredAt;
  return typeof atMs === "number" && Number.isSafeInteger(atMs) && atMs > 0 ? atMs : undefined;
}

function isEventKind(kind: string): kind is EventKind {
  return Object.hasOwn(CHANGE_KINDS, kind);
}
