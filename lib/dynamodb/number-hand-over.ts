import {
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type CancellationReason,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { NonRetryableError, RetryableError } from "../sync/errors.ts";
import type { HandOver, HandOverOutcome, NumberTaken } from "../sync/ports.ts";
import { requireNumber, requireText, type Item } from "./attributes.ts";
import { encodeRecord } from "./encode-record.ts";
import { reservationKey } from "./keys.ts";
import { describeReservation, reserveNumber } from "./number-reservations.ts";
import { onRevision } from "./record-condition.ts";
import {
  capacityOption,
  conditionOf,
  getItem,
  putItemIf,
  reportUnits,
  type Condition,
  type Table,
} from "./table-requests.ts";
import { toTableFailure } from "./table-failure.ts";

const CONDITION_FAILED = "ConditionalCheckFailed";

/** Refusals that concern one item and not the moment. */
const REFUSED: ReadonlySet<string> = new Set(["ValidationError", "ItemCollectionSizeLimitExceeded"]);

/** Which says nothing of the records at hand, and uses up none of their failures. */
const THROTTLED: ReadonlySet<string> = new Set(["ThrottlingError", "ProvisionedThroughputExceeded"]);

/**
 * Moves a number from an absorbed record to its survivor: three puts in one transaction, which costs two units for each
 * started KB. The SDK sends a repeated request with the same token, so one whose answer was lost is not done twice.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export async function handOverNumber(table: Table, { survivor, pointer, claim }: HandOver): Promise<HandOverOutcome> {
  const reservation = describeReservation(claim);
  const command = new TransactWriteItemsCommand({
    TransactItems: [
      describePut(table, encodeRecord(survivor), onRevision(survivor)),
      describePut(table, encodeRecord(pointer), onRevision(pointer)),
      describePut(table, reservation.item, reservation.condition),
    ],
    ...capacityOption(table),
  });
  try {
    const answer = await table.client.send(command);
    for (const capacity of answer.ConsumedCapacity ?? []) reportUnits(table, "write", capacity);
    return { kind: "written" };
  } catch (error) {
    if (isUnknownOperation(error)) return handOverStepwise(table, { survivor, pointer, claim });
    if (!(error instanceof TransactionCanceledException)) throw toTableFailure(error, "TransactWriteItems");
    const [ofSurvivor, ofPointer, ofNumber] = (error.CancellationReasons ?? []).map(({ Code: code }) => code);
    if (ofSurvivor === CONDITION_FAILED || ofPointer === CONDITION_FAILED) return { kind: "conflict" };
    if (ofNumber === CONDITION_FAILED) return (await findHolder(table, claim)) ?? { kind: "conflict" };
    throw toFailure(error.CancellationReasons ?? [], error);
  }
}

/** What a server other than AWS answers that knows no transactions, such as a plain dynalite. */
function isUnknownOperation(error: unknown): boolean {
  return error instanceof Error && error.name === "UnknownOperationException";
}

/**
 * The same without a transaction, for such a server: while this runs, and after a crash until it is repeated, both records
 * show the number, and a detach of the giver in between leaves it with both. AWS itself never comes here.
 */
async function handOverStepwise(table: Table, { survivor, pointer, claim }: HandOver): Promise<HandOverOutcome> {
  const reserved = await reserveNumber(table, claim);
  if (reserved.kind === "taken") return reserved;
  if (!(await putItemIf(table, encodeRecord(survivor), onRevision(survivor)))) {
    await reserveNumber(table, { ...claim, holderId: claim.takeFrom, takeFrom: claim.holderId });
    return { kind: "conflict" };
  }
  // If the giver has moved on, its pointer is made anew from what it is now.
  await putItemIf(table, encodeRecord(pointer), onRevision(pointer));
  return { kind: "written" };
}

function describePut(table: Table, item: Item, { expression, values }: Condition): TransactWriteItem {
  const { ReturnConsumedCapacity: _, ...condition } = conditionOf({ expression, ...(values && { values }) }, table);
  return { Put: { TableName: table.tableName, Item: item, ...condition } };
}

/** @returns undefined when the number has become free meanwhile */
async function findHolder(table: Table, { kind, number }: HandOver["claim"]): Promise<NumberTaken | undefined> {
  const holding = await getItem(table, reservationKey(kind, number));
  if (holding === undefined) return undefined;
  return {
    kind: "taken",
    holderId: requireText(holding, "holderId"),
    reservedAtMs: requireNumber(holding, "reservedAtMs"),
  };
}

/** Nearly always another write of one of these items at the very same moment. */
function toFailure(reasons: readonly CancellationReason[], cause: unknown): RetryableError | NonRetryableError {
  const codes = reasons.flatMap(({ Code: code }) => (code === undefined || code === "None" ? [] : code));
  const message = `DynamoDB TransactWriteItems was cancelled: ${codes.join(", ")}`;
  if (codes.some((code) => REFUSED.has(code))) return new NonRetryableError(message, { code: "refused", cause });
  const isThrottled = codes.some((code) => THROTTLED.has(code));
  return new RetryableError(message, { code: isThrottled ? "throttled" : "locked", cause });
}
