import { METRICS } from "../contract.ts";
import { RetryableError } from "./errors.ts";
import type { Origin } from "../domain/change.ts";
import type { Decision } from "../domain/decision.ts";
import type { SyncRecord } from "../domain/record.ts";
import type { NumberClaim, NumberKind } from "./ports.ts";
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

/** How to decide and number one kind of record. */
export interface Committing<R extends SyncRecord> {
  readonly id: string;
  readonly origin?: Origin | undefined;
  readonly numberKind: NumberKind;
  /** What is stored now; strongly consistent. */
  readonly read: (id: string) => Promise<R | undefined>;
  /** Decides on what is stored. `giverId`: whose number a merge hands over. */
  readonly decide: (stored: R | undefined) => Promise<{ readonly decision: Decision<R>; readonly giverId?: string }>;
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
 * Each step can be repeated; a crash in between leaves at most a reservation that nobody uses, which a pass frees.
 *
 * @throws RetryableError when the store fails, or the record stays contended
 */
export async function commitRecord<R extends SyncRecord>(
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

async function tryCommit<R extends SyncRecord>(
  run: Run,
  committing: Committing<R>,
  stored: R | undefined,
): Promise<Committed<R> | "conflict"> {
  const { decision: wished, giverId } = await committing.decide(stored);
  if (wished.kind === "keep") return conclude(wished, stored);
  const claim = findNewClaim(committing, stored, wished.record);
  const holder = claim && (await reserve(run, committing, { ...claim, giverId }));
  const decision = holder === undefined ? wished : committing.hold(stored, holder);
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

function conclude<R extends SyncRecord>(decision: Decision<R>, record: R | undefined): Committed<R> {
  const writes = decision.kind === "write" && !decision.isTouch ? 1 : 0;
  const isSettled = decision.kind === "write" || decision.again === undefined;
  const outcome: Outcome =
    decision.again === undefined ? { kind: "done", writes } : { kind: "again", why: decision.again };
  return { record, outcome, isSettled };
}

function findNewClaim<R extends SyncRecord>(
  { id, numberKind, numberOf }: Committing<R>,
  stored: R | undefined,
  record: R,
): NumberClaim | undefined {
  const { number } = numberOf(record);
  return number === undefined || number === numberOf(stored).number
    ? undefined
    : { kind: numberKind, number, holderId: id };
}

/** @returns the holder when the number is taken */
async function reserve<R extends SyncRecord>(
  run: Run,
  { read, numberOf }: Committing<R>,
  { giverId, ...claim }: NumberClaim & { readonly giverId: string | undefined },
): Promise<Holder | undefined> {
  const atMs = run.clock.now();
  const takeFrom = giverId === undefined ? {} : { takeFrom: giverId };
  const answer = await run.store.reserveNumber({ ...claim, ...takeFrom, atMs });
  if (answer.kind === "reserved") return undefined;
  const { holderId } = answer;
  const { number, name } = numberOf(await read(holderId));
  const isLeaked = number !== claim.number && atMs - answer.reservedAtMs > LEAKED_AFTER_MS;
  if (isLeaked) {
    const retried = await run.store.reserveNumber({ ...claim, takeFrom: holderId, atMs });
    if (retried.kind === "reserved") return undefined;
  }
  return { number: claim.number, holderId, holderName: name ?? "" };
}

/** After a lost race: keeps the reservation only if the faster writer uses the same number for the same record. */
async function releaseIfUnused<R extends SyncRecord>(
  run: Run,
  { id, read, numberOf }: Committing<R>,
  claim: NumberClaim,
): Promise<void> {
  const { number } = numberOf(await read(id));
  if (number !== undefined && number !== claim.number) await run.store.releaseNumber(claim);
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
