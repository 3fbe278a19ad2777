import { TABLE } from "../contract.ts";
import type { ContactPerson, ContactTombstone } from "../domain/record.ts";
import type { RecordRange, RecordStreams, StoredContact } from "../sync/ports.ts";
import type { Item } from "./attributes.ts";
import { CONDENSED_ATTRIBUTES, decodeContactItem, decodeCustomer, decodeProject } from "./decode-record.ts";
import { partitionKeyOf, SHARDS, sortKeyRange, type RecordKind } from "./keys.ts";
import { mergePages } from "./merge-pages.ts";
import { queryPages } from "./query-pages.ts";
import type { Table } from "./table-requests.ts";

/** Items of a page of one shard: enough that rounding up to read units is lost in it, few enough for 16 in memory. */
const PAGE_SIZE = 200;

/** Creates the streams over a table. Each item is read once, at half a read unit per 4 KB of a page. */
export function createRecordStreams(table: Table): RecordStreams {
  return {
    streamCustomers: (range) => decodeEach(streamItems(table, "customer", { range }), decodeCustomer),
    streamProjects: (range) => decodeEach(streamItems(table, "project", { range }), decodeProject),
    streamContacts: (range) => groupByContact(streamItems(table, "contact", { range })),
  };
}

/** Items of one kind in ascending order of their sort keys, without history. */
export function streamItems(
  table: Table,
  kind: RecordKind,
  { range, pageSize = PAGE_SIZE }: { readonly range: RecordRange | SortKeyRange; readonly pageSize?: number },
): AsyncGenerator<Item, void, void> {
  const bounds = "from" in range ? range : sortKeyRange(range);
  const shards = Array.from({ length: SHARDS }, (_, shard) =>
    queryPages(table, {
      partition: partitionKeyOf(kind, shard),
      ...bounds,
      attributes: CONDENSED_ATTRIBUTES,
      pageSize,
    }),
  );
  return mergePages(shards, (item) => item[TABLE.sortKey]?.S ?? "");
}

/** Inclusive bounds of sort keys. */
interface SortKeyRange {
  readonly from: string;
  readonly to: string;
}

/** Decodes a stream as it flows. */
export async function* decodeEach<R>(
  items: AsyncIterable<Item>,
  decode: (item: Item) => R,
): AsyncGenerator<R, void, void> {
  for await (const item of items) yield decode(item);
}

type ContactGroup = { readonly contactId: string } & StoredContact;

/** All items of a contact are in one partition and side by side. */
async function* groupByContact(items: AsyncIterable<Item>): AsyncGenerator<ContactGroup, void, void> {
  let group: (ContactPerson | ContactTombstone)[] = [];
  for await (const item of items) {
    const record = decodeContactItem(item);
    if (group[0] !== undefined && group[0].contactId !== record.contactId) {
      yield toContactGroup(group[0].contactId, group);
      group = [];
    }
    group.push(record);
  }
  if (group[0] !== undefined) yield toContactGroup(group[0].contactId, group);
}

/** Persons and tombstone of one contact. */
export function toContactGroup(
  contactId: string,
  records: readonly (ContactPerson | ContactTombstone)[],
): ContactGroup {
  const tombstone = records.find((record) => record.type === "contactTombstone");
  const persons = records.filter((record) => record.type === "contactPerson");
  return { contactId, persons, ...(tombstone && { tombstone }) };
}
