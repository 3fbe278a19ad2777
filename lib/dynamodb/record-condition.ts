import { TABLE } from "../contract.ts";
import type { ContactTombstone, SyncRecord } from "../domain/record.ts";
import type { Condition } from "./table-requests.ts";

/** Holds while nobody has written the record since the revision that this one is based on. */
export function onRevision({ revision }: Pick<SyncRecord | ContactTombstone, "revision">): Condition {
  return revision === 1
    ? { expression: `attribute_not_exists(${TABLE.partitionKey})` }
    : { expression: "revision = :expected", values: { ":expected": { N: String(revision - 1) } } };
}
