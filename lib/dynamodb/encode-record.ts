import { TABLE } from "../contract.ts";
import type {
  ContactPerson,
  ContactTombstone,
  Customer,
  CustomerFields,
  Project,
  ProjectOwnFields,
  SyncRecord,
} from "../domain/record.ts";
import { listToItem, numbersToItem, textsToItem, type Item } from "./attributes.ts";
import { packHistory } from "./history-codec.ts";
import {
  contactPersonKey,
  customerIndexKey,
  customerIndexSort,
  recordKey,
  stateIndexKey,
  survivorIndexKey,
  tombstoneKey,
  type ItemKey,
} from "./keys.ts";
import { encodeReason } from "./reason-codec.ts";

/** Key of the item that holds a record. */
export function keyOf(record: SyncRecord | ContactTombstone): ItemKey {
  switch (record.type) {
    case "customer":
      return recordKey("customer", record.companyId);
    case "project":
      return recordKey("project", record.dealId);
    case "contactPerson":
      return contactPersonKey(record.contactId, record.companyId);
    case "contactTombstone":
      return tombstoneKey(record.contactId);
  }
}

/** The whole item of a record, with the keys that put it into the sparse indexes. Texts that are empty are left out. */
export function encodeRecord(record: SyncRecord | ContactTombstone): Item {
  const { pk, sk } = keyOf(record);
  const key = { [TABLE.partitionKey]: { S: pk }, [TABLE.sortKey]: { S: sk } };
  switch (record.type) {
    case "customer":
      return { ...key, ...encodeBase(record, record.companyId, sk), ...encodeCustomer(record) };
    case "contactPerson": {
      const byCustomer = encodeCustomerIndex(record.type, record.companyId, sk);
      return { ...key, ...encodeBase(record, record.contactId, sk), ...byCustomer, ...encodeContactPerson(record) };
    }
    case "project": {
      const byCustomer = encodeCustomerIndex(record.type, record.dependsOnCompanyId ?? record.fields?.companyId, sk);
      return { ...key, ...encodeBase(record, record.dealId, sk), ...byCustomer, ...encodeProject(record) };
    }
    case "contactTombstone":
      return {
        ...key,
        ...textsToItem({ state: record.state, mergedInto: record.mergedInto }),
        ...encodeSurvivorIndex(record.mergedInto, sk),
        ...numbersToItem({ ...record.fence, revision: record.revision }),
      };
  }
}

function encodeBase(record: SyncRecord, id: string, sk: string): Item {
  return {
    state: { S: record.state },
    ...(record.reason && { reason: { M: encodeReason(record.reason) } }),
    ...numbersToItem({
      sourceUpdatedAtMs: record.fence.sourceUpdatedAtMs,
      readAtMs: record.fence.readAtMs,
      revision: record.revision,
      createdAtMs: record.createdAtMs,
      changedAtMs: record.changedAtMs,
    }),
    ...listToItem("absorbedIds", record.absorbedIds),
    ...(record.history.length > 0 && { history: { B: packHistory(record.history) } }),
    ...(record.state !== "linked" && {
      [TABLE.byState.partitionKey]: { S: stateIndexKey(record.type, record.state, id) },
      [TABLE.byState.sortKey]: { S: sk },
    }),
  };
}

function encodeCustomerIndex(type: "contactPerson" | "project", companyId: string | undefined, sk: string): Item {
  if (companyId === undefined || companyId === "") return {};
  return {
    [TABLE.byCustomer.partitionKey]: { S: customerIndexKey(companyId) },
    [TABLE.byCustomer.sortKey]: { S: customerIndexSort(type, sk) },
  };
}

function encodeSurvivorIndex(survivorId: string | undefined, sk: string): Item {
  if (survivorId === undefined) return {};
  const { partitionKey, sortKey } = TABLE.byCustomer;
  return { [partitionKey]: { S: survivorIndexKey(survivorId) }, [sortKey]: { S: sk } };
}

function encodeCustomer(customer: Customer): Item {
  return {
    ...textsToItem({ customerNumber: customer.customerNumber }),
    ...(customer.isFollowUpDue && { isFollowUpDue: { BOOL: true } }),
    ...(customer.isExcludedInHubSpot && { isExcludedInHubSpot: { BOOL: true } }),
    ...(customer.fields && { fields: { M: encodeCustomerFields(customer.fields) } }),
  };
}

function encodeCustomerFields({ name, phone, address, website, remark }: CustomerFields): Item {
  const { street, postalCode, city, country } = address;
  return {
    ...textsToItem({ name, phone, postalCode, city, country, website, remark }),
    ...listToItem("street", street),
  };
}

function encodeContactPerson({ fields }: ContactPerson): Item {
  if (fields === undefined) return {};
  const { primary, ...texts } = fields;
  return { fields: { M: { ...textsToItem(texts), ...(primary && { primary: { BOOL: true } }) } } };
}

function encodeProject({ shortForm, dependsOnCompanyId, fields, own }: Project): Item {
  return {
    ...textsToItem({ shortForm, dependsOnCompanyId }),
    ...(fields && { fields: { M: textsToItem({ ...fields }) } }),
    ...(own && { own: { M: encodeOwnFields(own) } }),
  };
}

function encodeOwnFields({ tasks, projectEmployees, ...texts }: ProjectOwnFields): Item {
  return {
    ...textsToItem(texts),
    ...listToItem("tasks", tasks),
    ...listToItem("projectEmployees", projectEmployees),
  };
}
