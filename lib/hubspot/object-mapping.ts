import type { Company, Contact, Deal, HubSpotObject, ObjectOf, ObjectType } from "../domain/hubspot-object.ts";
import { badAnswer } from "./crm-clients.ts";
import { COMPANY_PROPERTIES, CONTACT_PROPERTIES, DEAL_PROPERTIES, MERGED_IDS_PROPERTY } from "./properties.ts";

/** An object as the generated clients or a list hand it out; the types promise more than the wire keeps. */
export interface WireObject {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null | undefined>>;
  /** A list shows it as JSON does. */
  readonly updatedAt: Date | string;
  readonly archived?: boolean;
}

/** From a wire object to the domain's object of each type. */
export type ObjectMapping = { readonly [T in ObjectType]: (wire: WireObject) => ObjectOf[T] };

/** Creates the mapping; `exclusionProperty` is HubSpot's name of the property that excludes a company. */
export function createObjectMapping(exclusionProperty: string): ObjectMapping {
  const readCompany = fieldReader({ ...COMPANY_PROPERTIES, exclusion: exclusionProperty });
  const readContact = fieldReader(CONTACT_PROPERTIES);
  const readDeal = fieldReader(DEAL_PROPERTIES);
  return {
    company: (wire): Company => Object.assign(readCompany(wire), readCore(wire)),
    contact: (wire): Contact => Object.assign(readContact(wire), readCore(wire)),
    deal: (wire): Deal => Object.assign(readDeal(wire), readCore(wire)),
  };
}

/**
 * HubSpot's modification stamp, epoch milliseconds.
 * @throws RetryableError `badAnswer` when there is none
 */
export function readUpdatedAt(wire: WireObject): number {
  const { updatedAt } = wire;
  const atMs = updatedAt instanceof Date ? updatedAt.getTime() : Date.parse(updatedAt);
  if (Number.isNaN(atMs)) throw badAnswer(`HubSpot's object ${wire.id} has no valid updatedAt`);
  return atMs;
}

/** The object's id as a text, whatever the wire made of it. */
export function readId(wire: { readonly id: unknown }): string {
  const id = String(wire.id);
  if (!/^\d{1,19}$/u.test(id)) throw badAnswer("HubSpot answered an object without an id");
  return id;
}

const NO_IDS: readonly string[] = [];

/** Ids that merges absorbed into this object. */
export function readMergedIds(wire: WireObject): readonly string[] {
  const text = readText(wire, MERGED_IDS_PROPERTY);
  if (text === "") return NO_IDS;
  return text
    .split(";")
    .map((id) => id.trim())
    .filter((id) => /^\d+$/u.test(id));
}

function readCore(wire: WireObject): HubSpotObject {
  return { id: readId(wire), updatedAtMs: readUpdatedAt(wire), mergedIds: readMergedIds(wire) };
}

/** A reader of some fields. A pass maps every object there is, so their names are listed once and not for each. */
function fieldReader<F extends string>(names: Readonly<Record<F, string>>): (wire: WireObject) => Record<F, string>;
function fieldReader(names: Readonly<Record<string, string>>): (wire: WireObject) => Record<string, string> {
  const entries = Object.entries(names);
  return (wire) => {
    if (typeof wire.properties !== "object" || wire.properties === null) {
      throw badAnswer(`HubSpot's object ${wire.id} has no properties`);
    }
    const fields: Record<string, string> = {};
    for (const [field, name] of entries) fields[field] = readText(wire, name);
    return fields;
  };
}

/** HubSpot shows an empty value as null, as an empty text or not at all; a property may be called `constructor`. */
function readText({ properties }: WireObject, name: string): string {
  return (Object.hasOwn(properties, name) ? properties[name] : undefined) ?? "";
}
