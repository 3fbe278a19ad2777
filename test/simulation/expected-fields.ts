import type { SimObject } from "../../infra/local/hubspot-simulator/portal-source.ts";
import type { ContactPersonFields, CustomerFields } from "../../lib/domain/record.ts";

/** What a customer must say of a company. Written apart from the product's mapping, on purpose. */
export function expectCustomerFields({ properties }: SimObject): CustomerFields {
  const text = (name: string): string => (properties[name] ?? "").trim();
  const street = ["address", "address2", "state"].map(text).filter((line) => line !== "");
  return {
    name: text("name"),
    phone: text("phone"),
    address: { street, postalCode: text("zip"), city: text("city"), country: text("country") },
    website: text("website"),
    remark: text("description"),
  };
}

/** What a contact person must say of a contact. */
export function expectPersonFields({ properties }: SimObject, primary: boolean): ContactPersonFields {
  const text = (name: string): string => (properties[name] ?? "").trim();
  return {
    salutation: text("salutation"),
    firstName: text("firstname"),
    lastName: text("lastname"),
    jobTitle: text("jobtitle"),
    email: text("email"),
    phone: text("phone"),
    mobile: text("mobilephone"),
    primary,
  };
}

/** Whether two values say the same, whatever the order of their keys. */
export function isEqual(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(sortKeys(left)) === JSON.stringify(sortKeys(right));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]).toSorted(byKey));
}

function byKey([left]: readonly unknown[], [right]: readonly unknown[]): number {
  return String(left) < String(right) ? -1 : 1;
}
