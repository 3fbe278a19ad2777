import { text } from "node:stream/consumers";
import { QueryCommand, type QueryCommandInput, type QueryCommandOutput } from "@aws-sdk/client-dynamodb";
import type { Item } from "./attributes.ts";
import { capacityOption, projectionOf, reportUnits, sendRequest, type Table } from "./table-requests.ts";
import { TABLE } from "../contract.ts";

/** A query of one partition, in ascending order unless it says otherwise. */
export interface PartitionQuery {
  /** The table itself when absent. */
  readonly index?: { readonly indexName: string; readonly partitionKey: string; readonly sortKey: string };
  readonly partition: string;
  /** Inclusive bounds of the sort key. The upper one may become lower from page to page. */
  readonly from: string;
  readonly to: string;
  /** Only these; all when absent. */
  readonly attributes?: readonly string[];
  readonly isConsistent?: boolean;
  readonly isDescending?: boolean;
  /** Most items of a page; 1 MB when absent. */
  readonly pageSize?: number;
}

/** Pages of a query, each read when it is asked for; none that begins behind its upper bound, which DynamoDB refuses. */
export async function* queryPages(table: Table, query: PartitionQuery): AsyncGenerator<readonly Item[], void, void> {
  const { sortKey } = query.index ?? TABLE;
  let startKey: Item | undefined;
  do {
    const page = await queryPage(table, query, startKey);
    startKey = page.lastKey;
    if (page.items.length > 0) yield page.items;
  } while (startKey !== undefined && (startKey[sortKey]?.S ?? "") < query.to);
}

/** One page of a query, from behind `startKey`. */
export async function queryPage(
  table: Table,
  query: PartitionQuery,
  startKey?: Item,
): Promise<{ readonly items: readonly Item[]; readonly lastKey?: Item }> {
  const command = new QueryCommand({ ...toInput(table, query), ...(startKey && { ExclusiveStartKey: startKey }) });
  const taken = takeItems(command);
  const answer: QueryCommandOutput = await sendRequest("Query", () => table.client.send(command));
  reportUnits(table, "read", answer.ConsumedCapacity);
  const items = taken.items ?? answer.Items ?? [];
  return { items, ...(answer.LastEvaluatedKey && { lastKey: answer.LastEvaluatedKey }) };
}

function toInput(table: Table, query: PartitionQuery): QueryCommandInput {
  const { index = TABLE, partition, from, to } = query;
  const projection = query.attributes && projectionOf(query.attributes);
  return {
    TableName: table.tableName,
    ...(query.index && { IndexName: query.index.indexName }),
    KeyConditionExpression: "#pk = :pk AND #sk BETWEEN :from AND :to",
    ...projection,
    ExpressionAttributeNames: {
      ...projection?.ExpressionAttributeNames,
      "#pk": index.partitionKey,
      "#sk": index.sortKey,
    },
    ExpressionAttributeValues: { ":pk": { S: partition }, ":from": { S: from }, ":to": { S: to } },
    ...(query.isConsistent === true && { ConsistentRead: true }),
    ...(query.isDescending === true && { ScanIndexForward: false }),
    ...(query.pageSize !== undefined && { Limit: query.pageSize }),
    ...capacityOption(table),
  };
}

/**
 * Takes the items out of a good answer before the SDK decodes it. The SDK walks its schema through every attribute, which
 * costs seven times `JSON.parse` of the same answer, and makes of an item what it already is. Failures, paging and
 * capacity stay the SDK's, and items with bytes, such as a history: only the SDK turns those into a Uint8Array.
 */
function takeItems(command: QueryCommand): { items: readonly Item[] | undefined } {
  const taken: { items: readonly Item[] | undefined } = { items: undefined };
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (!isGoodAnswer(response)) return result;
      const body = await text(response.body);
      const { Items: items, ...rest }: WireAnswer = body.includes(BYTES_BEGIN) ? {} : JSON.parse(body);
      taken.items = items;
      Object.assign(response, { body: Buffer.from(items === undefined ? body : JSON.stringify(rest)) });
      return result;
    },
    // Inside the SDK's own decoding and outside its attempts, so that a repeated request starts anew.
    { step: "deserialize", priority: "low", name: "takeItems" },
  );
  return taken;
}

/** Begins an attribute of bytes; within a text, the quotes would be escaped. */
const BYTES_BEGIN = `"B":"`;

interface WireAnswer {
  readonly Items?: readonly Item[];
}

function isGoodAnswer(response: unknown): response is { readonly body: AsyncIterable<Uint8Array> } {
  if (typeof response !== "object" || response === null) return false;
  if (!("statusCode" in response) || response.statusCode !== 200 || !("body" in response)) return false;
  return typeof response.body === "object" && response.body !== null && Symbol.asyncIterator in response.body;
}
