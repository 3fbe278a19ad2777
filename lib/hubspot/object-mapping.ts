import type { Company, Contact, Deal, HubSpotObject, ObjectOf, ObjectType } from "../domain/hubspot-object.ts";
import { badAnswer } from "./crm-clients.ts";
import { COMPANY_PROPERTIES, CONTACT_PROPERTIES, DEAL_PROPERTIES, MERGED_IDS_PROPERTY } from "./properties.ts";

/** An object as the generated clients hand it out; the types promise more than the wire keeps. */
export interface WireObject {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null | undefined>>;
  readonly updatedAt: Date;
  readonly archived?: boolean;
}

/** From a wire object to the domain's object of each type. */
export type ObjectMapping = { readonly [T in ObjectType]: (wire: WireObject) => ObjectOf[T] };

/** Creates the mapping; `exclusionProperty` is HubSpot's name of the property that excludes a company. */
export function createObjectMapping(exclusionProperty: string): ObjectMapping {
  return {
    company: (wire): Company => ({
      ...readCore(wire),
      ...readFields(wire, COMPANY_PROPERTIES),
      exclusion: readText(wire, exclusionProperty),
    }),
    contact: (wire): Contact => ({ ...readCore(wire), ...readFields(wire, CONTACT_PROPERTIES) }),
    deal: (wire): Deal => ({ ...readCore(wire), ...readFields(wire, DEAL_PROPERTIES) }),
  };
}

/**
 * HubSpot's modification stamp, epoch milliseconds.
 * @throws RetryableError `badAnswer` when there is none
 */
export function readUpdatedAt(wire: WireObject): number {
  const { updatedAt } = wire;
  const atMs = updatedAt instanceof Date ? updatedAt.getTime() : Number.NaN;
  if (Number.isNaN(atMs)) throw badAnswer(`HubSpot's object ${wire.id} has no valid updatedAt`);
  return atMs;
}

/** The object's id as a text, whatever the wire made of it. */
export function readId(wire: { readonly id: unknown }): string {
  const id = String(wire.id);
  if (!/^\d{1,19}$/u.test(id)) throw badAnswer("HubSpot answered an object without an id");
  return id;
}

/** Ids that merges absorbed into this object. */
export function readMergedIds(wire: WireObject): readonly string[] {
  return readText(wire, MERGED_IDS_PROPERTY)
    .split(";")
    .map((id) => id.trim())
    .filter((id) => /^\d+$/u.test(id));
}

function readCore(wire: WireObject): HubSpotObject {
  return { id: readId(wire), updatedAtMs: readUpdatedAt(wire), mergedIds: readMergedIds(wire) };
}

function readFields<F extends string>(wire: WireObject, names: Readonly<Record<F, string>>): Record<F, string>;
function readFields(wire: WireObject, names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([field, name]) => [field, readText(wire, name)]));
}

/** HubSpot shows an empty value as null, as an empty text or not at all. */
function readText(wire: WireObject, name: string): string {
  return wire.properties[name] ?? "";
}
