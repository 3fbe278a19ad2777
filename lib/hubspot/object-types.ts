import { OBJECT_TYPES } from "../domain/hubspot-object.ts";
import type { ObjectType } from "../domain/hubspot-object.ts";

/** HubSpot's numeric type ids, as generic events spell them. */
export const OBJECT_TYPE_IDS: ReadonlyMap<string, ObjectType> = new Map<string, ObjectType>([
  ["0-1", "contact"],
  ["0-2", "company"],
  ["0-3", "deal"],
]);

/** The types' names in HubSpot's paths. */
export const PATH_NAMES = { company: "companies", contact: "contacts", deal: "deals" } as const;

/** The type with this name, in lower case. */
export function findObjectType(name: string): ObjectType | undefined {
  return OBJECT_TYPES.find((type) => type === name);
}
