import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { CheckpointToSave, PassLease } from "../sync/pass-ports.ts";
import { numbersToItem, textsToItem, type Item } from "./attributes.ts";
import { encodeJson, LEASE_KEY } from "./pass-item.ts";
import { isConditionFailure, toTableFailure } from "./table-failure.ts";
import { conditionOf, keyItem, reportUnits, type Condition, type Table } from "./table-requests.ts";

/** The lease with the checkpoint and the counts of its pass, as one item. */
export function encodeLease(
  saved: Omit<CheckpointToSave<unknown>, "checkpoint"> & { readonly checkpoint: unknown },
): Item {
  return {
    ...keyItem(LEASE_KEY),
    ...textsToItem({ passId: saved.passId, leaseOwner: saved.owner }),
    ...numbersToItem({ leaseUntilMs: saved.leaseUntilMs }),
    counts: { S: encodeJson(saved.counts) },
    ...(saved.checkpoint !== undefined && { checkpoint: { S: encodeJson(saved.checkpoint) } }),
  };
}

/** Holds while this owner has the lease of this pass. */
export function isOwner({ passId, owner }: Pick<PassLease, "passId" | "owner">): Condition {
  return {
    expression: "passId = :passId AND leaseOwner = :owner",
    values: { ":passId": { S: passId }, ":owner": { S: owner } },
  };
}

/** Sets attributes of the lease if the condition holds; answers the whole lease, or undefined if it does not hold. */
export async function updateLease(table: Table, attributes: Item, condition: Condition): Promise<Item | undefined> {
  const names = Object.keys(attributes);
  const values = Object.fromEntries(names.map((name) => [`:set_${name}`, attributes[name] ?? { NULL: true }]));
  const command = new UpdateItemCommand({
    TableName: table.tableName,
    Key: keyItem(LEASE_KEY),
    UpdateExpression: `SET ${names.map((name) => `${name} = :set_${name}`).join(", ")}`,
    ...conditionOf({ ...condition, values: { ...condition.values, ...values } }, table),
    ReturnValues: "ALL_NEW",
  });
  try {
    const answer = await table.client.send(command);
    reportUnits(table, "write", answer.ConsumedCapacity);
    return answer.Attributes ?? {};
  } catch (error) {
    if (isConditionFailure(error)) return undefined;
    throw toTableFailure(error, "UpdateItem");
  }
}
