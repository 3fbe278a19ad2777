import { TABLE } from "../contract.ts";
import type { ContactPerson, Customer, Project, RecordState } from "../domain/record.ts";
import type { ListQuery, Page } from "../sync/ports.ts";
import type { Item } from "./attributes.ts";
import { CONDENSED_ATTRIBUTES, decodeContactItem, decodeCustomer, decodeProject } from "./decode-record.ts";
import { keyOf } from "./encode-record.ts";
import { customerIndexKey, customerIndexSort, isHubSpotId, recordKey, type ItemKey, type RecordKind } from "./keys.ts";
import { decodeCursor, encodeCursor } from "./list-cursor.ts";
import { queryPages } from "./query-pages.ts";
import { itemKey, streamItems, streamStateKeys } from "./record-streams.ts";
import { getItems, type Table } from "./table-requests.ts";

type Listed = Customer | ContactPerson | Project;

/** What tells the three lists apart. */
interface ListKind<R extends Listed> {
  readonly type: R["type"];
  readonly kind: RecordKind;
  /** Undefined for an item of another type, such as a tombstone. */
  readonly decode: (item: Item) => R | undefined;
  /** Whether a list without `state` shows it. */
  readonly isShown: (record: R) => boolean;
  /** What a prefix is compared with. */
  readonly searched: (record: R) => readonly (string | undefined)[];
}

/** The list of customers. */
export const CUSTOMERS: ListKind<Customer> = {
  type: "customer",
  kind: "customer",
  decode: decodeCustomer,
  isShown: ({ fields, state }) => fields !== undefined && state !== "merged",
  searched: ({ fields, customerNumber }) => [fields?.name, customerNumber],
};

/** The list of projects. */
export const PROJECTS: ListKind<Project> = {
  type: "project",
  kind: "project",
  decode: decodeProject,
  isShown: ({ fields, state }) => fields !== undefined && state !== "merged",
  searched: ({ fields, shortForm }) => [fields?.description, shortForm],
};

const GONE: ReadonlySet<RecordState> = new Set(["deleted", "merged", "erased"]);

/** The list of contact persons: without `state`, those that are with their company now. */
export const CONTACT_PERSONS: ListKind<ContactPerson> = {
  type: "contactPerson",
  kind: "contact",
  decode: (item) => {
    const record = decodeContactItem(item);
    return record.type === "contactPerson" ? record : undefined;
  },
  isShown: ({ fields, state }) => fields !== undefined && !GONE.has(state),
  searched: ({ fields }) => [fields && `${fields.firstName} ${fields.lastName}`.trim(), fields?.lastName],
};

/** Most records that one call looks at: 10,000 of 0.8 KB cost 1,000 read units and a second or two. */
const MOST_EXAMINED = 10_000;

/** Items of a page while searching, and keys of one batch of reads. */
const SEARCH_PAGE_SIZE = 100;

const SORT_KEY = /^\d{20}(?:#\d{20})?$/u;

/**
 * One page of a list. With `companyId` or a `state` other than linked it reads an index and what it shows; else it goes
 * through the records in id order, which for a `prefix` means all of them, {@link MOST_EXAMINED} a call.
 * @throws BadCursorError
 */
export async function listRecords<R extends Listed>(
  table: Table,
  list: ListKind<R>,
  query: ListQuery,
): Promise<Page<R>> {
  const position = query.cursor === undefined ? undefined : decodeCursor(query.cursor, list.type, SORT_KEY);
  const matches = matcherOf(list, query);
  const items: R[] = [];
  let examined = 0;
  let last: R | undefined;
  for await (const item of findCandidates(table, list, {
    query,
    from: position === undefined ? "0" : `${position}$`,
  })) {
    const record = list.decode(item);
    if (record !== undefined && matches(record)) {
      if (items.length === query.limit) return { items, ...cursorAfter(list, items.at(-1)) };
      items.push(record);
    }
    examined += 1;
    last = record ?? last;
    if (examined >= MOST_EXAMINED && last !== undefined) return { items, ...cursorAfter(list, last) };
  }
  return { items };
}

function cursorAfter<R extends Listed>(list: ListKind<R>, record: R | undefined): { readonly cursor?: string } {
  return record === undefined ? {} : { cursor: encodeCursor(list.type, keyOf(record).sk) };
}

function matcherOf<R extends Listed>(
  list: ListKind<R>,
  { state, companyId, prefix }: ListQuery,
): (record: R) => boolean {
  const wanted = prefix && foldText(prefix);
  return (record) => {
    if (state === undefined ? !list.isShown(record) : record.state !== state) return false;
    if (companyId !== undefined && companyIdOf(record) !== companyId) return false;
    return (
      wanted === undefined ||
      list.searched(record).some((text) => text !== undefined && foldText(text).startsWith(wanted))
    );
  };
}

/** What is alike to whoever reads it: letters of any case, and umlauts in one character or, as from a Mac, in two. */
function foldText(text: string): string {
  return text.toLowerCase().normalize("NFC");
}

/** The company under which the index by customer has a record. */
function companyIdOf(record: Listed): string | undefined {
  return record.type === "project" ? (record.dependsOnCompanyId ?? record.fields?.companyId) : record.companyId;
}

interface Search {
  readonly query: ListQuery;
  /** Inclusive lower bound of sort keys. */
  readonly from: string;
}

const TO_END = ":";

/** Items that may be in the list, in ascending order. */
function findCandidates<R extends Listed>(table: Table, list: ListKind<R>, search: Search): AsyncIterable<Item> {
  const { companyId, state, prefix, limit } = search.query;
  if (companyId !== undefined) return findByCompany(table, list, { ...search, companyId });
  const keysPerRead = Math.min(SEARCH_PAGE_SIZE, limit + 1);
  if (state !== undefined && state !== "linked") {
    const keys = streamStateKeys(table, { type: list.type, state, from: search.from });
    return readInTurn(table, keys, keysPerRead);
  }
  const range = { from: search.from, to: TO_END };
  return streamItems(table, list.kind, { range, pageSize: prefix === undefined ? keysPerRead : SEARCH_PAGE_SIZE });
}

async function* findByCompany<R extends Listed>(
  table: Table,
  list: ListKind<R>,
  { companyId, from, query }: Search & { readonly companyId: string },
): AsyncGenerator<Item, void, void> {
  if (!isHubSpotId(companyId)) return;
  if (list.type === "customer") {
    const key = recordKey("customer", companyId);
    if (key.sk >= from) yield* await getCondensed(table, [key]);
    return;
  }
  const type = list.type === "project" ? "project" : "contactPerson";
  const index = TABLE.byCustomer;
  const pages = queryPages(table, {
    index,
    partition: customerIndexKey(companyId),
    from: customerIndexSort(type, from),
    to: customerIndexSort(type, TO_END),
  });
  yield* readInTurn(table, toKeys(pages), Math.min(SEARCH_PAGE_SIZE, query.limit + 1));
}

async function* toKeys(pages: AsyncIterable<readonly Item[]>): AsyncGenerator<ItemKey, void, void> {
  for await (const page of pages) yield* page.map(itemKey);
}

/** Reads the records of keys, so many at once, and keeps their order. */
async function* readInTurn(
  table: Table,
  keys: AsyncIterable<ItemKey>,
  keysPerRead: number,
): AsyncGenerator<Item, void, void> {
  let batch: ItemKey[] = [];
  for await (const key of keys) {
    batch.push(key);
    if (batch.length < keysPerRead) continue;
    yield* await getCondensed(table, batch);
    batch = [];
  }
  yield* await getCondensed(table, batch);
}

async function getCondensed(table: Table, keys: readonly ItemKey[]): Promise<readonly Item[]> {
  const items = await getItems(table, keys, { attributes: CONDENSED_ATTRIBUTES, isEventual: true });
  return items.toSorted((left, right) => (itemKey(left).sk < itemKey(right).sk ? -1 : 1));
}
