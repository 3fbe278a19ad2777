import { applyChanges } from "../apply-changes.ts";
import { OBJECT_TYPES } from "../../domain/hubspot-object.ts";
import { isActive } from "../../domain/loss.ts";
import { REPLICA_LAG_MS } from "../../domain/suspicion.ts";
import { readObjectRecords } from "../object-records.ts";
import { chunk, mapConcurrently } from "../run.ts";
import { settleFailure } from "./settle-page.ts";
import { decodeDeferred, toChange } from "./deferred-object.ts";
import type { Change } from "../../domain/change.ts";
import type { Cause, SyncRecord } from "../../domain/record.ts";
import type { AppliedChange } from "../apply-changes.ts";
import type { DeferredObject } from "./deferred-object.ts";
import type { PassSession } from "./pass-session.ts";

/** Objects that are read again together: HubSpot's batch size. */
const BATCH_SIZE = 100;

/**
 * Reads everything that would lose something, or was seen otherwise just before, once more, and applies what is read.
 * What turns out to be there after all is spared.
 *
 * @returns whether all was applied; if not, the time was up
 * @throws RetryableError, NonRetryableError when HubSpot or the store fails
 */
export async function applyDeferred(session: PassSession): Promise<boolean> {
  let position = 0;
  for await (const entries of session.ports.passes.readCandidates(session.pass.passId, session.state.chunks)) {
    for (const batch of chunk(entries, BATCH_SIZE)) {
      position += batch.length;
      if (position <= session.state.applied) continue;
      if (session.isTimeUp || !(await applyBatch(session, batch.map(decodeDeferred), position))) return false;
    }
  }
  return true;
}

/**
 * One type after the other, each before those that depend on it: what cannot be read keeps those from being judged by half
 * of the truth, and it is known what each type used.
 *
 * @returns whether the batch was applied; if not, the time was up
 */
async function applyBatch(session: PassSession, batch: readonly DeferredObject[], position: number): Promise<boolean> {
  const counted: AppliedObject[] = [];
  for (const type of OBJECT_TYPES) {
    // A crash between compare and checkpoint may have put an object off twice.
    const distinct = new Map(
      batch.flatMap((deferred) => (deferred.type === type ? [[deferred.id, deferred] as const] : [])),
    );
    if (distinct.size === 0) continue;
    const applied = await session.workOn(type, () => applyOfType(session, distinct));
    if (applied === undefined) return false;
    counted.push(...applied);
  }
  for (const { type, counts } of counted) session.add(type, counts);
  session.update({ applied: position });
  await session.saveIfDue();
  return true;
}

type AppliedObject = Pick<DeferredObject, "type" | "counts">;

/** @returns undefined when the time was up */
async function applyOfType(
  session: PassSession,
  distinct: ReadonlyMap<string, DeferredObject>,
): Promise<readonly AppliedObject[] | undefined> {
  const applied = await applyPatiently(session, [...distinct.values()].map(toChange));
  if (applied === undefined) return undefined;
  for (const { change, outcome } of applied) await settleFailure(session, change, outcome);
  return mapConcurrently(applied, async ({ change: { type, id }, outcome }) => {
    const counts = await countApplied(session, distinct.get(id), outcome);
    return { type, counts };
  });
}

/**
 * What was seen otherwise just before may have been read from a replica that lags. It is read once more when that cannot
 * be any longer; by then the other batches' objects have been left alone for long enough as well.
 *
 * @returns undefined when the next invocation has to wait for that
 */
async function applyPatiently(
  session: PassSession,
  changes: readonly Change[],
): Promise<readonly AppliedChange[] | undefined> {
  const { run, pass } = session;
  const applied = await applyChanges(run, changes, pass.passId);
  const early = applied.flatMap(({ change, outcome }) => (outcome.kind === "again" ? change : []));
  if (early.length === 0) return applied;
  if (!session.hasTimeFor(REPLICA_LAG_MS)) {
    session.restSeconds = REPLICA_LAG_MS / 1000;
    return undefined;
  }
  await run.clock.sleep(REPLICA_LAG_MS);
  return [
    ...applied.filter(({ outcome }) => outcome.kind !== "again"),
    ...(await applyChanges(run, early, pass.passId)),
  ];
}

async function countApplied(
  session: PassSession,
  deferred: DeferredObject | undefined,
  outcome: AppliedChange["outcome"],
): Promise<DeferredObject["counts"]> {
  if (deferred === undefined) return {};
  if (outcome.kind === "failed") return { failing: 1 };
  if (outcome.kind === "done" && outcome.writes > 0) return deferred.counts;
  const records = await readObjectRecords(session.run, deferred.type, deferred.id);
  if (await isFollowedUp(session, records)) return deferred.counts;
  if (records.some(isActive)) return { spared: 1 };
  // The survivor of a merge has taken it over since; or a webhook came, and then there is nothing to report.
  return records.some((record) => findChanges(session, record, "pass").length > 0) ? deferred.counts : {};
}

/**
 * Whether a worker was faster with what this pass has led to:
 *
 * ```
 * pass     customer deleted ─▶ its contacts and deals queued ─▶ waits for replicas ─▶ nothing left to write
 * worker                                                    takes them over
 * ```
 */
async function isFollowedUp(session: PassSession, records: readonly SyncRecord[]): Promise<boolean> {
  const companyIds = records.flatMap((record) =>
    findChanges(session, record, "event").length > 0 ? listCompanies(record) : [],
  );
  if (companyIds.length === 0) return false;
  const customers = await session.run.store.readCustomers(companyIds);
  return [...customers.values()].some((customer) =>
    findChanges(session, customer, "pass").some(({ fields }) => fields.some(({ field }) => field === "state")),
  );
}

/** The company that a record depends on; a project that has lost it still names it. */
function listCompanies(record: SyncRecord): readonly string[] {
  if (record.type === "customer") return [];
  const companyId = record.type === "project" ? record.fields?.companyId : record.companyId;
  return companyId === undefined ? [] : [companyId];
}

/** What a pass, or an event or follow-up, changed about a record since this pass began. */
function findChanges({ pass }: PassSession, { history }: SyncRecord, by: Cause): SyncRecord["history"] {
  return history.filter(({ cause, atMs }) => cause === by && atMs >= pass.startedAtMs);
}
