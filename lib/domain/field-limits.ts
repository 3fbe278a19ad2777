import type { SyncRecord } from "./record.ts";

/**
 * ZEP's longest texts in characters (code points), by field; a nested field is written `address.city`. ZEP's SOAP and
 * REST interfaces define them. A remark may have any length.
 */
export const CUSTOMER_LIMITS: Limits = {
  customerNumber: 32,
  name: 120,
  phone: 32,
  website: 120,
  "address.street": 120,
  "address.postalCode": 16,
  "address.city": 32,
  "address.country": 64,
};

/** See {@link CUSTOMER_LIMITS}. */
export const CONTACT_PERSON_LIMITS: Limits = {
  salutation: 32,
  firstName: 120,
  lastName: 120,
  jobTitle: 32,
  email: 120,
  phone: 32,
  mobile: 32,
};

/** See {@link CUSTOMER_LIMITS}. */
export const PROJECT_LIMITS: Limits = { shortForm: 64, description: 255 };

type Limits = Readonly<Record<string, number>>;

/** A text that ZEP would not take whole. Street lines count one by one. */
export interface LengthWarning {
  readonly field: string;
  /** In code points. */
  readonly length: number;
  readonly limit: number;
  /** The text as ZEP gets it. */
  readonly cutTo: string;
}

/** Texts of a record that are longer than ZEP takes. The record keeps them whole. */
export function findLengthWarnings(record: SyncRecord): readonly LengthWarning[] {
  switch (record.type) {
    case "customer":
      return findTooLong({ ...record.fields, customerNumber: record.customerNumber }, CUSTOMER_LIMITS);
    case "contactPerson":
      return findTooLong(record.fields ?? {}, CONTACT_PERSON_LIMITS);
    case "project":
      return findTooLong({ ...record.fields, shortForm: record.shortForm }, PROJECT_LIMITS);
  }
}

/** Fields that ZEP requires and that are empty: a contact person's first and last name. */
export function findMissingFields(record: SyncRecord): readonly string[] {
  if (record.type !== "contactPerson" || record.fields === undefined) return [];
  const { firstName, lastName } = record.fields;
  return Object.entries({ firstName, lastName }).flatMap(([field, text]) => (text === "" ? [field] : []));
}

/** Texts among `values` that exceed their limit. Fields without a limit are passed over. */
export function findTooLong(values: object, limits: Limits, prefix = ""): readonly LengthWarning[] {
  return Object.entries(values).flatMap(([name, value]: [string, unknown]) => {
    const field = `${prefix}${name}`;
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return findTooLong(value, limits, `${field}.`);
    const limit = Object.hasOwn(limits, field) ? limits[field] : undefined;
    const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
    return limit === undefined ? [] : texts.flatMap((text) => measure({ field, text, limit }));
  });
}

function measure(value: {
  readonly field: string;
  readonly text: unknown;
  readonly limit: number;
}): readonly LengthWarning[] {
  const { field, text, limit } = value;
  if (typeof text !== "string" || text.length <= limit) return [];
  const length = Array.from(text).length;
  return length > limit ? [{ field, length, limit, cutTo: cutText(text, limit) }] : [];
}

/** The first characters of a text, never half of one that takes two code units. */
export function cutText(text: string, limit: number): string {
  return Array.from(text).slice(0, limit).join("");
}
