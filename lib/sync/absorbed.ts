import { reportWrite } from "./commit-record.ts";
import { wakeHeldRecord } from "./wake-held-record.ts";
import { mapConcurrently, settleOutcome } from "./run.ts";
import { isAttachedByHand, isMoveVoid } from "../domain/attach-request.ts";
import type { Origin } from "../domain/change.ts";
import type { Customer, Project } from "../domain/record.ts";
import type { PointerTarget } from "../domain/merge.ts";
import type { Giver } from "./commit-record.ts";
import type { NumberClaim } from "./ports.ts";
import type { Outcome, Outcomes, Run, Sighting } from "./run.ts";

/** How to read the records of one kind, and to turn one into a pointer. */
export interface Absorbing<R extends Customer | Project> {
  readonly read: (ids: readonly string[]) => Promise<ReadonlyMap<string, R>>;
  readonly point: (stored: R, target: PointerTarget) => R | undefined;
  readonly claimOf: (stored: R) => NumberClaim | undefined;
}

/**
 * Applies sightings, survivors of merges before those they absorbed: an absorbed record keeps its data until its
 * survivor has taken over. One that was deleted since takes nothing over; the next read shows that of the absorbed record
 * as well. What goes wrong with one object is that object's outcome.
 */
export async function applySurvivorsFirst<T extends "company" | "deal">(
  sightings: readonly Sighting<T>[],
  apply: (sighting: Sighting<T>) => Promise<Outcome>,
): Promise<Outcomes> {
  const outcomes = new Map<string, Outcome>();
  const survivors = sightings.filter(({ observed }) => observed.kind !== "absorbed");
  const absorbed = sightings.flatMap((sighting) =>
    sighting.observed.kind === "absorbed" ? [{ sighting, survivorId: sighting.observed.survivorId }] : [],
  );
  const live = new Set(survivors.filter(({ observed }) => observed.kind === "live").map(({ id }) => id));
  await mapConcurrently(survivors, async (sighting) => {
    outcomes.set(sighting.id, await settleOutcome(() => apply(sighting)));
  });
  await mapConcurrently(absorbed, async ({ sighting, survivorId }) => {
    const survivor = outcomes.get(survivorId);
    const isSafe = survivor?.kind === "done" && live.has(survivorId);
    outcomes.set(sighting.id, isSafe ? await settleOutcome(() => apply(sighting)) : waitForSurvivor(survivor));
  });
  return outcomes;
}

/** What is still to be done for the survivor is still to be done for what it absorbed; perhaps only that was told of. */
function waitForSurvivor(survivor: Outcome | undefined): Outcome {
  return survivor === undefined || survivor.kind === "done" ? { kind: "again", why: "notFoundYet" } : survivor;
}

/**
 * Records of everything that was absorbed into this object, chains of merges followed.
 *
 * @throws RetryableError when the store cannot be read
 */
export async function readAbsorbed<R extends Customer | Project>(
  { read }: Pick<Absorbing<R>, "read">,
  sighting: Sighting<"company"> | Sighting<"deal">,
  own: R | undefined,
): Promise<readonly R[]> {
  const { id, observed, hint } = sighting;
  if (observed.kind !== "live") return [];
  return readChains({ read }, id, [...observed.object.mergedIds, ...(hint.absorbs ?? []), ...(own?.absorbedIds ?? [])]);
}

async function readChains<R extends Customer | Project>(
  { read }: Pick<Absorbing<R>, "read">,
  survivorId: string,
  absorbedIds: readonly string[],
): Promise<readonly R[]> {
  const found = new Map<string, R>();
  const seen = new Set([survivorId]);
  let next = absorbedIds;
  while (next.length > 0) {
    const ids = [...new Set(next)].filter((absorbedId) => !seen.has(absorbedId));
    for (const absorbedId of ids) seen.add(absorbedId);
    const records = ids.length === 0 ? new Map<string, R>() : await read(ids);
    for (const [absorbedId, record] of records) found.set(absorbedId, record);
    next = [...records.values()].flatMap((record) => record.absorbedIds);
  }
  return [...found.values()];
}

/** Describes the giver among what was absorbed; the survivor that takes over remembers it, and follows up itself. */
export function describeGiver<R extends Customer | Project>(
  { clock, cause }: Pick<Run, "clock" | "cause">,
  { point }: Pick<Absorbing<R>, "point">,
  merge: {
    readonly sighting: Sighting<"company"> | Sighting<"deal">;
    readonly absorbed: readonly R[];
    readonly giverId: string | undefined;
  },
): Giver<R> | undefined {
  const { sighting, absorbed, giverId } = merge;
  const giver = absorbed.find((record) => idOf(record) === giverId);
  if (giver === undefined) return undefined;
  const id = idOf(giver);
  const pointer = point(giver, { ...describeTarget(id, sighting), cause, nowMs: clock.now() });
  return pointer && { id, pointer };
}

function describeTarget(absorbedId: string, { id, hint, observed }: Sighting<"company"> | Sighting<"deal">) {
  const code = isAttachedByHand(absorbedId, hint) ? "attachedTo" : "absorbedBy";
  return { reason: { code, survivorId: id }, readAtMs: observed.readAtMs } as const;
}

function idOf(record: Customer | Project): string {
  return record.type === "customer" ? record.companyId : record.dealId;
}

/**
 * Turns everything that was absorbed into pointers to the survivor. Called once the survivor has taken over; repeated
 * calls find nothing left to do, so a crash in between is mended by the next one.
 *
 * @throws RetryableError when the store fails
 */
export async function pointAbsorbed<R extends Customer | Project>(
  run: Run,
  absorbing: Absorbing<R>,
  survivor: { readonly sighting: Sighting<"company"> | Sighting<"deal">; readonly record: R | undefined },
): Promise<void> {
  const { sighting, record } = survivor;
  if (isAbsorbedItself(record)) return;
  const point: typeof absorbing.point = (stored, target) =>
    isMoveVoid([stored], sighting.hint) ? undefined : absorbing.point(stored, target);
  const absorbed =
    record?.state === "deleted"
      ? await readTakenOver(absorbing, record)
      : await readAbsorbed(absorbing, sighting, record);
  await mapConcurrently(absorbed, (stored) => {
    const id = idOf(stored);
    // A detached survivor stays as it is, so that nobody but the pointer itself can remember to follow up.
    const isFollowUpDue = record?.absorbedIds.includes(id) !== true;
    const target = { ...describeTarget(id, sighting), isFollowUpDue };
    return makePointer(run, { ...absorbing, point }, { stored, target, origin: sighting.hint.origin });
  });
}

/**
 * HubSpot undoes no merge: what reads as alive and is stored as absorbed was read from a replica that lags, and what it
 * had absorbed leads to the later survivor by now. One attached by hand does live on and can absorb others.
 */
function isAbsorbedItself(record: Customer | Project | undefined): boolean {
  return record?.state === "merged" && record.reason?.code === "absorbedBy";
}

/**
 * A survivor that was deleted since keeps what it took over, also when a crash came before the pointers. One that has
 * nothing took nothing: what it absorbed may have been detached then, and attached only after the deletion.
 */
async function readTakenOver<R extends Customer | Project>(
  absorbing: Absorbing<R>,
  survivor: R,
): Promise<readonly R[]> {
  const absorbed = await readChains(absorbing, idOf(survivor), survivor.absorbedIds);
  return absorbed.filter(({ fields }) => survivor.fields !== undefined || fields === undefined);
}

interface PointerToMake<R> {
  readonly stored: R;
  readonly target: Omit<PointerTarget, "cause" | "nowMs">;
  readonly origin: Origin | undefined;
}

/**
 * Turns one record into a pointer, gives its number back and wakes the record that waits for it.
 *
 * @throws RetryableError when the store or the queue fails
 */
async function makePointer<R extends Customer | Project>(
  run: Run,
  absorbing: Absorbing<R>,
  { stored: first, target, origin }: PointerToMake<R>,
): Promise<void> {
  const id = idOf(first);
  let stored: R | undefined = first;
  while (stored !== undefined) {
    const pointer = absorbing.point(stored, { ...target, cause: run.cause, nowMs: run.clock.now() });
    if (pointer === undefined) return;
    if ((await run.store.write(pointer)) === "written") {
      reportWrite(run, id, { record: pointer, isTouch: false, origin });
      const claim = absorbing.claimOf(stored);
      if (claim === undefined) return;
      await run.store.releaseNumber(claim);
      return wakeHeldRecord(run, claim.kind, claim.number);
    }
    stored = (await absorbing.read([id])).get(id);
  }
}
