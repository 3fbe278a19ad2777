import { METRICS } from "../contract.ts";
import { RetryableError } from "./errors.ts";
import type { Origin } from "../domain/change.ts";
import type { Decision } from "../domain/decision.ts";
import type { Customer, Project, SyncRecord } from "../domain/record.ts";
import type { NumberClaim, NumberKind, NumberTaken } from "./ports.ts";
import type { Outcome, Run } from "./run.ts";

/** How often a write that lost a race is decided anew before the object is handed back. */
const MOST_RACES = 8;

/**
 * A reservation this old, whose holder does not carry the number, was left behind by a crash: no function lives that
 * long. Milliseconds.
 */
const LEAKED_AFTER_MS = 20 * 60_000;

/** Who has a number that was refused. */
export interface Holder {
  readonly number: string;
  readonly holderId: string;
  readonly holderName: string;
}

interface Numbered {
  readonly number: string | undefined;
  readonly name: string | undefined;
}

/** The record whose number a merge hands over, and what is left of it then. */
export interface Giver<R> {
  readonly id: string;
  readonly pointer: R;
}

/** How to decide and number one kind of record. */
export interface Committing<R extends Customer | Project> {
  readonly id: string;
  readonly origin?: Origin | undefined;
  readonly numberKind: NumberKind;
  /** What is stored now; strongly consistent. */
  readonly read: (id: string) => Promise<R | undefined>;
  /** Decides on what is stored, and says which record hands over its number, if one does. */
  readonly decide: (stored: R | undefined) => Promise<{
    readonly decision: Decision<R>;
    readonly giver?: Giver<R> | undefined;
  }>;
  /** Decides again when the number turned out to be taken. */
  readonly hold: (stored: R | undefined, holder: Holder) => Decision<R>;
  readonly numberOf: (record: R | undefined) => Numbered;
}

/** What was committed: the record as it is stored now and what became of the object. */
export interface Committed<R> {
  readonly record: R | undefined;
  readonly outcome: Outcome;
  /** Whether the decision was written or confirmed, not put off. */
  readonly isSettled: boolean;
}

/**
 * Decides on what is stored and writes it, until no other writer came in between.
 *
 * ```
 * read stored ─▶ decide ─▶ reserve number ─▶ put if revision is unchanged ─▶ release what is not used
 *      ▲                                            │ another writer was faster
 *      └────────────────────────────────────────────┘
 * ```
 *
 * Each step can be repeated; a crash in between leaves at most a reservation that nobody uses, which a pass frees. A number
 * that a merge hands over is taken, written and given in one transaction instead.
 *
 * @throws RetryableError when the store fails, or the record stays contended
 */
export async function commitRecord<R extends Customer | Project>(
  run: Run,
  committing: Committing<R>,
  first: R | undefined,
): Promise<Committed<R>> {
  let stored = first;
  for (let race = 0; race < MOST_RACES; race += 1) {
    const committed = await tryCommit(run, committing, stored);
    if (committed !== "conflict") return committed;
    stored = await committing.read(committing.id);
  }
  throw new RetryableError(`record ${committing.id} is contended: ${MOST_RACES} writes lost their race`, {
    code: "locked",
  });
}

async function tryCommit<R extends Customer | Project>(
  run: Run,
  committing: Committing<R>,
  stored: R | undefined,
): Promise<Committed<R> | "conflict"> {
  const { decision: wished, giver } = await committing.decide(stored);
  if (wished.kind === "keep") return conclude(wished, stored);
  const claim = findNewClaim(run, committing, { stored, record: wished.record });
  if (claim && giver) return takeOver(run, committing, { wished, claim, giver });
  const holder = claim && (await reserve(run, committing, claim));
  // A read that is not believed yet is read again, whatever its number met.
  const { again } = wished;
  const decision = holder === undefined ? wished : { ...committing.hold(stored, holder), ...(again && { again }) };
  if (decision.kind === "keep") return conclude(decision, stored);
  const written = await run.store.write(decision.record);
  if (written === "conflict") {
    if (claim && holder === undefined) await releaseIfUnused(run, committing, claim);
    return "conflict";
  }
  reportWrite(run, committing.id, { ...decision, origin: committing.origin });
  const concluded = conclude(decision, decision.record);
  const isHeld = holder !== undefined && concluded.outcome.kind === "done";
  return isHeld ? { ...concluded, outcome: { ...concluded.outcome, isHeld } } : concluded;
}

/**
 * Survivor, pointer and number in one transaction. An admin's edit or detach of the giver is either seen by the survivor or
 * meets the pointer:
 *
 * ```
 * survivor   read giver ─▶ decide ─▶ write survivor, pointer and reservation, if neither record has moved on
 * admin               read giver ─▶ write giver: one of both finds another revision and decides anew
 * ```
 */
async function takeOver<R extends Customer | Project>(
  run: Run,
  committing: Committing<R>,
  { wished, claim, giver }: { readonly wished: Written<R>; readonly claim: Claim; readonly giver: Giver<R> },
): Promise<Committed<R> | "conflict"> {
  const records = { survivor: wished.record, pointer: giver.pointer };
  const takeFrom = (formerId: string) => run.store.handOver({ ...records, claim: { ...claim, takeFrom: formerId } });
  let answer = await takeFrom(giver.id);
  if (answer.kind === "taken") {
    const { isLeaked, holderId } = await findHolder(committing, claim, answer);
    if (!isLeaked) throw notHandedOver(committing.id, giver.id, holderId);
    answer = await takeFrom(holderId);
  }
  if (answer.kind !== "written") return "conflict";
  const { origin } = committing;
  reportWrite(run, committing.id, { ...wished, origin });
  reportWrite(run, giver.id, { record: giver.pointer, isTouch: false, origin });
  return conclude(wished, wished.record);
}

type Written<R> = Extract<Decision<R>, { readonly kind: "write" }>;

type Claim = NumberClaim & { readonly atMs: number };

function conclude<R extends Customer | Project>(decision: Decision<R>, record: R | undefined): Committed<R> {
  const writes = decision.kind === "write" && !decision.isTouch ? 1 : 0;
  const isSettled = decision.kind === "write" || decision.again === undefined;
  const outcome: Outcome =
    decision.again === undefined ? { kind: "done", writes } : { kind: "again", why: decision.again };
  return { record, outcome, isSettled };
}

function findNewClaim<R extends Customer | Project>(
  { clock }: Pick<Run, "clock">,
  { id, numberKind, numberOf }: Committing<R>,
  { stored, record }: { readonly stored: R | undefined; readonly record: R },
): Claim | undefined {
  const { number } = numberOf(record);
  return number === undefined || number === numberOf(stored).number
    ? undefined
    : { kind: numberKind, number, holderId: id, atMs: clock.now() };
}

/** @returns the holder when the number is taken */
async function reserve<R extends Customer | Project>(
  run: Run,
  committing: Committing<R>,
  claim: Claim,
): Promise<Holder | undefined> {
  const answer = await run.store.reserveNumber(claim);
  if (answer.kind === "reserved") return undefined;
  const { isLeaked, ...holder } = await findHolder(committing, claim, answer);
  if (!isLeaked) return holder;
  const retried = await run.store.reserveNumber({ ...claim, takeFrom: holder.holderId });
  return retried.kind === "reserved" ? undefined : holder;
}

/** Who has the number, and whether only a crash left it there. */
async function findHolder<R extends Customer | Project>(
  { read, numberOf }: Committing<R>,
  claim: Claim,
  { holderId, reservedAtMs }: NumberTaken,
): Promise<Holder & { readonly isLeaked: boolean }> {
  const { number, name } = numberOf(await read(holderId));
  const isLeaked = number !== claim.number && claim.atMs - reservedAtMs > LEAKED_AFTER_MS;
  return { number: claim.number, holderId, holderName: name ?? "", isLeaked };
}

/** The absorbed record must keep its data until its survivor can have all of it. */
function notHandedOver(id: string, giverId: string, holderId: string): RetryableError {
  return new RetryableError(`the number that ${giverId} hands over to ${id} is reserved for ${holderId}`, {
    code: "locked",
  });
}

/** After a lost race: keeps the reservation only if the faster writer uses the same number for the same record. */
async function releaseIfUnused<R extends Customer | Project>(
  run: Run,
  { id, read, numberOf }: Committing<R>,
  { atMs, ...claim }: Claim,
): Promise<void> {
  const { number } = numberOf(await read(id));
  if (number === undefined || number === claim.number) return;
  // Somebody else may be about to give the same record the same number, and has reserved it again by now.
  await run.store.releaseNumber({ ...claim, reservedUntilMs: atMs });
}

/** A write to tell of. */
interface Write {
  readonly record: SyncRecord;
  readonly isTouch: boolean;
  readonly origin: Origin | undefined;
}

/** Tells the operator what was written and which deliveries led to it: ids, states and reasons only. */
export function reportWrite(run: Pick<Run, "telemetry" | "cause">, id: string, write: Write): void {
  const { record, isTouch, origin } = write;
  if (isTouch) return;
  if (record.state === "failing") run.telemetry.count(METRICS.recordsFailing, 1);
  run.telemetry.info("record written", {
    type: record.type,
    id,
    state: record.state,
    ...(record.reason && { reason: record.reason.code }),
    revision: record.revision,
    cause: run.cause,
    ...(origin && { correlationId: origin.deliveryIds.join(",") }),
  });
}
