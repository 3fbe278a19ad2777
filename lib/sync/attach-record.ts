import { applyByHand } from "./apply-by-hand.ts";
import { REPLICA_LAG_MS } from "../domain/suspicion.ts";
import { followUpByHand } from "./follow-up.ts";
import { describeCustomers, describeProjects } from "./local-write.ts";
import type { Change } from "../domain/change.ts";
import type { Observation } from "../domain/hubspot-object.ts";
import type { Customer, Project, RecordState } from "../domain/record.ts";
import type { AppliedByHand } from "./apply-by-hand.ts";
import type { Run } from "./run.ts";

/** Which record HubSpot shall lead again. */
export interface AttachRequest {
  /** HubSpot id of the record. */
  readonly id: string;
  /** Another HubSpot id that the record moves to (Aus HubSpot importieren). */
  readonly ontoId?: string | undefined;
  /** The revision that the admin has seen; any when absent. */
  readonly expectedRevision?: number | undefined;
}

/** Why a record cannot be attached; nothing was written then. */
export type AttachRefusal =
  | { readonly code: "notFound" }
  | { readonly code: "revisionChanged"; readonly revision: number }
  | { readonly code: "notAttachable"; readonly state: RecordState }
  | { readonly code: "targetTaken"; readonly targetId: string }
  | { readonly code: "targetNotLive"; readonly targetId: string; readonly observed: Observation<unknown>["kind"] };

/** The record that HubSpot leads now, under its present id. */
export type AttachOutcome<R> =
  | { readonly kind: "done"; readonly record: R; readonly applied: AppliedByHand }
  | { readonly kind: "refused"; readonly refusal: AttachRefusal };

interface Attaching<R extends Customer | Project> {
  readonly type: "company" | "deal";
  readonly read: (id: string) => Promise<R | undefined>;
}

/**
 * Lets HubSpot lead a detached customer again: its values replace local ones; number and ZEP-owned fields stay, and
 * contact persons and projects follow.
 *
 * @throws RetryableError or NonRetryableError when HubSpot, the store or the queue fails
 */
export function attachCustomerRecord(run: Run, request: AttachRequest): Promise<AttachOutcome<Customer>> {
  return attach(run, { type: "company", read: describeCustomers(run).read }, request);
}

/**
 * Lets HubSpot lead a detached project again; see {@link attachCustomerRecord}.
 *
 * @throws RetryableError or NonRetryableError when HubSpot, the store or the queue fails
 */
export function attachProjectRecord(run: Run, request: AttachRequest): Promise<AttachOutcome<Project>> {
  return attach(run, { type: "deal", read: describeProjects(run).read }, request);
}

async function attach<R extends Customer | Project>(
  run: Run,
  attaching: Attaching<R>,
  request: AttachRequest,
): Promise<AttachOutcome<R>> {
  const { id, ontoId = id, expectedRevision } = request;
  const stored = await attaching.read(id);
  if (stored === undefined) return refuse({ code: "notFound" });
  if (expectedRevision !== undefined && expectedRevision !== stored.revision)
    return refuse({ code: "revisionChanged", revision: stored.revision });
  const refuseThere = ontoId === id ? refuseInPlace : refuseOnto;
  const refusal = await refuseThere(run, attaching, { stored, targetId: ontoId });
  if (refusal !== undefined) {
    // After an attempt that failed half-way it is attached already, and whoever asks again finishes what was left.
    if (stored.type === "customer" && stored.isFollowUpDue) await followUpByHand(run, stored);
    return refuse(refusal);
  }
  const absorbs = ontoId === id ? {} : { absorbs: [id] };
  const at = { attach: run.clock.now() };
  const seen = expectedRevision === undefined ? {} : { seen: { id, revision: expectedRevision } };
  const change: Change = { type: attaching.type, id: ontoId, at, ...absorbs, ...seen, looks: 0, failures: 0 };
  const applied = await applyByHand(run, change);
  const left = (await attaching.read(id)) ?? stored;
  const done = { kind: "done", record: (await attaching.read(ontoId)) ?? left, applied } as const;
  if (applied.kind === "lookingAgain") return done;
  if (applied.writes > 0) await readOnceMore(run, attaching.type, ontoId);
  else if (expectedRevision !== undefined && left.revision !== expectedRevision)
    return refuse({ code: "revisionChanged", revision: left.revision });
  return done;
}

/**
 * What changed in HubSpot between the attach's read and its write met a record that was still detached, which took nothing
 * of it; and no event comes again:
 *
 * ```
 * attach   read HubSpot ─────────────────────────▶ write, attached ─▶ read once more, when no replica lags
 * event                  change ─▶ detached: keep
 * ```
 */
async function readOnceMore({ queue, clock }: Run, type: "company" | "deal", id: string): Promise<void> {
  const nowMs = clock.now();
  const changes: readonly Change[] = [{ type, id, at: { resync: nowMs }, looks: 0, failures: 0 }];
  const delaySeconds = REPLICA_LAG_MS / 1000;
  await queue.send({ deliveryId: `admin-${nowMs}`, receivedAtMs: nowMs, changes, delaySeconds });
}

interface Attachable<R> {
  readonly stored: R;
  readonly targetId: string;
}

/** Only what is detached is attached, and not to an object that a merge has ended: no value would come from there. */
async function refuseInPlace<R extends Customer | Project>(
  run: Run,
  { type }: Attaching<R>,
  { stored: { state }, targetId }: Attachable<R>,
): Promise<AttachRefusal | undefined> {
  if (state !== "detached") return { code: "notAttachable", state };
  const observed = await observe(run, type, targetId);
  return observed === "absorbed" ? { code: "targetNotLive", targetId, observed } : undefined;
}

/** Only a record that HubSpot no longer leads moves, and only to a live object that has no data here yet. */
async function refuseOnto<R extends Customer | Project>(
  run: Run,
  attaching: Attaching<R>,
  { stored, targetId }: Attachable<R>,
): Promise<AttachRefusal | undefined> {
  const { state, reason } = stored;
  const isThere = reason?.code === "attachedTo" && reason.survivorId === targetId;
  if (!isThere && state !== "detached" && state !== "deleted") return { code: "notAttachable", state };
  const target = await attaching.read(targetId);
  const storedId = stored.type === "customer" ? stored.companyId : stored.dealId;
  // After a crash half-way the target has the data already; the same request then finishes the move.
  const isOwnMove = target?.absorbedIds.includes(storedId) === true;
  if (target?.fields !== undefined && !isOwnMove) return { code: "targetTaken", targetId };
  const observed = await observe(run, attaching.type, targetId);
  return observed === "live" ? undefined : { code: "targetNotLive", targetId, observed };
}

async function observe({ hubspot }: Run, type: "company" | "deal", id: string): Promise<Observation<unknown>["kind"]> {
  return (await hubspot.readObjects(type, [id])).get(id)?.kind ?? "missing";
}

function refuse(refusal: AttachRefusal): { readonly kind: "refused"; readonly refusal: AttachRefusal } {
  return { kind: "refused", refusal };
}
