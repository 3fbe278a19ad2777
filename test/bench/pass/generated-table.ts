import { Readable } from "node:stream";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { TABLE } from "../../../lib/contract.ts";
import { RECORD_STATES, type SyncRecord } from "../../../lib/domain/record.ts";
import type { Item } from "../../../lib/dynamodb/attributes.ts";
import { encodeRecord } from "../../../lib/dynamodb/encode-record.ts";
import { parseSortKey, recordKey, reservationKey, shardOf, stateIndexKey } from "../../../lib/dynamodb/keys.ts";
import { readUnitsOf, sizeOfItem } from "../../fixtures/dynamodb-units.ts";
import { present, type GeneratedRecords } from "./generated-records.ts";
import type { NumberKind } from "../../../lib/sync/ports.ts";
import { HOLDERS, numberOf } from "./generated-store.ts";

/** What every item is filled up to, as its history does in life: four fifths of a KB, five to a read unit. */
const ITEM_BYTES = 819;

const text = z.object({ S: z.string() });

const querySchema = z.object({
  IndexName: z.string().optional(),
  ExpressionAttributeNames: z.record(z.string(), z.string()),
  ExpressionAttributeValues: z.object({ ":pk": text, ":from": text, ":to": text }),
  ExclusiveStartKey: z.record(z.string(), text).optional(),
  ProjectionExpression: z.string().optional(),
  Limit: z.number(),
});

type Query = z.output<typeof querySchema>;

/** Requests that the table answered, and what they consumed by DynamoDB's size rules. */
export interface TableUse {
  queries: number;
  readUnits: number;
}

/**
 * A client of DynamoDB's whose wire ends in this process, at a table that is computed from the records: queries of
 * records, of the index by state and of numbers. Everything else, writes above all, is refused.
 *
 * @param onQuery is told each request's and answer's body
 */
export function createGeneratedTable(
  records: GeneratedRecords,
  onQuery?: (body: string, answer: string) => void,
): { readonly client: DynamoDBClient; readonly use: TableUse } {
  const use: TableUse = { queries: 0, readUnits: 0 };
  const client = createWiredClient((target, body) => {
    if (target !== "DynamoDB_20120810.Query") throw new Error(`${target} although everything is as it should be`);
    const answer = answerQuery(records, querySchema.parse(JSON.parse(body)));
    use.queries += 1;
    use.readUnits += answer.ConsumedCapacity.CapacityUnits;
    const text = JSON.stringify(answer);
    onQuery?.(body, text);
    return text;
  });
  return { client, use };
}

/** A client without sockets: each request is answered by a function of its target and body. */
export function createWiredClient(answer: (target: string, body: string) => string | Buffer): DynamoDBClient {
  return new DynamoDBClient({
    region: "eu-central-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
    requestHandler: {
      handle: (request: { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }) => {
        const answered = answer(request.headers["x-amz-target"] ?? "", new TextDecoder().decode(request.body));
        const body = Readable.from([typeof answered === "string" ? Buffer.from(answered) : answered]);
        return Promise.resolve({ response: { statusCode: 200, headers: {}, body } });
      },
    },
  });
}

function answerQuery(records: GeneratedRecords, query: Query) {
  const { ":pk": pk, ":from": from, ":to": to } = query.ExpressionAttributeValues;
  const sortKey = query.IndexName === undefined ? TABLE.sortKey : TABLE.byState.sortKey;
  const startKey = query.ExclusiveStartKey?.[sortKey]?.S;
  const isIn = (item: Item): boolean => {
    const key = item[sortKey]?.S ?? "";
    return key >= from.S && (startKey === undefined || key > startKey);
  };
  const items: Item[] = [];
  let bytes = 0;
  let isMore = false;
  for (const item of itemsOf(records, pk.S, startKey ?? from.S)) {
    if ((item[sortKey]?.S ?? "") > to.S) break;
    if (!isIn(item)) continue;
    isMore = items.length === query.Limit;
    if (isMore) break;
    items.push(item);
    bytes += sizeOfItem(item);
  }
  const last = items.at(-1);
  return {
    Items: items.map((item) => projectItem(item, query)),
    ConsumedCapacity: { TableName: "records", CapacityUnits: readUnitsOf(bytes, false) },
    ...(isMore && last !== undefined && { LastEvaluatedKey: keyOfItem(last, query.IndexName !== undefined) }),
  };
}

/** A projection costs nothing and saves nothing of the units: DynamoDB charges what it reads, not what it answers. */
function projectItem(item: Item, query: Query): Item {
  const names = query.ProjectionExpression?.split(", ").map((name) => query.ExpressionAttributeNames[name] ?? name);
  if (names === undefined) return item;
  return Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));
}

function keyOfItem(item: Item, isOfIndex: boolean): Item {
  const { partitionKey, sortKey } = TABLE.byState;
  const names = [TABLE.partitionKey, TABLE.sortKey, ...(isOfIndex ? [partitionKey, sortKey] : [])];
  return Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));
}

/** Items of a partition in ascending order, from some place before the sort key on. */
function itemsOf(records: GeneratedRecords, partition: string, from: string): Iterable<Item> {
  const [kind = "", second = "", third = ""] = partition.split("#");
  const afterId = beforeId(parseSortKey(from.slice(0, 20))?.id ?? (/^\d+$/u.test(from) ? from : undefined));
  switch (kind) {
    case "customer":
      if (third !== "") return indexItems(records, { state: second, partition, afterId });
      return shardItems(records.idsAfter("company", afterId), Number(second), (id) => present(records.customer(id)));
    case "contact":
      return shardItems(records.idsAfter("contact", afterId), Number(second), (id) => records.contactPersons(id));
    case "project":
      return shardItems(records.idsAfter("deal", afterId), Number(second), (id) => present(records.project(id)));
    case "customerNumber":
      return reservationItems(records, { kind: "customerNumber", shard: Number(second), afterId });
    case "shortForm":
      return reservationItems(records, { kind: "shortForm", shard: Number(second), afterId });
    default:
      throw new Error(`${partition} is no partition of records`);
  }
}

/** The id below, so that what is stored under the id itself is looked at as well. */
function beforeId(id: string | undefined): string | undefined {
  return id === undefined ? undefined : String(Number(id) - 1);
}

function* shardItems(
  ids: Iterable<string>,
  shard: number,
  recordsOf: (id: string) => readonly SyncRecord[],
): Generator<Item, void, void> {
  for (const id of ids) if (shardOf(id) === shard) for (const record of recordsOf(id)) yield fillItem(record);
}

/** The item of a record, its history stretched until the item is as large as wanted. */
function fillItem(record: SyncRecord): Item {
  const item = encodeRecord({ ...record, history: [] });
  const left = ITEM_BYTES - sizeOfItem(item) - "history".length;
  return left <= 0 ? item : { ...item, history: { B: new Uint8Array(left) } };
}

function* indexItems(
  records: GeneratedRecords,
  {
    state,
    partition,
    afterId,
  }: { readonly state: string; readonly partition: string; readonly afterId: string | undefined },
): Generator<Item, void, void> {
  const known = RECORD_STATES.find((each) => each === state) ?? "linked";
  for (const id of records.customerIds(known)) {
    if (stateIndexKey("customer", known, id) !== partition) continue;
    if (afterId !== undefined && Number(id) <= Number(afterId)) continue;
    const { pk, sk } = recordKey("customer", id);
    const { partitionKey, sortKey } = TABLE.byState;
    yield {
      [TABLE.partitionKey]: { S: pk },
      [TABLE.sortKey]: { S: sk },
      [partitionKey]: { S: partition },
      [sortKey]: { S: sk },
    };
  }
}

function* reservationItems(
  records: GeneratedRecords,
  { kind, shard, afterId }: { readonly kind: NumberKind; readonly shard: number; readonly afterId: string | undefined },
): Generator<Item, void, void> {
  for (const id of records.idsAfter(HOLDERS[kind], afterId)) {
    if (shardOf(id) !== shard) continue;
    const number = numberOf(records, kind, id);
    if (number === undefined) continue;
    const { pk, sk } = reservationKey(kind, number);
    yield {
      [TABLE.partitionKey]: { S: pk },
      [TABLE.sortKey]: { S: sk },
      holderId: { S: id },
      reservedAtMs: { N: "1780000000000" },
    };
  }
}
