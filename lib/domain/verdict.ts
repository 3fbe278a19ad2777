import { compareFences } from "./fence.ts";
import { diffVerdicts, hasStamplessKind, MAX_LOOKS, mustAdvanceFence, nextRevision } from "./decision.ts";
import { isLoss } from "./loss.ts";
import type { Decision, DecisionContext, Suspicion, Verdict } from "./decision.ts";
import type { Adoption } from "./merge.ts";
import type { Fence, FieldChange, RecordBase, SyncRecord } from "./record.ts";

interface Draft<R extends RecordBase> {
  readonly stored: R | undefined;
  readonly fence: Fence;
  readonly context: DecisionContext;
  readonly verdict: Verdict;
  /** What differs, apart from state and reason. */
  readonly fields: readonly FieldChange[];
  readonly again: Suspicion | undefined;
  /** Whether the record must be written even if nothing differs: it is to remember what is still to be done. */
  readonly isDue?: boolean;
}

/**
 * Turns a draft into a decision: write what differs, move the fence on where nothing differs but an older read could
 * still land, else keep. `build` makes the record that is to be written; most of a pass needs none.
 */
export function settleDraft<R extends SyncRecord>(
  draft: Draft<R>,
  build: (bookkeeping: ReturnType<typeof nextRevision>) => R,
): Decision<R> {
  const { stored, fence, context, again, isDue = false } = draft;
  const fields = [...diffVerdicts(stored?.revision === 0 ? undefined : stored, draft.verdict), ...draft.fields];
  const isSame = fields.length === 0 && stored !== undefined;
  if (isSame && !isDue && !mustAdvanceFence(stored, fence, context)) return keep(again);
  const bookkeeping = nextRevision(stored, fence, { fields, cause: context.cause, nowMs: context.nowMs });
  const record = build(bookkeeping);
  if (context.isListed === true && isLoss(stored, record)) return keep("onlyListed");
  return { kind: "write", record, isTouch: fields.length === 0, ...(again && { again }) };
}

/** Nothing to write; perhaps to be read once more. */
export function keep(again?: Suspicion): { readonly kind: "keep"; readonly again?: Suspicion } {
  return again === undefined ? { kind: "keep" } : { kind: "keep", again };
}

/** Whether the stored record is at least as new as this read. An equal fence is the same read come twice. */
export function isOutdated(stored: Pick<RecordBase, "fence" | "revision"> | undefined, fence: Fence): boolean {
  return stored !== undefined && stored.revision > 0 && compareFences(fence, stored.fence) <= 0;
}

/**
 * An outdated read is dropped; if an event spoke of something that no stamp shows, it is worth another look. One that
 * knows of a merge which the stored record has not taken over always is: what was absorbed keeps its data until then.
 */
export function keepOutdated(context: DecisionContext, adoption?: Pick<Adoption<never>, "changes">): Decision<never> {
  const isWorthALook = hasStamplessKind(context.hint) && context.hint.looks < MAX_LOOKS;
  const isHeir = adoption !== undefined && adoption.changes.length > 0;
  return keep(isWorthALook || isHeir ? "olderThanStored" : undefined);
}
