import { NonRetryableError } from "../sync/errors.ts";
import type { NumberKind } from "../sync/ports.ts";
import type { RecordState, SyncRecord } from "../domain/record.ts";

/** What is kept in partitions of its own. Contact persons and contact tombstones share `contact`. */
export type RecordKind = "customer" | "contact" | "project";

/** Primary key of an item. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** Partitions of one kind. An initial load spreads over them: DynamoDB takes 1,000 writes a second in each. */
export const SHARDS = 16;

/**
 * Partitions of one state in the index by state. Fewer than {@link SHARDS}, as a list reads all of them; more than one,
 * as an initial load may write every deal as `outOfStage` and an index partition that is full slows the table down.
 */
export const STATE_SHARDS = 4;

/** Digits of a padded id; the largest 64-bit number has 20. */
const ID_DIGITS = 20;

/** A bound of sort keys: after every item of the padded id before it, as contact persons go on with `#` (`$` is next). */
const AFTER_ID = "$";

/** Between any bound and any item: digits sort between `/` and `:`. */
const FIRST = "0";
const LAST = ":";

/** Whether this can be a HubSpot id: up to 20 digits without leading zeros. Nothing is ever stored under another text. */
export function isHubSpotId(text: string): boolean {
  return /^(?:0|[1-9]\d{0,19})$/u.test(text);
}

/**
 * A HubSpot id as text that sorts as the number does.
 * @throws NonRetryableError `refused` when it is no HubSpot id
 */
export function padId(id: string): string {
  if (!isHubSpotId(id)) {
    throw new NonRetryableError(`Id ${JSON.stringify(id.slice(0, 40))} is refused: expected 1 to 20 digits`, {
      code: "refused",
    });
  }
  return id.padStart(ID_DIGITS, "0");
}

/** The HubSpot id that {@link padId} padded. */
export function unpadId(padded: string): string {
  let start = 0;
  while (start < padded.length - 1 && padded.charCodeAt(start) === 48) start += 1;
  return padded.slice(start);
}

/** Spreads texts evenly, also ids that ascend in steps: FNV-1a, then the final mix of MurmurHash3. */
export function shardOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % SHARDS;
}

/** Partition key of one shard of a kind, such as `customer#07`. */
export function partitionKeyOf(kind: RecordKind, shard: number): string {
  return `${kind}#${String(shard).padStart(2, "0")}`;
}

/** Key of a customer or project. */
export function recordKey(kind: "customer" | "project", id: string): ItemKey {
  return { pk: partitionKeyOf(kind, shardOf(id)), sk: padId(id) };
}

/** Key of a contact's tombstone: in the partition of its contact persons, sorting before them. */
export function tombstoneKey(contactId: string): ItemKey {
  return { pk: partitionKeyOf("contact", shardOf(contactId)), sk: padId(contactId) };
}

/** Key of a contact person: sorted by contact, then by company. */
export function contactPersonKey(contactId: string, companyId: string): ItemKey {
  const { pk, sk } = tombstoneKey(contactId);
  return { pk, sk: `${sk}#${padId(companyId)}` };
}

/** Ids in a sort key: of the record and, for a contact person, of its company. Undefined if it is no such key. */
export function parseSortKey(sk: string): { readonly id: string; readonly companyId?: string } | undefined {
  const match = /^(\d{20})(?:#(\d{20}))?$/u.exec(sk);
  if (match?.[1] === undefined) return undefined;
  return { id: unpadId(match[1]), ...(match[2] !== undefined && { companyId: unpadId(match[2]) }) };
}

/** Sort keys of a range of ids, inclusive bounds for `BETWEEN`: above `afterId`, up to and with `toId`. */
export function sortKeyRange(range: { readonly afterId?: string; readonly toId?: string | undefined }): {
  readonly from: string;
  readonly to: string;
} {
  return {
    from: range.afterId === undefined ? FIRST : padId(range.afterId) + AFTER_ID,
    to: range.toId === undefined ? LAST : padId(range.toId) + AFTER_ID,
  };
}

/** Key of the reservation of a number. The number is the sort key, so it may have up to 1,024 bytes. */
export function reservationKey(kind: NumberKind, number: string): ItemKey {
  return { pk: reservationPartition(kind, shardOf(number)), sk: number };
}

/** Partition key of one shard of reservations. */
export function reservationPartition(kind: NumberKind, shard: number): string {
  return `${kind}#${String(shard).padStart(2, "0")}`;
}

/** Partition key in the index by customer. */
export function customerIndexKey(companyId: string): string {
  return `customer#${companyId}`;
}

/** Sort key in the index by customer: the type, then the record's sort key. */
export function customerIndexSort(type: "contactPerson" | "project", sk: string): string {
  return `${type}#${sk}`;
}

/** Partition key in the index by customer of the contacts that were merged into one; sorted by their tombstones' keys. */
export function survivorIndexKey(contactId: string): string {
  return `survivor#${contactId}`;
}

/** Partition keys of a state in the index by state. */
export function stateIndexKeys(type: SyncRecord["type"], state: RecordState): readonly string[] {
  return Array.from({ length: STATE_SHARDS }, (_, shard) => `${type}#${state}#${shard}`);
}

/** Partition key of one record in the index by state; `id` is its HubSpot id (a contact person's contact id). */
export function stateIndexKey(type: SyncRecord["type"], state: RecordState, id: string): string {
  return `${type}#${state}#${shardOf(id) % STATE_SHARDS}`;
}
