import { judgeBookable } from "../domain/bookable.ts";
import { findLengthWarnings, findMissingFields } from "../domain/field-limits.ts";
import type { ObjectType } from "../domain/hubspot-object.ts";
import { findLeader } from "../domain/leading-system.ts";
import { describeState } from "../domain/reason-text.ts";
import type { ContactPerson, Customer, Project, SyncRecord } from "../domain/record.ts";
import type { Portal } from "../sync/pass-ports.ts";
import type { ContactPersonView, CustomerView, ProjectView } from "./record-schemas.ts";

/** What a view needs besides the record. */
export interface ViewContext {
  /** Absent before HubSpot was ever read: links are left out then. */
  readonly portal: Portal | undefined;
  /** ISO date. */
  readonly today: string;
}

const TYPE_IDS: Readonly<Record<ObjectType, string>> = { contact: "0-1", company: "0-2", deal: "0-3" };

/** The page of an object in HubSpot. */
export function linkToHubSpot(portal: Portal | undefined, type: ObjectType, id: string): string | undefined {
  if (portal === undefined) return undefined;
  return `https://${portal.uiDomain}/contacts/${portal.portalId}/record/${TYPE_IDS[type]}/${id}`;
}

/** A customer as the API shows it. */
export function viewCustomer(customer: Customer, context: ViewContext): CustomerView {
  const { companyId, customerNumber, fields } = customer;
  const { address, ...texts } = fields ?? {};
  return {
    ...viewBase(customer, linkToHubSpot(context.portal, "company", companyId)),
    companyId,
    ...(customerNumber !== undefined && { customerNumber }),
    ...texts,
    ...(address !== undefined && { address: { ...address, street: [...address.street] } }),
  };
}

/** A contact person as the API shows it. */
export function viewContactPerson(person: ContactPerson, context: ViewContext): ContactPersonView {
  const { contactId, companyId, fields } = person;
  return {
    ...viewBase(person, linkToHubSpot(context.portal, "contact", contactId)),
    contactId,
    companyId,
    ...fields,
  };
}

/** A project as the API shows it. */
export function viewProject(project: Project, context: ViewContext): ProjectView {
  const { dealId, shortForm, fields, own, dependsOnCompanyId } = project;
  const companyId = fields?.companyId ?? dependsOnCompanyId;
  const bookability = judgeBookable(project, context.today);
  return {
    ...viewBase(project, linkToHubSpot(context.portal, "deal", dealId)),
    dealId,
    ...(companyId !== undefined && { companyId }),
    ...(shortForm !== undefined && { shortForm }),
    ...(fields !== undefined && { description: fields.description }),
    ...(own !== undefined && { ...own, tasks: [...own.tasks], projectEmployees: [...own.projectEmployees] }),
    ...(bookability !== undefined && { bookable: bookability.isBookable, missing: [...bookability.missing] }),
  };
}

/** A record of any type as the API shows it. */
export function viewRecord(record: SyncRecord, context: ViewContext): CustomerView | ContactPersonView | ProjectView {
  switch (record.type) {
    case "customer":
      return viewCustomer(record, context);
    case "contactPerson":
      return viewContactPerson(record, context);
    case "project":
      return viewProject(record, context);
  }
}

function viewBase(record: SyncRecord, hubspotUrl: string | undefined) {
  const { reason, remedy } = describeState(record);
  const warnings = findLengthWarnings(record);
  const missingFields = findMissingFields(record);
  return {
    state: record.state,
    ...(record.reason !== undefined && { reason: { code: record.reason.code, message: reason ?? record.reason.code } }),
    ...(remedy !== undefined && { remedy }),
    ...(hubspotUrl !== undefined && { hubspotUrl }),
    changedAt: toIso(record.changedAtMs),
    leader: findLeader(record),
    ...(warnings.length > 0 && { warnings: [...warnings] }),
    ...(missingFields.length > 0 && { missingFields: [...missingFields] }),
    // Lists come without it.
    ...(record.history.length > 0 && { history: record.history.map(viewHistory) }),
  };
}

function viewHistory({ atMs, cause, fields }: SyncRecord["history"][number]) {
  return { at: toIso(atMs), cause, fields: fields.map((change) => ({ ...change })) };
}

/** Epoch milliseconds as ISO time in UTC. */
export function toIso(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** One page, item by item. */
export function viewPage<T, V>(
  { items, cursor }: { readonly items: readonly T[]; readonly cursor?: string },
  view: (item: T) => V,
): { items: V[]; cursor?: string } {
  return { items: items.map(view), ...(cursor !== undefined && { cursor }) };
}

/** The version of a record as an ETag. */
export function etagOf({ revision }: { readonly revision: number }): string {
  return `"${revision}"`;
}
