import type { Company, Contact, Deal, HubSpotObject, ObjectType } from "../domain/hubspot-object.ts";

type FieldsOf<T> = Exclude<keyof T, keyof HubSpotObject>;

/** HubSpot's property of each of a company's fields; the exclusion property is a setting. */
export const COMPANY_PROPERTIES = {
  name: "name",
  phone: "phone",
  street: "address",
  street2: "address2",
  postalCode: "zip",
  city: "city",
  region: "state",
  country: "country",
  website: "website",
  remark: "description",
} as const satisfies Readonly<Record<Exclude<FieldsOf<Company>, "exclusion">, string>>;

/** HubSpot's property of each of a contact's fields. */
export const CONTACT_PROPERTIES = {
  salutation: "salutation",
  firstName: "firstname",
  lastName: "lastname",
  jobTitle: "jobtitle",
  email: "email",
  phone: "phone",
  mobile: "mobilephone",
} as const satisfies Readonly<Record<FieldsOf<Contact>, string>>;

/** HubSpot's property of each of a deal's fields. */
export const DEAL_PROPERTIES = {
  description: "dealname",
  stageId: "dealstage",
} as const satisfies Readonly<Record<FieldsOf<Deal>, string>>;

/** HubSpot's list of the ids that merges absorbed into an object, separated by `;`. */
export const MERGED_IDS_PROPERTY = "hs_merged_object_ids";

/** The properties whose values the mapping reads, which are also those to subscribe to. */
export function listProperties(type: ObjectType, exclusionProperty: string): readonly string[] {
  switch (type) {
    case "company":
      return [...new Set([...Object.values(COMPANY_PROPERTIES), exclusionProperty])];
    case "contact":
      return Object.values(CONTACT_PROPERTIES);
    case "deal":
      return Object.values(DEAL_PROPERTIES);
  }
}

/** The properties to ask for when reading an object. */
export function listReadProperties(type: ObjectType, exclusionProperty: string): readonly string[] {
  return [...listProperties(type, exclusionProperty), MERGED_IDS_PROPERTY];
}
