import { TABLE } from "../contract.ts";
import { RetryableError } from "../sync/errors.ts";
import type { NumberClaim, NumberKind, Page, RecordStore, ReserveOutcome } from "../sync/ports.ts";
import { numbersToItem, requireNumber, requireText, type Item } from "./attributes.ts";
import { reservationKey, reservationPartition, SHARDS } from "./keys.ts";
import { decodeCursor, encodeCursor } from "./list-cursor.ts";
import { queryPage } from "./query-pages.ts";
import { deleteItemIf, getItem, keyItem, putItemIf, type Condition, type Table } from "./table-requests.ts";

type Reservations = Pick<RecordStore, "reserveNumber" | "releaseNumber" | "listReservations">;

/** Reservations of a page. */
const PAGE_SIZE = 2000;

/** Tries to reserve while the number changes hands between the refused write and the read of its holder. */
const ATTEMPTS = 3;

/** After every number in UTF-8 order. */
const LAST_NUMBER = "\u{10FFFF}";

/** Creates the part of the record store that keeps numbers unique. */
export function createNumberReservations(table: Table): Reservations {
  return {
    reserveNumber: (claim) => reserveNumber(table, claim),
    releaseNumber: async ({ kind, number, holderId, reservedUntilMs }) => {
      await deleteItemIf(table, reservationKey(kind, number), {
        expression: `holderId = :holder${reservedUntilMs === undefined ? "" : " AND reservedAtMs <= :until"}`,
        values: {
          ":holder": { S: holderId },
          ...(reservedUntilMs !== undefined && { ":until": { N: String(reservedUntilMs) } }),
        },
      });
    },
    listReservations: (kind, cursor) => listReservations(table, kind, cursor),
  };
}

type Claim = Parameters<RecordStore["reserveNumber"]>[0];

/** A reservation, and the condition on which it may be put: the number is free, the holder's own or the giver's. */
export function describeReservation({ kind, number, holderId, atMs, takeFrom = holderId }: Claim): {
  readonly item: Item;
  readonly condition: Condition;
} {
  return {
    item: {
      ...keyItem(reservationKey(kind, number)),
      holderId: { S: holderId },
      ...numbersToItem({ reservedAtMs: atMs }),
    },
    condition: {
      expression: `attribute_not_exists(${TABLE.partitionKey}) OR holderId IN (:holder, :former)`,
      values: { ":holder": { S: holderId }, ":former": { S: takeFrom } },
    },
  };
}

/** Reserves a number; see `RecordStore`. */
export async function reserveNumber(table: Table, claim: Claim): Promise<ReserveOutcome> {
  const key = reservationKey(claim.kind, claim.number);
  const { item, condition } = describeReservation(claim);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (await putItemIf(table, item, condition)) return { kind: "reserved" };
    const holding = await getItem(table, key);
    const holderId = holding?.["holderId"]?.S;
    if (holding !== undefined && holderId !== undefined && holderId !== claim.holderId) {
      return { kind: "taken", holderId, reservedAtMs: requireNumber(holding, "reservedAtMs") };
    }
  }
  throw new RetryableError(`A ${claim.kind} changed hands ${ATTEMPTS} times while being reserved`, {
    code: "locked",
  });
}

async function listReservations(
  table: Table,
  kind: NumberKind,
  cursor: string | undefined,
): Promise<Page<NumberClaim & { readonly reservedAtMs: number }>> {
  const { shard, after } = parsePosition(kind, cursor);
  const pk = reservationPartition(kind, shard);
  const startKey = after === "" ? undefined : keyItem({ pk, sk: after });
  const query = { partition: pk, from: "\u0000", to: LAST_NUMBER, pageSize: PAGE_SIZE };
  const { items, lastKey } = await queryPage(table, query, startKey);
  const lastNumber = lastKey?.[TABLE.sortKey]?.S;
  const next = lastNumber !== undefined ? `${shard}:${lastNumber}` : shard + 1 < SHARDS ? `${shard + 1}:` : undefined;
  return {
    items: items.map((item) => decodeReservation(kind, item)),
    ...(next !== undefined && { cursor: encodeCursor(kind, next) }),
  };
}

function parsePosition(kind: NumberKind, cursor: string | undefined): { shard: number; after: string } {
  if (cursor === undefined) return { shard: 0, after: "" };
  const position = decodeCursor(cursor, kind, /^(?:\d|1[0-5]):/u);
  const colon = position.indexOf(":");
  return { shard: Number(position.slice(0, colon)), after: position.slice(colon + 1) };
}

function decodeReservation(kind: NumberKind, item: Item): NumberClaim & { readonly reservedAtMs: number } {
  return {
    kind,
    number: requireText(item, TABLE.sortKey),
    holderId: requireText(item, "holderId"),
    reservedAtMs: requireNumber(item, "reservedAtMs"),
  };
}
