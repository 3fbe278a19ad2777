import { BILLING_TYPES, PROJECT_STATUSES } from "../../domain/record.ts";
import type { CustomerView, ProjectView } from "../../api/record-schemas.ts";

/** A field of a record's form. */
export interface FormField<T> {
  /** As the API calls it; `address.city` is part of `address`. */
  readonly name: string;
  /** English, and ZEP's German word. */
  readonly label: string;
  readonly owner: "hubspot" | "zep";
  readonly read: (record: T) => string;
  /** How its text becomes what the API takes. Default: the text itself. */
  readonly kind?: "list" | "date" | "choice" | "street";
  readonly choices?: readonly string[];
}

export const CUSTOMER_FORM: readonly FormField<CustomerView>[] = [
  {
    name: "customerNumber",
    label: "Customer number (Kundennummer)",
    owner: "zep",
    read: (it) => it.customerNumber ?? "",
  },
  { name: "name", label: "Name", owner: "hubspot", read: (it) => it.name ?? "" },
  { name: "phone", label: "Phone (Telefon)", owner: "hubspot", read: (it) => it.phone ?? "" },
  {
    name: "address.street",
    label: "Street lines",
    owner: "hubspot",
    kind: "street",
    read: (it) => (it.address?.street ?? []).join("; "),
  },
  {
    name: "address.postalCode",
    label: "Postal code (PLZ)",
    owner: "hubspot",
    read: (it) => it.address?.postalCode ?? "",
  },
  { name: "address.city", label: "City (Ort)", owner: "hubspot", read: (it) => it.address?.city ?? "" },
  { name: "address.country", label: "Country (Land)", owner: "hubspot", read: (it) => it.address?.country ?? "" },
  { name: "website", label: "Website (WWW)", owner: "hubspot", read: (it) => it.website ?? "" },
  { name: "remark", label: "Remark (Bemerkung)", owner: "hubspot", read: (it) => it.remark ?? "" },
];

export const PROJECT_FORM: readonly FormField<ProjectView>[] = [
  { name: "shortForm", label: "Short form (Kurzform)", owner: "zep", read: (it) => it.shortForm ?? "" },
  {
    name: "tasks",
    label: "Tasks (Vorgänge), by commas",
    owner: "zep",
    kind: "list",
    read: (it) => (it.tasks ?? []).join(", "),
  },
  {
    name: "projectEmployees",
    label: "Project employees (Projektmitarbeiter), by commas",
    owner: "zep",
    kind: "list",
    read: (it) => (it.projectEmployees ?? []).join(", "),
  },
  { name: "startDate", label: "Start (Laufzeit von)", owner: "zep", kind: "date", read: (it) => it.startDate ?? "" },
  { name: "endDate", label: "End (Laufzeit bis)", owner: "zep", kind: "date", read: (it) => it.endDate ?? "" },
  {
    name: "billingType",
    label: "Billing type (Abrechnungsart)",
    owner: "zep",
    kind: "choice",
    choices: ["", ...BILLING_TYPES],
    read: (it) => it.billingType ?? "",
  },
  {
    name: "status",
    label: "Status",
    owner: "zep",
    kind: "choice",
    choices: PROJECT_STATUSES,
    read: (it) => it.status ?? "",
  },
  { name: "description", label: "Description (Bezeichnung)", owner: "hubspot", read: (it) => it.description ?? "" },
  { name: "companyId", label: "Customer (Kunde), as company id", owner: "hubspot", read: (it) => it.companyId ?? "" },
];

/** What changed in a form, as the API takes it. */
export function buildPatch<T>(
  fields: readonly FormField<T>[],
  before: T,
  textOf: (name: string) => string | undefined,
): Readonly<Record<string, unknown>> {
  const patch: Record<string, unknown> = {};
  const address: Record<string, unknown> = {};
  for (const field of fields) {
    const text = textOf(field.name)?.trim();
    if (text === undefined || text === field.read(before)) continue;
    const part = /^address\.(\w+)$/u.exec(field.name)?.[1];
    if (part === undefined) patch[field.name] = parseField(field, text);
    else address[part] = parseField(field, text);
  }
  return Object.keys(address).length === 0 ? patch : { ...patch, address };
}

function parseField<T>({ kind }: FormField<T>, text: string): unknown {
  if (kind === "list") return splitText(text, ",");
  if (kind === "street") return splitText(text, ";");
  return text === "" && (kind === "date" || kind === "choice") ? null : text;
}

function splitText(text: string, separator: string): readonly string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
