import { TABLE } from "../contract.ts";
import type { ContactPerson, ContactTombstone, RecordState, SyncRecord } from "../domain/record.ts";
import type { RecordRange, RecordStreams, StoredContact } from "../sync/ports.ts";
import type { Item } from "./attributes.ts";
import { CONDENSED_ATTRIBUTES, decodeContactItem, decodeCustomer, decodeProject } from "./decode-record.ts";
import {
  parseSortKey,
  partitionKeyOf,
  SHARDS,
  sortKeyRange,
  stateIndexKeys,
  type ItemKey,
  type RecordKind,
} from "./keys.ts";
import { mergePages, type Pages } from "./merge-pages.ts";
import { queryPages } from "./query-pages.ts";
import type { Table } from "./table-requests.ts";

/** Items of a page of one shard: enough that rounding up to read units is lost in it, few enough for 16 in memory. */
const PAGE_SIZE = 200;

/** Creates the streams over a table. Each item is read once, at half a read unit per 4 KB of a page. */
export function createRecordStreams(table: Table): RecordStreams {
  return {
    streamCustomers: (range) => decodeEach(streamPages(table, "customer", { range }), decodeCustomer),
    streamProjects: (range) => decodeEach(streamPages(table, "project", { range }), decodeProject),
    streamCustomerIds: (state) => toIds(streamStateKeys(table, { type: "customer", state, from: "0" })),
    streamContacts: (range) => groupByContact(streamPages(table, "contact", { range })),
  };
}

/** Which items of a kind to stream, and how many to read at once. */
interface StreamPart {
  readonly range: RecordRange | SortKeyRange;
  readonly pageSize?: number;
}

/** Items of one kind in ascending order of their sort keys, without history. */
export async function* streamItems(table: Table, kind: RecordKind, part: StreamPart): AsyncGenerator<Item, void, void> {
  for await (const page of streamPages(table, kind, part)) yield* page;
}

function streamPages(table: Table, kind: RecordKind, { range, pageSize = PAGE_SIZE }: StreamPart): Pages<Item> {
  const bounds = (): SortKeyRange => ("from" in range ? range : sortKeyRange(range));
  const shards = Array.from({ length: SHARDS }, (_, shard) =>
    queryPages(table, {
      partition: partitionKeyOf(kind, shard),
      from: bounds().from,
      get to() {
        return bounds().to;
      },
      attributes: CONDENSED_ATTRIBUTES,
      pageSize,
    }),
  );
  return mergePages(shards, (item) => item[TABLE.sortKey]?.S ?? "");
}

/** Sorts behind every sort key of a record. */
const TO_END = ":";

/** Keys of a page of the index by state: an item has some 120 bytes. */
const KEYS_PER_PAGE = 100;

/** Keys of the records of a type in a state, in ascending order of their sort keys, from the index alone. */
export async function* streamStateKeys(
  table: Table,
  { type, state, from }: { readonly type: SyncRecord["type"]; readonly state: RecordState; readonly from: string },
): AsyncGenerator<ItemKey, void, void> {
  const index = TABLE.byState;
  const sources = stateIndexKeys(type, state).map((partition) =>
    queryPages(table, { index, partition, from, to: TO_END, pageSize: KEYS_PER_PAGE }),
  );
  for await (const page of mergePages(sources, (found) => found[index.sortKey]?.S ?? "")) yield* page.map(itemKey);
}

async function* toIds(keys: AsyncIterable<ItemKey>): AsyncGenerator<string, void, void> {
  for await (const { sk } of keys) {
    const parsed = parseSortKey(sk);
    if (parsed !== undefined) yield parsed.id;
  }
}

/** The key of an item of the table or of an index. */
export function itemKey(item: Item): ItemKey {
  return { pk: item[TABLE.partitionKey]?.S ?? "", sk: item[TABLE.sortKey]?.S ?? "" };
}

/** Inclusive bounds of sort keys. */
interface SortKeyRange {
  readonly from: string;
  readonly to: string;
}

/** Decodes a stream as it flows. */
async function* decodeEach<R>(pages: Pages<Item>, decode: (item: Item) => R): AsyncGenerator<R, void, void> {
  for await (const page of pages) for (const item of page) yield decode(item);
}

type ContactGroup = { readonly contactId: string } & StoredContact;

/** All items of a contact are in one partition and side by side. */
async function* groupByContact(pages: Pages<Item>): AsyncGenerator<ContactGroup, void, void> {
  let group: (ContactPerson | ContactTombstone)[] = [];
  for await (const page of pages) {
    for (const item of page) {
      const record = decodeContactItem(item);
      if (group[0] !== undefined && group[0].contactId !== record.contactId) {
        yield toContactGroup(group[0].contactId, group);
        group = [];
      }
      group.push(record);
    }
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
