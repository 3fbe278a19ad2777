import { diffVerdicts, nextRevision } from "./decision.ts";
import { isKeptOut } from "./exclusion.ts";
import { diffFields } from "./field-changes.ts";
import { CUSTOMER_LIMITS, findTooLong, PROJECT_LIMITS } from "./field-limits.ts";
import {
  findLeader,
  findRefusedFields,
  HUBSPOT_LED_CUSTOMER_FIELDS,
  HUBSPOT_LED_PROJECT_FIELDS,
} from "./leading-system.ts";
import type { LengthWarning } from "./field-limits.ts";
import type {
  Address,
  BillingType,
  Customer,
  FieldChange,
  Project,
  ProjectOwnFields,
  ProjectStatus,
  RecordState,
} from "./record.ts";

/** What an admin changes on a customer; a field that is not named stays. */
export interface CustomerEdit {
  readonly customerNumber?: string;
  readonly name?: string;
  readonly phone?: string;
  readonly address?: Partial<Address>;
  readonly website?: string;
  readonly remark?: string;
}

/** What an admin changes on a project; a field that is not named stays, `null` empties it. */
export interface ProjectEdit {
  readonly shortForm?: string;
  readonly description?: string;
  readonly companyId?: string;
  readonly tasks?: readonly string[];
  readonly projectEmployees?: readonly string[];
  readonly startDate?: string | null;
  readonly endDate?: string | null;
  readonly billingType?: BillingType | null;
  readonly status?: ProjectStatus;
}

/** Why a local change is not made. */
export type EditRefusal =
  | { readonly code: "hubspotLeads"; readonly fields: readonly string[] }
  | { readonly code: "notEditable"; readonly state: RecordState }
  | { readonly code: "tooLong"; readonly texts: readonly LengthWarning[] }
  | { readonly code: "datesReversed"; readonly startDate: string; readonly endDate: string }
  | { readonly code: "customerUnknown"; readonly companyId: string }
  | { readonly code: "notDetachable"; readonly state: RecordState };

/** The record as a local change leaves it, or why it stays as it is. */
export type LocalChange<R> =
  | { readonly kind: "changed"; readonly record: R }
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly refusal: EditRefusal };

/** Changes a customer by hand. Pure; uniqueness of the number is checked where it is reserved. */
export function editCustomer(stored: Customer, edit: CustomerEdit, nowMs: number): LocalChange<Customer> {
  const refusal =
    refuseLedFields(stored, edit, HUBSPOT_LED_CUSTOMER_FIELDS) ?? refuseLongTexts(findTooLong(edit, CUSTOMER_LIMITS));
  const { fields } = stored;
  if (refusal !== undefined || fields === undefined) return refuse(refusal ?? notEditable(stored));
  const { customerNumber = stored.customerNumber, address, ...others } = edit;
  const after = { ...fields, ...others, address: { ...fields.address, ...address } };
  const changes = diffFields({ ...fields, customerNumber: stored.customerNumber }, { ...after, customerNumber }, false);
  return settleEdit(stored, { changes, nowMs }, (bookkeeping) => ({
    ...stored,
    ...bookkeeping,
    fields: after,
    ...(customerNumber !== undefined && { customerNumber }),
  }));
}

/** Changes a project by hand. Pure; that the customer exists is for the caller to check. */
export function editProject(stored: Project, edit: ProjectEdit, nowMs: number): LocalChange<Project> {
  const refusal =
    refuseLedFields(stored, edit, HUBSPOT_LED_PROJECT_FIELDS) ?? refuseLongTexts(findTooLong(edit, PROJECT_LIMITS));
  const { fields, own } = stored;
  if (refusal !== undefined || fields === undefined || own === undefined) return refuse(refusal ?? notEditable(stored));
  const { shortForm = stored.shortForm, description = fields.description, companyId = fields.companyId } = edit;
  const after = { description, companyId };
  const ownAfter = editOwnFields(own, edit);
  const { startDate, endDate } = ownAfter;
  if (startDate !== undefined && endDate !== undefined && endDate < startDate)
    return refuse({ code: "datesReversed", startDate, endDate });
  const before = { ...fields, ...own, shortForm: stored.shortForm };
  const changes = diffFields(before, { ...after, ...ownAfter, shortForm }, false);
  return settleEdit(stored, { changes, nowMs }, (bookkeeping) => ({
    ...stored,
    ...bookkeeping,
    fields: after,
    own: ownAfter,
    ...(shortForm !== undefined && { shortForm }),
    // A project moved by hand belongs to its new customer everywhere, also in that customer's list.
    ...(companyId !== fields.companyId && { dependsOnCompanyId: companyId }),
  }));
}

function editOwnFields(own: ProjectOwnFields, edit: ProjectEdit): ProjectOwnFields {
  const { tasks = own.tasks, projectEmployees = own.projectEmployees, status = own.status } = edit;
  const startDate = edit.startDate === undefined ? own.startDate : edit.startDate;
  const endDate = edit.endDate === undefined ? own.endDate : edit.endDate;
  const billingType = edit.billingType === undefined ? own.billingType : edit.billingType;
  return {
    tasks,
    projectEmployees,
    status,
    ...(typeof startDate === "string" && { startDate }),
    ...(typeof endDate === "string" && { endDate }),
    ...(typeof billingType === "string" && { billingType }),
  };
}

/** Ends the sync of a customer (Kennzeichnung als HubSpot-Kunde entfernen); contact persons and projects are told. */
export function detachCustomer(stored: Customer, nowMs: number): LocalChange<Customer> {
  // What is excluded has nothing to do with who leads: a detach starts no sync.
  const excluded = isKeptOut(stored) ? { isExcludedInHubSpot: true as const } : {};
  return detach(stored, nowMs, (change) => ({ ...stored, ...change, ...excluded, isFollowUpDue: true }));
}

/** Ends the sync of a project (Kennzeichnung als HubSpot-Projekt entfernen). */
export function detachProject(stored: Project, nowMs: number): LocalChange<Project> {
  return detach(stored, nowMs, (change) => ({ ...stored, ...change }));
}

const BEYOND_DETACHING: ReadonlySet<RecordState> = new Set(["detached", "merged", "erased"]);

const DETACHED = { state: "detached", reason: { code: "detachedByAdmin" } } as const;

type Bookkeeping = ReturnType<typeof nextRevision>;

function detach<R extends Customer | Project>(
  stored: R,
  nowMs: number,
  build: (change: typeof DETACHED & Bookkeeping) => R,
): LocalChange<R> {
  if (stored.fields === undefined || BEYOND_DETACHING.has(stored.state))
    return refuse({ code: "notDetachable", state: stored.state });
  const changes = diffVerdicts(stored, DETACHED);
  return settleEdit(stored, { changes, nowMs }, (bookkeeping) => build({ ...DETACHED, ...bookkeeping }));
}

function settleEdit<R extends Customer | Project>(
  stored: R,
  { changes, nowMs }: { readonly changes: readonly FieldChange[]; readonly nowMs: number },
  build: (bookkeeping: Bookkeeping) => R,
): LocalChange<R> {
  if (changes.length === 0) return { kind: "unchanged" };
  // The fence stays: what HubSpot said last is no newer than it was.
  return {
    kind: "changed",
    record: build(nextRevision(stored, stored.fence, { fields: changes, cause: "admin", nowMs })),
  };
}

function refuseLedFields(stored: Customer | Project, edit: object, led: readonly string[]): EditRefusal | undefined {
  const leader = findLeader(stored);
  if (leader === "nobody") return notEditable(stored);
  const fields = findRefusedFields(leader, edit, led);
  return fields.length === 0 ? undefined : { code: "hubspotLeads", fields };
}

function refuseLongTexts(texts: readonly LengthWarning[]): EditRefusal | undefined {
  return texts.length === 0 ? undefined : { code: "tooLong", texts };
}

function notEditable({ state }: Customer | Project): EditRefusal {
  return { code: "notEditable", state };
}

function refuse(refusal: EditRefusal): { readonly kind: "refused"; readonly refusal: EditRefusal } {
  return { kind: "refused", refusal };
}
