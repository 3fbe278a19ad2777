/** The HubSpot object types that are carried over. Ids are unique within a type only. */
export type ObjectType = "company" | "contact" | "deal";

/** All object types, in the order in which they depend on each other. */
export const OBJECT_TYPES = ["company", "contact", "deal"] as const satisfies readonly ObjectType[];

/** What every HubSpot object tells about itself. */
export interface HubSpotObject {
  readonly id: string;
  /** HubSpot's `updatedAt`. Association changes, archiving and restoring do not move it. */
  readonly updatedAtMs: number;
  /** Ids of the records that merges absorbed into this one; empty for most. */
  readonly mergedIds: readonly string[];
}

/** A company as HubSpot has it now. Empty and missing values are `""`. */
export interface Company extends HubSpotObject {
  readonly name: string;
  readonly phone: string;
  readonly street: string;
  readonly street2: string;
  readonly postalCode: string;
  readonly city: string;
  readonly region: string;
  readonly country: string;
  readonly website: string;
  readonly remark: string;
  /** Raw value of the exclusion property (label "ZEP"). */
  readonly exclusion: string;
}

/** A contact as HubSpot has it now. Empty and missing values are `""`. */
export interface Contact extends HubSpotObject {
  readonly salutation: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly jobTitle: string;
  readonly email: string;
  readonly phone: string;
  readonly mobile: string;
}

/** A deal as HubSpot has it now. Empty and missing values are `""`. */
export interface Deal extends HubSpotObject {
  readonly description: string;
  readonly stageId: string;
}

/** From the type's name to the type's shape. */
export interface ObjectOf {
  readonly company: Company;
  readonly contact: Contact;
  readonly deal: Deal;
}

/** One association of a contact or deal with a company. One per company, labels already joined. */
export interface CompanyLink {
  readonly companyId: string;
  /** Whether it is the contact's (type id 1) or the deal's (type id 5) primary company. */
  readonly isPrimary: boolean;
}

/**
 * What one read of HubSpot answered for one id. `readAtMs` is our clock before the read began (before the first one,
 * where an observation joins several).
 *
 * - `live`: the object exists.
 * - `archived`: confirmed by an `archived=true` read that carries the id.
 * - `absorbed`: the read answered another record; a merge absorbed this id into `survivorId`.
 * - `missing`: neither live nor archived. On its own it proves nothing: reads lag behind writes.
 */
export type Observation<T> =
  | { readonly kind: "live"; readonly readAtMs: number; readonly object: T }
  | { readonly kind: "archived"; readonly readAtMs: number; readonly updatedAtMs: number }
  | { readonly kind: "absorbed"; readonly readAtMs: number; readonly survivorId: string }
  | { readonly kind: "missing"; readonly readAtMs: number };
