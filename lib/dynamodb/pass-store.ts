import * as z from "zod";
import { TABLE } from "../contract.ts";
import { RetryableError } from "../sync/errors.ts";
import type { Pass, PassLease, PassStore, StartOutcome, TakeOverOutcome } from "../sync/pass-ports.ts";
import type { Page } from "../sync/ports.ts";
import { numbersToItem } from "./attributes.ts";
import { decodeCursor, encodeCursor } from "./list-cursor.ts";
import { createMarkStore } from "./mark-store.ts";
import {
  chunkKey,
  decodeCounts,
  decodeJson,
  decodeLease,
  decodePass,
  encodeJson,
  encodePass,
  expiryOf,
  LEASE_KEY,
  PASS_RANGE,
  passKey,
  PASSES,
  reportKey,
  type JsonSchema,
} from "./pass-item.ts";
import { encodeLease, isOwner, updateLease } from "./pass-lease.ts";
import { queryPage, queryPages } from "./query-pages.ts";
import { deleteItemIf, getItem, keyItem, putItem, putItemIf, type Condition, type Table } from "./table-requests.ts";

interface PassTable<Checkpoint, Report> extends Table {
  /** Parsers of what a pass stored, perhaps by an older version of this code. */
  readonly schemas: { readonly checkpoint: JsonSchema<Checkpoint>; readonly report: JsonSchema<Report> };
}

/**
 * Creates the store of passes on the table of the records. Throws as the record store does, and `badAnswer` when a
 * stored report is refused by its schema.
 */
export function createPassStore<Checkpoint, Report>(
  table: PassTable<Checkpoint, Report>,
): PassStore<Checkpoint, Report> {
  const { schemas } = table;
  return {
    ...createMarkStore(table),
    readPass: (passId) => readPass(table, passId),
    readReport: async (passId) => {
      const item = await getItem(table, reportKey(passId));
      return item && decodeJson(item, "report", schemas.report);
    },
    listPasses: (query) => listPasses(table, query),
    readLease: async () => {
      const item = await getItem(table, LEASE_KEY);
      return item && decodeLease(item);
    },
    startPass: (pass, lease) => startPass(table, pass, lease),
    saveCheckpoint: async (saved) => {
      const isSaved = await putItemIf(table, encodeLease(saved), isOwner(saved));
      return isSaved ? "saved" : "lostLease";
    },
    takeOver: (lease) => takeOver(table, lease, schemas.checkpoint),
    finishPass: (ended) => finishPass(table, ended),
    appendCandidates: ({ pass, chunk, ids }) =>
      putItem(table, {
        ...keyItem(chunkKey(pass.passId, chunk)),
        ids: { S: encodeJson(ids) },
        ...numbersToItem({ [TABLE.expiresAt]: expiryOf(pass.startedAtMs) }),
      }),
    readCandidates: (passId, chunkCount) => readCandidates(table, passId, chunkCount),
  };
}

async function readPass(table: Table, passId: string): Promise<Pass | undefined> {
  const item = await getItem(table, passKey(passId));
  return item && withLiveState(table, decodePass(item));
}

/**
 * A running pass as its lease shows it. A pass is stored after its lease and before the lease is given back, so a pass
 * that is running without the lease, still so when read again, was abandoned.
 */
async function withLiveState(table: Table, pass: Pass): Promise<Pass> {
  if (pass.status !== "running") return pass;
  const lease = await getItem(table, LEASE_KEY);
  if (lease !== undefined && decodeLease(lease).passId === pass.passId) return { ...pass, counts: decodeCounts(lease) };
  const again = await getItem(table, passKey(pass.passId));
  const settled = again === undefined ? pass : decodePass(again);
  return settled.status === "running" ? { ...settled, status: "failed", reason: "abandoned" } : settled;
}

async function listPasses(table: Table, query: { limit: number; cursor?: string }): Promise<Page<Pass>> {
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, PASSES, /./u);
  const startKey = after === undefined ? undefined : keyItem(passKey(after));
  const range = { partition: PASSES, ...PASS_RANGE, pageSize: query.limit, isDescending: true, isConsistent: true };
  const { items, lastKey } = await queryPage(table, range, startKey);
  const passes = await Promise.all(items.map((item) => withLiveState(table, decodePass(item))));
  const last = passes.at(-1);
  return {
    items: passes,
    ...(lastKey !== undefined && last !== undefined && { cursor: encodeCursor(PASSES, last.passId) }),
  };
}

/**
 * The lease comes first, so that a crash in between leaves no pass that seems to run. Whoever already holds it for this
 * very pass has started it: the client repeats a write whose answer was lost, and must not take itself for another.
 */
async function startPass(
  table: Table,
  pass: Pass,
  lease: { owner: string; nowMs: number; leaseUntilMs: number },
): Promise<StartOutcome> {
  const item = encodeLease({ ...lease, passId: pass.passId, counts: pass.counts, checkpoint: undefined });
  const mine = isOwner({ passId: pass.passId, owner: lease.owner });
  const isStarted = await putItemIf(table, item, {
    expression: `attribute_not_exists(${TABLE.partitionKey}) OR leaseUntilMs <= :now OR (${mine.expression})`,
    values: { ":now": { N: String(lease.nowMs) }, ...mine.values },
  });
  if (isStarted) {
    await putItem(table, encodePass(pass));
    return { kind: "started" };
  }
  const held = await getItem(table, LEASE_KEY);
  return held === undefined ? startPass(table, pass, lease) : { kind: "running", passId: decodeLease(held).passId };
}

async function takeOver<Checkpoint>(
  table: Table,
  lease: PassLease & { readonly nowMs: number; readonly handedBy?: string },
  schema: JsonSchema<Checkpoint>,
): Promise<TakeOverOutcome<Checkpoint>> {
  const taken = await updateLease(
    table,
    { leaseOwner: { S: lease.owner }, leaseUntilMs: { N: String(lease.leaseUntilMs) } },
    {
      expression: "passId = :pass AND (leaseUntilMs <= :now OR leaseOwner IN (:me, :handedBy))",
      values: {
        ":pass": { S: lease.passId },
        ":now": { N: String(lease.nowMs) },
        ":me": { S: lease.owner },
        ":handedBy": { S: lease.handedBy ?? lease.owner },
      },
    },
  );
  if (taken === undefined) {
    const item = await getItem(table, LEASE_KEY);
    const held = item && decodeLease(item);
    return held?.passId === lease.passId ? { kind: "held", leaseUntilMs: held.leaseUntilMs } : { kind: "over" };
  }
  const item = await getItem(table, passKey(lease.passId));
  if (item === undefined || item["status"]?.S !== "running") {
    // Its last owner died between storing the result and giving the lease back.
    await deleteItemIf(table, LEASE_KEY, isOwner(lease));
    return { kind: "over" };
  }
  const pass = { ...decodePass(item), counts: decodeCounts(taken) };
  if (taken["checkpoint"] === undefined) return { kind: "taken", pass };
  try {
    return { kind: "taken", pass, checkpoint: decodeJson(taken, "checkpoint", schema) };
  } catch {
    return { kind: "unreadable", pass };
  }
}

async function finishPass(
  table: Table,
  { pass, owner, report }: { readonly pass: Pass; readonly owner: string; readonly report: unknown },
): Promise<"finished" | "lostLease"> {
  const condition = isOwner({ passId: pass.passId, owner });
  const checked = await updateLease(table, { isFinishing: { BOOL: true } }, condition);
  if (checked === undefined) return "lostLease";
  await putItem(table, {
    ...keyItem(reportKey(pass.passId)),
    report: { S: encodeJson(report) },
    ...numbersToItem({ [TABLE.expiresAt]: expiryOf(pass.startedAtMs) }),
  });
  await putItem(table, encodePass(pass));
  await giveBack(table, condition);
  return "finished";
}

/** The end is stored: a lease that stays behind keeps others out until it runs out, and makes the pass no failure. */
async function giveBack(table: Table, condition: Condition): Promise<void> {
  try {
    await deleteItemIf(table, LEASE_KEY, condition);
  } catch (error) {
    if (!(error instanceof RetryableError)) throw error;
  }
}

const candidateIds = z.array(z.string());

async function* readCandidates(
  table: Table,
  passId: string,
  chunkCount: number,
): AsyncGenerator<readonly string[], void, void> {
  if (chunkCount <= 0) return;
  const { pk, sk: from } = chunkKey(passId, 0);
  const { sk: to } = chunkKey(passId, chunkCount - 1);
  for await (const page of queryPages(table, { partition: pk, from, to, isConsistent: true })) {
    for (const item of page) yield decodeJson(item, "ids", candidateIds);
  }
}
