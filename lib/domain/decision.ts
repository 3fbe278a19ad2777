import type { Change } from "./change.ts";
import { diffFields } from "./field-changes.ts";
import { HISTORY_LENGTH } from "./record.ts";
import type { Cause, Fence, FieldChange, HistoryEntry, Reason, RecordBase, RecordState } from "./record.ts";
import type { Settings } from "./settings.ts";

/** What every decision is based on, besides what HubSpot says and what is stored. */
export interface DecisionContext {
  readonly settings: Settings;
  /** What the events said; a pass decides with {@link NO_HINT}. */
  readonly hint: Hint;
  readonly cause: Cause;
  readonly nowMs: number;
  /** Only finds what is to be applied; whether it was read too soon is asked by the decision that applies it. */
  readonly isComparison?: boolean;
  /** What is decided on was only listed, which confirms no loss: a read of its own must. */
  readonly isListed?: boolean;
}

export type Hint = Pick<Change, "at" | "expects" | "expectsPrimary" | "absorbs" | "seen" | "looks" | "origin">;

/** How often a read that looks old is repeated before it is believed. */
export const MAX_LOOKS = 4;

/** Nobody told us anything and what was read is to be believed: how a pass and a preview decide. */
export const NO_HINT: Hint = { at: {}, looks: MAX_LOOKS };

/** Why a read is not believed yet; `perhapsOlder`: it is, and one more that comes after the lag shall confirm it. */
export type Suspicion =
  | "readOlderThanEvent"
  | "notFoundYet"
  | "stillThere"
  | "stillArchived"
  | "associationOlderThanEvent"
  | "unexpectedFlip"
  | "olderThanStored"
  | "seenAfterDeletion"
  | "seenJustBefore"
  | "perhapsOlder"
  | "onlyListed";

/**
 * What to do with one record.
 *
 * - `keep`: nothing to write.
 * - `write`: store `record`. `isTouch`: only the fence moves on.
 *
 * `again` asks to read once more later, whatever was written now.
 */
export type Decision<R> =
  | { readonly kind: "keep"; readonly again?: Suspicion }
  | { readonly kind: "write"; readonly record: R; readonly isTouch: boolean; readonly again?: Suspicion };

/** The part of a record that a decision sets; the rest is bookkeeping. */
export interface Verdict {
  readonly state: RecordState;
  readonly reason?: Reason | undefined;
}

/** A verdict with the fence it rests on, and whether to look again. */
export interface Judgement {
  readonly fence: Fence;
  readonly verdict: Verdict;
  readonly again?: Suspicion | undefined;
}

/**
 * How long a worker may hold what it read before it writes: a function's longest life, with room for clocks that differ.
 * Only a change younger than that can still be overwritten by an older read. Milliseconds.
 */
const LONGEST_FLIGHT_MS = 20 * 60_000;

/** Kinds that move no `updatedAt`: only an advanced fence keeps an older read from landing after them. */
const STAMPLESS_KINDS = [
  "association",
  "deleted",
  "restored",
  "merged",
  "follow",
  "resync",
  "attach",
] as const satisfies readonly (keyof Hint["at"])[];

/** Whether an event told us something that no `updatedAt` shows. */
export function hasStamplessKind(hint: Hint): boolean {
  return STAMPLESS_KINDS.some((kind) => hint.at[kind] !== undefined);
}

/** When an event last told us such a thing, epoch milliseconds; 0 if none did. */
function latestStampless(hint: Hint): number {
  return Math.max(...STAMPLESS_KINDS.map((kind) => hint.at[kind] ?? 0));
}

/**
 * Whether a read that found nothing new must still move the fence on. Else a slower worker's older read could land:
 *
 * ```
 * worker 1   read B ─────────────────────────────▶ write B   must not hold
 * HubSpot        B → A
 * worker 2          read A, stored is A: nothing to write ▶ but the fence moves on
 * ```
 *
 * Once no worker can hold a read from before the change, there is nothing to keep out: HubSpot repeats deliveries for a
 * day, and a repeated one costs no write then.
 */
export function mustAdvanceFence(stored: RecordBase, fence: Fence, context: DecisionContext): boolean {
  const hasMoved = fence.sourceUpdatedAtMs !== stored.fence.sourceUpdatedAtMs;
  const changedAtMs = Math.max(latestStampless(context.hint), hasMoved ? fence.sourceUpdatedAtMs : 0);
  return context.nowMs - changedAtMs < LONGEST_FLIGHT_MS;
}

/** The history with one more entry in front. */
export function addHistory(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  return [entry, ...history].slice(0, HISTORY_LENGTH);
}

/** State and reason as history shows them. */
function describeVerdict(verdict: Verdict | undefined): object {
  return { state: verdict?.state, reason: verdict?.reason };
}

/** Changes of the state between two records, for the history. */
export function diffVerdicts(before: Verdict | undefined, after: Verdict): readonly FieldChange[] {
  return diffFields(describeVerdict(before), describeVerdict(after), false);
}

/** The bookkeeping of the next revision of a record: fence, revision, times and history. */
export function nextRevision(
  stored: RecordBase | undefined,
  fence: Fence,
  change: { readonly fields: readonly FieldChange[]; readonly cause: Cause; readonly nowMs: number },
): Pick<RecordBase, "fence" | "revision" | "createdAtMs" | "changedAtMs" | "history"> {
  const isTouch = change.fields.length === 0;
  const history = stored?.history ?? [];
  const entry = { atMs: change.nowMs, cause: change.cause, fields: change.fields };
  return {
    fence,
    revision: (stored?.revision ?? 0) + 1,
    createdAtMs: stored === undefined || stored.revision === 0 ? change.nowMs : stored.createdAtMs,
    changedAtMs: isTouch ? (stored?.changedAtMs ?? change.nowMs) : change.nowMs,
    history: isTouch ? history : addHistory(history, entry),
  };
}
