import { setTimeout as sleepFor } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import {
  BatchGetItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  type ConsumedCapacity,
  type DynamoDBClient,
  type KeysAndAttributes,
} from "@aws-sdk/client-dynamodb";
import pMap from "p-map";
import { TABLE } from "../contract.ts";
import { RetryableError } from "../sync/errors.ts";
import type { Item } from "./attributes.ts";
import type { ItemKey } from "./keys.ts";
import { isConditionFailure, toTableFailure } from "./table-failure.ts";

/** The table and the means to reach it. */
export interface Table {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly tableName: string;
  /** Told what each request consumed, in capacity units. DynamoDB is asked to report it only if this is given. */
  readonly onUnits?: (units: { readonly read: number; readonly write: number }) => void;
  /** Waits between attempts; the process's timer when absent. */
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
  /** 0 to 1, for jitter; `Math.random` when absent. */
  readonly random?: () => number;
}

/** DynamoDB's limit of keys in one BatchGetItem. */
const KEYS_PER_BATCH = 100;

/** Batches of one read that are in flight at once. */
const BATCHES_IN_FLIGHT = { concurrency: 4 } as const;

/** Rounds of asking again for keys that DynamoDB left unprocessed: at most 6 s together. */
const BATCH_ROUNDS = 8;

/** An item's key as attributes. */
export function keyItem({ pk, sk }: ItemKey): Item {
  return { [TABLE.partitionKey]: { S: pk }, [TABLE.sortKey]: { S: sk } };
}

/** What is asked of every request: to report its units, if anybody listens. */
export function capacityOption(table: Table): { readonly ReturnConsumedCapacity?: "TOTAL" } {
  return table.onUnits === undefined ? {} : { ReturnConsumedCapacity: "TOTAL" };
}

/** Sends one request and translates its failure. */
export async function sendRequest<T>(operation: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw toTableFailure(error, operation);
  }
}

/** Reads one item, strongly consistent. */
export async function getItem(table: Table, key: ItemKey): Promise<Item | undefined> {
  const command = new GetItemCommand({
    TableName: table.tableName,
    Key: keyItem(key),
    ConsistentRead: true,
    ...capacityOption(table),
  });
  const answer = await sendRequest("GetItem", () => table.client.send(command));
  reportUnits(table, "read", answer.ConsumedCapacity);
  return answer.Item;
}

/** How a batch is read: strongly consistent and whole, unless it says otherwise. */
export interface BatchOptions {
  readonly attributes?: readonly string[];
  readonly isEventual?: boolean;
}

/**
 * Reads any number of items by key. The order is DynamoDB's.
 * @throws RetryableError `throttled` when DynamoDB keeps leaving keys unprocessed
 */
export async function getItems(
  table: Table,
  keys: readonly ItemKey[],
  options: BatchOptions = {},
): Promise<readonly Item[]> {
  const distinct = [...new Map(keys.map((key) => [`${key.pk}/${key.sk}`, key])).values()];
  const batches: ItemKey[][] = [];
  for (let start = 0; start < distinct.length; start += KEYS_PER_BATCH) {
    batches.push(distinct.slice(start, start + KEYS_PER_BATCH));
  }
  return (await pMap(batches, (batch) => getBatch(table, batch, options), BATCHES_IN_FLIGHT)).flat();
}

async function getBatch(table: Table, keys: readonly ItemKey[], options: BatchOptions): Promise<Item[]> {
  const items: Item[] = [];
  let asked: KeysAndAttributes = {
    Keys: keys.map(keyItem),
    ConsistentRead: options.isEventual !== true,
    ...(options.attributes && projectionOf(options.attributes)),
  };
  for (let round = 0; round < BATCH_ROUNDS; round += 1) {
    if (round > 0) await pause(table, round);
    const command = new BatchGetItemCommand({ RequestItems: { [table.tableName]: asked }, ...capacityOption(table) });
    const answer = await sendRequest("BatchGetItem", () => table.client.send(command));
    for (const capacity of answer.ConsumedCapacity ?? []) reportUnits(table, "read", capacity);
    items.push(...(answer.Responses?.[table.tableName] ?? []));
    const left = answer.UnprocessedKeys?.[table.tableName];
    if (left?.Keys === undefined || left.Keys.length === 0) return items;
    asked = left;
  }
  throw new RetryableError(`DynamoDB BatchGetItem left keys unprocessed ${BATCH_ROUNDS} times`, { code: "throttled" });
}

/** Full jitter over 50 ms that double. */
async function pause(table: Table, round: number): Promise<void> {
  const { sleep = sleepFor, random = Math.random } = table;
  await sleep(random() * 50 * 2 ** (round - 1));
}

/** Attribute names by place holder, as many of them are words that DynamoDB reserves. */
export function projectionOf(attributes: readonly string[]): {
  readonly ProjectionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
} {
  const names = Object.fromEntries(attributes.map((attribute, index) => [`#a${index}`, attribute]));
  return { ProjectionExpression: Object.keys(names).join(", "), ExpressionAttributeNames: names };
}

/** A condition of a write. */
export interface Condition {
  readonly expression: string;
  readonly values?: Item;
  readonly names?: Record<string, string>;
}

/**
 * Puts an item if the condition holds.
 *
 * The SDK repeats a request whose answer was lost. If the lost one had landed, the repetition fails its own condition:
 *
 * ```
 * put revision 5 (stored: 4) ─▶ lands ─▶ answer lost
 * put revision 5 (stored: 5) ─▶ condition fails ─▶ read: the item is exactly what we put ─▶ it was us: written
 * ```
 *
 * So a failed condition costs one read, a fifth of the write's price; a write id in every item would cost bytes in all.
 * Two writers that put the very same bytes both hear `true`, which is as good as true.
 */
export async function putItemIf(table: Table, item: Item, condition: Condition): Promise<boolean> {
  const command = new PutItemCommand({ TableName: table.tableName, Item: item, ...conditionOf(condition, table) });
  try {
    const answer = await table.client.send(command);
    reportUnits(table, "write", answer.ConsumedCapacity);
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw toTableFailure(error, "PutItem");
    const stored = await getItem(table, { pk: textOf(item, TABLE.partitionKey), sk: textOf(item, TABLE.sortKey) });
    return isDeepStrictEqual(stored, item);
  }
}

/** Puts an item whatever is stored. */
export async function putItem(table: Table, item: Item): Promise<void> {
  const command = new PutItemCommand({ TableName: table.tableName, Item: item, ...capacityOption(table) });
  const answer = await sendRequest("PutItem", () => table.client.send(command));
  reportUnits(table, "write", answer.ConsumedCapacity);
}

/** Deletes an item if the condition holds; `false` says that it did not. */
export async function deleteItemIf(table: Table, key: ItemKey, condition: Condition): Promise<boolean> {
  const command = new DeleteItemCommand({
    TableName: table.tableName,
    Key: keyItem(key),
    ...conditionOf(condition, table),
  });
  try {
    const answer = await table.client.send(command);
    reportUnits(table, "write", answer.ConsumedCapacity);
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw toTableFailure(error, "DeleteItem");
  }
}

/** A condition as the request's parameters. */
export function conditionOf(
  { expression, values, names }: Condition,
  table: Table,
): {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeValues?: Item;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ReturnConsumedCapacity?: "TOTAL";
} {
  return {
    ConditionExpression: expression,
    ...(values && { ExpressionAttributeValues: values }),
    ...(names && { ExpressionAttributeNames: names }),
    ...capacityOption(table),
  };
}

/** Tells the listener what a request consumed. */
export function reportUnits(table: Table, kind: "read" | "write", capacity: ConsumedCapacity | undefined): void {
  const units = capacity?.CapacityUnits ?? 0;
  table.onUnits?.(kind === "read" ? { read: units, write: 0 } : { read: 0, write: units });
}

function textOf(item: Item, name: string): string {
  return item[name]?.S ?? "";
}
