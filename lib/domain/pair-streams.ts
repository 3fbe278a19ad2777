import { compareIds } from "./merge.ts";

/** What HubSpot lists and what is stored under one id; at least one of them is there. */
export interface Paired<L, S> {
  readonly id: string;
  readonly listed: L | undefined;
  readonly stored: S | undefined;
}

interface Named {
  readonly id: string;
}

/** Joins two sequences in ascending id order, each id once, into one. */
export function pairById<L extends { readonly object: Named }, S extends Named>(
  listed: readonly L[],
  stored: readonly S[],
): readonly Paired<L, S>[] {
  const pairs: Paired<L, S>[] = [];
  let left = 0;
  let right = 0;
  for (;;) {
    const a = listed[left];
    const b = stored[right];
    if (a === undefined && b === undefined) return pairs;
    const order = a === undefined ? 1 : b === undefined ? -1 : compareIds(a.object.id, b.id);
    if (order <= 0) left += 1;
    if (order >= 0) right += 1;
    pairs.push({
      id: (order <= 0 ? a?.object.id : b?.id) ?? "",
      listed: order <= 0 ? a : undefined,
      stored: order >= 0 ? b : undefined,
    });
  }
}

/** The first id that does not come after the one before it; undefined when all ascend. */
export function findDisorder(ids: readonly string[], afterId: string | undefined): string | undefined {
  let before = afterId;
  for (const id of ids) {
    if (before !== undefined && compareIds(before, id) >= 0) return id;
    before = id;
  }
  return undefined;
}
