import * as z from "zod";
import { TABLE } from "../contract.ts";
import { OBJECT_TYPES } from "../domain/hubspot-object.ts";
import { NonRetryableError } from "../sync/errors.ts";
import type { Pass, PassCounts, PassLease } from "../sync/pass-ports.ts";
import {
  listToItem,
  numbersToItem,
  readNumber,
  readTexts,
  requireNumber,
  requireText,
  textsToItem,
  unreadableItem,
  type Item,
} from "./attributes.ts";
import type { ItemKey } from "./keys.ts";
import { keyItem } from "./table-requests.ts";

/** How long a pass and what it left behind are kept. */
const KEPT_SECONDS = 30 * 24 * 3600;

/** DynamoDB's limit of an item is 400 KB; this leaves room for the rest of it. */
const MOST_JSON_BYTES = 300 * 1024;

/** All passes share a partition, so that they can be listed: there are some hundred small ones. */
export const PASSES = "pass";

/** Sort keys of passes lie between these. */
export const PASS_RANGE = { from: "pass#", to: "pass$" } as const;

/** Key of a pass. */
export function passKey(passId: string): ItemKey {
  return { pk: PASSES, sk: `pass#${passId}` };
}

/** Key of the lease, with the checkpoint of the pass that holds it. */
export const LEASE_KEY: ItemKey = { pk: PASSES, sk: "lease" };

/** Key of a pass's report. */
export function reportKey(passId: string): ItemKey {
  return { pk: `pass#${passId}`, sk: "report" };
}

/** Key of one chunk of a pass's candidates. */
export function chunkKey(passId: string, chunk: number): ItemKey {
  return { pk: `pass#${passId}`, sk: `chunk#${String(chunk).padStart(8, "0")}` };
}

/** A pass as an item. */
export function encodePass(pass: Pass): Item {
  return {
    ...keyItem(passKey(pass.passId)),
    ...textsToItem({ passId: pass.passId, status: pass.status, reason: pass.reason, confirms: pass.confirms }),
    ...numbersToItem({
      startedAtMs: pass.startedAtMs,
      ...(pass.finishedAtMs !== undefined && { finishedAtMs: pass.finishedAtMs }),
      [TABLE.expiresAt]: expiryOf(pass.startedAtMs),
    }),
    ...(pass.isDryRun && { isDryRun: { BOOL: true } }),
    ...listToItem("types", pass.types),
    counts: { S: encodeJson(pass.counts) },
  };
}

/** When something of a pass may be deleted, epoch seconds. */
export function expiryOf(startedAtMs: number): number {
  return Math.floor(startedAtMs / 1000) + KEPT_SECONDS;
}

const passStatus = z.enum(["running", "succeeded", "failed", "stopped"]);
const passCounts = z.record(z.string(), z.record(z.string(), z.number()));

/** The pass in an item. @throws NonRetryableError `badAnswer` */
export function decodePass(item: Item): Pass {
  const status = passStatus.safeParse(item["status"]?.S);
  if (!status.success) throw unreadableItem(item, "status");
  const finishedAtMs = readNumber(item, "finishedAtMs");
  const types = readTexts(item, "types");
  return {
    passId: requireText(item, "passId"),
    status: status.data,
    ...(item["reason"]?.S !== undefined && { reason: item["reason"].S }),
    startedAtMs: requireNumber(item, "startedAtMs"),
    ...(finishedAtMs !== undefined && { finishedAtMs }),
    isDryRun: item["isDryRun"]?.BOOL === true,
    ...(item["confirms"]?.S !== undefined && { confirms: item["confirms"].S }),
    types: OBJECT_TYPES.filter((type) => types.includes(type)),
    counts: decodeCounts(item),
  };
}

/** The counts in an item of a pass or lease. @throws NonRetryableError `badAnswer` */
export function decodeCounts(item: Item): PassCounts {
  return decodeJson(item, "counts", passCounts);
}

/** The lease in its item. @throws NonRetryableError `badAnswer` */
export function decodeLease(item: Item): PassLease {
  return {
    passId: requireText(item, "passId"),
    owner: requireText(item, "leaseOwner"),
    leaseUntilMs: requireNumber(item, "leaseUntilMs"),
  };
}

/** Parses what was stored as JSON; every zod schema is one. */
export interface JsonSchema<T> {
  readonly parse: (value: unknown) => T;
}

/**
 * A value as JSON text.
 * @throws NonRetryableError `refused` when it is too large for an item
 */
export function encodeJson(value: unknown): string {
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_JSON_BYTES) {
    throw new NonRetryableError(
      `A value of ${bytes} bytes is too large to store, expected at most ${MOST_JSON_BYTES}`,
      {
        code: "refused",
      },
    );
  }
  return text;
}

/**
 * The value of a JSON attribute.
 * @throws NonRetryableError `badAnswer` when the schema refuses it
 */
export function decodeJson<T>(item: Item, attribute: string, schema: JsonSchema<T>): T {
  try {
    return schema.parse(JSON.parse(requireText(item, attribute)));
  } catch (cause) {
    throw unreadableItem(item, attribute, cause);
  }
}
