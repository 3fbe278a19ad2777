import { findAssociationType } from "./association-type.ts";
import { TYPE_NAMES, type SimType } from "./object-type.ts";
import type { PortalSource, SimLink, SimObject } from "./portal-source.ts";
import { hashText } from "./seeded-random.ts";
import { toWireInteger } from "./wire-json.ts";

/** Fact: an inline list of associations stops here and pages on its own. */
const INLINE_LIMIT = 100;

/** What a read asks for. */
export interface Selection {
  readonly type: SimType;
  /** Names asked for; empty for HubSpot's default set. */
  readonly properties: readonly string[];
  /** Types whose associations come inline. */
  readonly associations: readonly SimType[];
  readonly associationsAsOfMs: number;
}

/** An object as the wire shows it. */
export function toWireObject(source: PortalSource, object: SimObject, selection: Selection): Record<string, unknown> {
  const associations = wireAssociations(source, object.id, selection);
  return {
    id: object.id,
    properties: wireProperties(source, object, selection),
    createdAt: toIso(object.createdAtMs),
    updatedAt: toIso(object.updatedAtMs),
    archived: object.archivedAtMs !== undefined,
    ...(object.archivedAtMs === undefined ? {} : { archivedAt: toIso(object.archivedAtMs) }),
    ...(associations === undefined ? {} : { associations }),
  };
}

export function toIso(atMs: number): string {
  return new Date(atMs).toISOString();
}

function wireProperties(source: PortalSource, object: SimObject, selection: Selection): Record<string, string | null> {
  const names = TYPE_NAMES[selection.type];
  const definitions = source.propertyDefinitions(selection.type);
  const asked = selection.properties.length === 0 ? names.defaultProperties : selection.properties;
  const properties: Record<string, string | null> = {
    createdate: toIso(object.createdAtMs),
    // Fact: `updatedAt` mirrors the modified stamp of the type.
    [names.modifiedProperty]: toIso(object.updatedAtMs),
    hs_object_id: object.id,
  };
  for (const name of asked) {
    // Fact: names HubSpot does not know are dropped without a word.
    if (name in properties || !definitions.has(name)) continue;
    const value = object.properties[name] ?? emptyValue(object.id, name);
    if (value !== undefined) properties[name] = value;
  }
  return properties;
}

/** Fact: a value that is not set comes as null, as "" or not at all. Which one must not matter, so all three occur. */
function emptyValue(id: string, name: string): string | null | undefined {
  switch (hashText(`${id}.${name}`) % 3) {
    case 0:
      return null;
    case 1:
      return "";
    default:
      return undefined;
  }
}

function wireAssociations(source: PortalSource, id: string, selection: Selection): Record<string, unknown> | undefined {
  const { type, associationsAsOfMs: asOfMs } = selection;
  const lists: Record<string, unknown> = {};
  for (const toType of selection.associations) {
    const links = source.listLinks({ type, id, toType, asOfMs });
    if (links.length > 0) lists[TYPE_NAMES[toType].plural] = inlineList(type, id, links);
  }
  return Object.keys(lists).length === 0 ? undefined : lists;
}

/** Fact: one entry for each label, so the id of a primary association repeats. */
function inlineList(type: SimType, id: string, links: readonly SimLink[]): unknown {
  const entries = links.flatMap((link) =>
    typesOf(type, link).map((found) => ({ id: link.toId, type: found.inlineName })),
  );
  const results = entries.slice(0, INLINE_LIMIT);
  const last = results.at(-1);
  const toType = links[0]?.toType;
  if (entries.length <= INLINE_LIMIT || last === undefined || toType === undefined) return { results };
  const path = `/crm/v3/objects/${TYPE_NAMES[type].plural}/${id}/associations/${TYPE_NAMES[toType].plural}`;
  return { results, paging: { next: { after: last.id, link: `https://api.hubapi.com${path}?after=${last.id}` } } };
}

/** Fact: `toObjectId` is a JSON number here, while `from.id` is a string. */
export function toWireLink(type: SimType, link: SimLink): Record<string, unknown> {
  return {
    toObjectId: toWireInteger(link.toId),
    associationTypes: typesOf(type, link).map(({ typeId, label }) => ({ category: "HUBSPOT_DEFINED", typeId, label })),
  };
}

/** The primary type first, as lists show it; position carries no meaning. */
function typesOf(from: SimType, link: SimLink) {
  return [true, false]
    .filter((isPrimary) => !isPrimary || link.isPrimary)
    .flatMap((isPrimary) => findAssociationType({ from, to: link.toType, isPrimary }) ?? []);
}
