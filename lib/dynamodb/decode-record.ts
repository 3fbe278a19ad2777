import { TABLE } from "../contract.ts";
import { BILLING_TYPES, PROJECT_STATUSES, RECORD_STATES } from "../domain/record.ts";
import type {
  ContactPerson,
  ContactPersonFields,
  ContactTombstone,
  Customer,
  CustomerFields,
  Project,
  ProjectFields,
  ProjectOwnFields,
  RecordBase,
  RecordState,
} from "../domain/record.ts";
import { readText, readTexts, requireNumber, requireText, unreadableItem, type Item } from "./attributes.ts";
import { unpackHistory } from "./history-codec.ts";
import { parseSortKey } from "./keys.ts";
import { decodeReason } from "./reason-codec.ts";

/** Every attribute of a record but its history and its index keys: what a pass and a list read. */
export const CONDENSED_ATTRIBUTES = [
  TABLE.partitionKey,
  TABLE.sortKey,
  "state",
  "reason",
  "sourceUpdatedAtMs",
  "readAtMs",
  "revision",
  "createdAtMs",
  "changedAtMs",
  "absorbedIds",
  "customerNumber",
  "isFollowUpDue",
  "isExcludedInHubSpot",
  "shortForm",
  "dependsOnCompanyId",
  "fields",
  "own",
  "mergedInto",
] as const;

/**
 * The customer in an item. Without `history` in the item (condensed reads) its history is empty.
 * @throws NonRetryableError `badAnswer` naming the item's key
 */
export function decodeCustomer(item: Item): Customer {
  const { id } = requireIds(item);
  const customerNumber = item["customerNumber"]?.S;
  const fields = item["fields"]?.M;
  return {
    type: "customer",
    companyId: id,
    ...decodeBase(item),
    ...(customerNumber !== undefined && { customerNumber }),
    ...(fields && { fields: decodeCustomerFields(fields) }),
    isFollowUpDue: item["isFollowUpDue"]?.BOOL === true,
    ...(item["isExcludedInHubSpot"]?.BOOL === true && { isExcludedInHubSpot: true }),
  };
}

function decodeCustomerFields(fields: Item): CustomerFields {
  return {
    name: readText(fields, "name"),
    phone: readText(fields, "phone"),
    address: {
      street: readTexts(fields, "street"),
      postalCode: readText(fields, "postalCode"),
      city: readText(fields, "city"),
      country: readText(fields, "country"),
    },
    website: readText(fields, "website"),
    remark: readText(fields, "remark"),
  };
}

/**
 * The contact person or tombstone in an item of a contact. Without `history` in the item its history is empty.
 * @throws NonRetryableError `badAnswer` naming the item's key
 */
export function decodeContactItem(item: Item): ContactPerson | ContactTombstone {
  const { id, companyId } = requireIds(item);
  if (companyId === undefined) return decodeTombstone(item, id);
  const fields = item["fields"]?.M;
  return {
    type: "contactPerson",
    contactId: id,
    companyId,
    ...decodeBase(item),
    ...(fields && { fields: decodeContactPersonFields(fields) }),
  };
}

function decodeContactPersonFields(fields: Item): ContactPersonFields {
  return {
    salutation: readText(fields, "salutation"),
    firstName: readText(fields, "firstName"),
    lastName: readText(fields, "lastName"),
    jobTitle: readText(fields, "jobTitle"),
    email: readText(fields, "email"),
    phone: readText(fields, "phone"),
    mobile: readText(fields, "mobile"),
    primary: fields["primary"]?.BOOL === true,
  };
}

function decodeTombstone(item: Item, contactId: string): ContactTombstone {
  const state = item["state"]?.S;
  if (state !== "erased" && state !== "deleted" && state !== "merged") throw unreadableItem(item, "state");
  const mergedInto = item["mergedInto"]?.S;
  return {
    type: "contactTombstone",
    contactId,
    state,
    ...(mergedInto !== undefined && { mergedInto }),
    fence: decodeFence(item),
    revision: requireNumber(item, "revision"),
  };
}

/**
 * The project in an item. Without `history` in the item its history is empty.
 * @throws NonRetryableError `badAnswer` naming the item's key
 */
export function decodeProject(item: Item): Project {
  const { id } = requireIds(item);
  const shortForm = item["shortForm"]?.S;
  const dependsOnCompanyId = item["dependsOnCompanyId"]?.S;
  const fields = item["fields"]?.M;
  const own = item["own"]?.M;
  return {
    type: "project",
    dealId: id,
    ...decodeBase(item),
    ...(shortForm !== undefined && { shortForm }),
    ...(fields && { fields: decodeProjectFields(fields) }),
    ...(own && { own: decodeOwnFields(item, own) }),
    ...(dependsOnCompanyId !== undefined && { dependsOnCompanyId }),
  };
}

function decodeProjectFields(fields: Item): ProjectFields {
  return { description: readText(fields, "description"), companyId: readText(fields, "companyId") };
}

function decodeOwnFields(item: Item, own: Item): ProjectOwnFields {
  const status = PROJECT_STATUSES.find((known) => known === own["status"]?.S);
  if (status === undefined) throw unreadableItem(item, "own.status");
  const billingType = BILLING_TYPES.find((known) => known === own["billingType"]?.S);
  const startDate = own["startDate"]?.S;
  const endDate = own["endDate"]?.S;
  return {
    tasks: readTexts(own, "tasks"),
    projectEmployees: readTexts(own, "projectEmployees"),
    ...(startDate !== undefined && { startDate }),
    ...(endDate !== undefined && { endDate }),
    ...(billingType !== undefined && { billingType }),
    status,
  };
}

function decodeBase(item: Item): RecordBase {
  const reason = item["reason"]?.M;
  return {
    state: decodeState(item),
    ...(reason && { reason: requireReason(item, reason) }),
    fence: decodeFence(item),
    revision: requireNumber(item, "revision"),
    createdAtMs: requireNumber(item, "createdAtMs"),
    changedAtMs: requireNumber(item, "changedAtMs"),
    history: decodeHistory(item),
    absorbedIds: readTexts(item, "absorbedIds"),
  };
}

const STATES: ReadonlySet<string> = new Set(RECORD_STATES);

function isRecordState(text: string): text is RecordState {
  return STATES.has(text);
}

function decodeState(item: Item): RecordState {
  const state = requireText(item, "state");
  if (!isRecordState(state)) throw unreadableItem(item, "state");
  return state;
}

function decodeFence(item: Item): RecordBase["fence"] {
  return { sourceUpdatedAtMs: requireNumber(item, "sourceUpdatedAtMs"), readAtMs: requireNumber(item, "readAtMs") };
}

function requireReason(item: Item, map: Item): NonNullable<RecordBase["reason"]> {
  const reason = decodeReason(map);
  if (reason === undefined) throw unreadableItem(item, "reason");
  return reason;
}

const NO_HISTORY: RecordBase["history"] = [];

function decodeHistory(item: Item): RecordBase["history"] {
  const packed = item["history"];
  if (packed === undefined) return NO_HISTORY;
  try {
    return unpackHistory(packed.B ?? new Uint8Array());
  } catch (cause) {
    throw unreadableItem(item, "history", cause);
  }
}

function requireIds(item: Item): { readonly id: string; readonly companyId?: string } {
  const ids = parseSortKey(requireText(item, TABLE.sortKey));
  if (ids === undefined) throw unreadableItem(item, TABLE.sortKey);
  return ids;
}
