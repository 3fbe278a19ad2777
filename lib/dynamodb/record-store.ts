import pMap from "p-map";
import { TABLE } from "../contract.ts";
import type { ContactPerson, ContactTombstone, SyncRecord } from "../domain/record.ts";
import type { RecordStore, StoredContact } from "../sync/ports.ts";
import type { Item } from "./attributes.ts";
import { decodeContactItem, decodeCustomer, decodeProject } from "./decode-record.ts";
import { encodeRecord } from "./encode-record.ts";
import {
  customerIndexKey,
  isHubSpotId,
  parseSortKey,
  recordKey,
  sortKeyRange,
  survivorIndexKey,
  tombstoneKey,
} from "./keys.ts";
import { handOverNumber } from "./number-hand-over.ts";
import { createNumberReservations } from "./number-reservations.ts";
import { queryPages } from "./query-pages.ts";
import { onRevision } from "./record-condition.ts";
import { CONTACT_PERSONS, CUSTOMERS, listRecords, PROJECTS } from "./record-lists.ts";
import { toContactGroup } from "./record-streams.ts";
import { getItem, getItems, putItemIf, type Table } from "./table-requests.ts";

/** Contacts read at once; each is a query of its own, since the number of its companies is unknown. */
const CONTACTS_IN_FLIGHT = { concurrency: 16 } as const;

/**
 * Creates the record store on a DynamoDB table. All its methods throw `RetryableError` (`throttled`, `unreachable`,
 * `serverError`) or `NonRetryableError` (`misconfigured`, `refused`, `badAnswer` for an item it cannot read).
 */
export function createRecordStore(table: Table): RecordStore {
  return {
    readCustomers: async (ids) => {
      const customers = (await readRecords(table, "customer", ids)).map(decodeCustomer);
      return new Map(customers.map((customer) => [customer.companyId, customer]));
    },
    readProjects: async (ids) => {
      const projects = (await readRecords(table, "project", ids)).map(decodeProject);
      return new Map(projects.map((project) => [project.dealId, project]));
    },
    readContacts: (contactIds) => readContacts(table, contactIds),
    readTombstone: (contactId) => readTombstone(table, contactId),
    write: (record) => writeRecord(table, record),
    ...createNumberReservations(table),
    handOver: (handOver) => handOverNumber(table, handOver),
    readDependantIds: (companyId) => readDependantIds(table, companyId),
    readAbsorbedContactIds: (survivorId) => readAbsorbedContactIds(table, survivorId),
    listCustomers: (query) => listRecords(table, CUSTOMERS, query),
    listProjects: (query) => listRecords(table, PROJECTS, query),
    listContactPersons: (query) => listRecords(table, CONTACT_PERSONS, query),
  };
}

function readRecords(table: Table, kind: "customer" | "project", ids: readonly string[]): Promise<readonly Item[]> {
  const keys = ids.filter(isHubSpotId).map((id) => recordKey(kind, id));
  return getItems(table, keys);
}

async function readContacts(table: Table, ids: readonly string[]): Promise<ReadonlyMap<string, StoredContact>> {
  const distinct = [...new Set(ids)];
  const contacts = await pMap(distinct, (contactId) => readContact(table, contactId), CONTACTS_IN_FLIGHT);
  return new Map(distinct.map((contactId, index) => [contactId, contacts[index] ?? { persons: [] }]));
}

/** The tombstone's sort key is the beginning of its contact persons' keys. */
async function readContact(table: Table, contactId: string): Promise<StoredContact> {
  if (!isHubSpotId(contactId)) return { persons: [] };
  const { pk, sk } = tombstoneKey(contactId);
  const records: (ContactPerson | ContactTombstone)[] = [];
  for await (const page of queryPages(table, { partition: pk, from: sk, to: `${sk}$`, isConsistent: true })) {
    records.push(...page.map(decodeContactItem));
  }
  const { persons, tombstone } = toContactGroup(contactId, records);
  return { persons, ...(tombstone && { tombstone }) };
}

async function readTombstone(table: Table, contactId: string): Promise<ContactTombstone | undefined> {
  if (!isHubSpotId(contactId)) return undefined;
  const item = await getItem(table, tombstoneKey(contactId));
  const record = item && decodeContactItem(item);
  return record?.type === "contactTombstone" ? record : undefined;
}

async function writeRecord(table: Table, record: SyncRecord | ContactTombstone): Promise<"written" | "conflict"> {
  return (await putItemIf(table, encodeRecord(record), onRevision(record))) ? "written" : "conflict";
}

async function readDependantIds(
  table: Table,
  companyId: string,
): Promise<{ readonly contactIds: readonly string[]; readonly dealIds: readonly string[] }> {
  const contactIds = new Set<string>();
  const dealIds = new Set<string>();
  const index = TABLE.byCustomer;
  const query = { index, partition: customerIndexKey(companyId), from: "contactPerson#", to: "project#:" };
  for await (const page of queryPages(table, query)) {
    for (const item of page) {
      const ids = parseSortKey(item[TABLE.sortKey]?.S ?? "");
      if (ids?.companyId !== undefined) contactIds.add(ids.id);
      else if (ids !== undefined) dealIds.add(ids.id);
    }
  }
  return { contactIds: [...contactIds], dealIds: [...dealIds] };
}

async function readAbsorbedContactIds(table: Table, survivorId: string): Promise<readonly string[]> {
  const index = TABLE.byCustomer;
  const query = { index, partition: survivorIndexKey(survivorId), ...sortKeyRange({}) };
  const ids: string[] = [];
  for await (const page of queryPages(table, query))
    ids.push(...page.flatMap((item) => parseSortKey(item[TABLE.sortKey]?.S ?? "")?.id ?? []));
  return ids;
}
