import * as z from "zod";
import { BILLING_TYPES, PROJECT_STATUSES, RECORD_STATES } from "../domain/record.ts";
import { lineEdit, numberEdit, textEdit } from "./edit-texts.ts";

/** Schemas that have a name in the API's description. */
export const API_SCHEMAS = z.registry<{ readonly id: string }>();

/** Ids of HubSpot objects: digits only, as text, for they outgrow what a JSON number holds. */
export const hubspotId = z.string().regex(/^[1-9]\d{0,18}$/u, "expected a HubSpot id: 1 to 19 digits, no 0 in front");

const text = z.string();
const isoTime = z.iso.datetime();
const isoDate = z.iso.date("expected a date such as 2026-01-31");

const base = {
  state: z.enum(RECORD_STATES),
  reason: z.object({ code: text, message: text }).optional().meta({ description: "Absent while linked." }),
  remedy: text.optional(),
  hubspotUrl: text.optional().meta({ description: "The object's page in HubSpot." }),
  changedAt: isoTime,
  leader: z.enum(["hubspot", "zep", "nobody"]).meta({ description: "Who may change the fields that HubSpot fills." }),
  warnings: z
    .array(z.object({ field: text, length: z.number(), limit: z.number(), cutTo: text }))
    .optional()
    .meta({ description: "Texts that ZEP would cut; in characters." }),
  missingFields: z.array(text).optional(),
  history: z
    .array(
      z.object({
        at: isoTime,
        cause: z.enum(["event", "pass", "admin"]),
        fields: z.array(z.object({ field: text, from: text.optional(), to: text.optional() })),
      }),
    )
    .optional()
    .meta({ description: "The last 20 changes, newest first; a contact's values are left out." }),
};

const address = z.object({ street: z.array(text), postalCode: text, city: text, country: text });

/** A contact person (Ansprechpartner). */
export const contactPersonSchema = z
  .object({
    ...base,
    contactId: hubspotId,
    companyId: hubspotId,
    salutation: text.optional(),
    firstName: text.optional(),
    lastName: text.optional(),
    jobTitle: text.optional(),
    email: text.optional(),
    phone: text.optional(),
    mobile: text.optional(),
    primary: z.boolean().optional(),
  })
  .register(API_SCHEMAS, { id: "ContactPerson" });

/** A project (Projekt). */
export const projectSchema = z
  .object({
    ...base,
    dealId: hubspotId,
    companyId: hubspotId.optional(),
    shortForm: text.optional(),
    description: text.optional(),
    tasks: z.array(text).optional(),
    projectEmployees: z.array(text).optional(),
    startDate: isoDate.optional(),
    endDate: isoDate.optional(),
    billingType: z.enum(BILLING_TYPES).optional(),
    status: z.enum(PROJECT_STATUSES).optional(),
    bookable: z.boolean().optional(),
    missing: z
      .array(z.enum(["active", "status", "duration", "tasks", "projectEmployees"]))
      .optional()
      .meta({ description: "What keeps time from being booked on it." }),
  })
  .register(API_SCHEMAS, { id: "Project" });

/** A customer (Kunde). */
export const customerSchema = z
  .object({
    ...base,
    companyId: hubspotId,
    customerNumber: text.optional(),
    name: text.optional(),
    phone: text.optional(),
    address: address.optional(),
    website: text.optional(),
    remark: text.optional(),
    contactPersons: z.array(contactPersonSchema).optional(),
    projects: z.array(projectSchema).optional(),
  })
  .register(API_SCHEMAS, { id: "Customer" });

/** What may be asked to change on a customer. */
export const customerEditSchema = z.strictObject({
  customerNumber: numberEdit.exactOptional(),
  name: textEdit.exactOptional(),
  phone: textEdit.exactOptional(),
  address: z
    .strictObject({
      street: z.array(textEdit).exactOptional(),
      postalCode: textEdit.exactOptional(),
      city: textEdit.exactOptional(),
      country: textEdit.exactOptional(),
    })
    .exactOptional(),
  website: textEdit.exactOptional(),
  remark: textEdit.exactOptional(),
});

const names = z.array(lineEdit).max(500);

/** What may be asked to change on a project. */
export const projectEditSchema = z.strictObject({
  shortForm: numberEdit.exactOptional(),
  description: textEdit.exactOptional(),
  companyId: hubspotId.exactOptional(),
  tasks: names.exactOptional(),
  projectEmployees: names.exactOptional(),
  startDate: isoDate.nullable().exactOptional(),
  endDate: isoDate.nullable().exactOptional(),
  billingType: z.enum(BILLING_TYPES).nullable().exactOptional(),
  status: z.enum(PROJECT_STATUSES).exactOptional(),
});

/** How lists are narrowed and paged. */
export const listQuerySchema = z.strictObject({
  state: z.enum(RECORD_STATES).exactOptional().meta({
    description: "Also shows entries of objects that were never transferred, with the reason.",
  }),
  customer: hubspotId.exactOptional().meta({ description: "Company id of the customer." }),
  prefix: text.min(1).max(120).exactOptional().meta({ description: "Start of the name or number, any case." }),
  limit: z.coerce.number("expected a whole number from 1 to 100").int().min(1).max(100).default(50),
  cursor: text.max(500).exactOptional().meta({ description: "A page's `cursor`." }),
});

export type CustomerView = z.infer<typeof customerSchema>;
export type ContactPersonView = z.infer<typeof contactPersonSchema>;
export type ProjectView = z.infer<typeof projectSchema>;

/** One page of a list, under a name of its own. */
export function pageSchema<T>(id: string, item: z.ZodType<T>) {
  return z.object({ items: z.array(item), cursor: z.string().optional() }).register(API_SCHEMAS, { id });
}
