import { PAGE_OBJECTS } from "./list-lane.ts";
import { compareIds } from "./merge.ts";

/** An id of a type, and how many objects there are from the mark before up to and with it. */
export type IdMark = readonly [id: string, count: number];

/** So many marks a type leaves for the next pass: a lane of it is a few of them long, so they tell its length well. */
const WANTED_MARKS = 64;

/** More of them are not kept: a type has grown so much, or was never counted, that the next pass does better without. */
export const MOST_MARKS = 4 * WANTED_MARKS;

/** Distance of marks in a type of unknown size. Pages. */
const FIRST_STEP_PAGES = 8;

/** Objects from one mark to the next, always full pages. */
export function markStep(expected: number | undefined): number {
  const pages = expected === undefined ? FIRST_STEP_PAGES : Math.ceil(expected / PAGE_OBJECTS / WANTED_MARKS);
  return Math.max(1, pages) * PAGE_OBJECTS;
}

/**
 * The marks in a page of a lane: where a whole number of steps lies before, and at the lane's end.
 *
 * A lane that was cut at a mark knows how many objects lie before it. So its marks stand where whole pages of the type lie
 * before, even if its own pages end elsewhere; cut there, the next pass' lanes end in full pages, and cost no call more:
 *
 * ```
 * objects before    250   300   350   400   450   500
 * pages              ├───────────┼───────────┼───────    of a lane that begins in the middle of one
 * marks                    ×           ×           ×     where the next pass may cut
 * ```
 *
 * @param lane objects before it, if known, and those that were read of it before the page
 * @param page `endId`: where the lane ends, if it does so with this page
 * @param step objects from one mark to the next
 */
export function findMarks(
  { base = 0, read }: { readonly base: number | undefined; readonly read: number },
  { ids, endId }: { readonly ids: readonly string[]; readonly endId: string | undefined },
  step: number,
): readonly IdMark[] {
  const marks: IdMark[] = [];
  let count = Math.min(read, (base + read) % step);
  for (const [index, id] of ids.entries()) {
    count += 1;
    if ((base + read + index + 1) % step !== 0) continue;
    marks.push([id, count]);
    count = 0;
  }
  return endId === undefined || count === 0 ? marks : [...marks, [endId, count]];
}

/** Where a lane begins. */
export interface LaneStart {
  /** Exclusive. */
  readonly fromId: string;
  /** Objects before it. */
  readonly base: number;
}

/** A lane may become longer or shorter by this part of it, so that it ends with a full page. */
const SLACK = 0.25;

/**
 * Where to cut a type so that it becomes so many lanes of about as many objects each: at the marks that come closest, if
 * possible with full pages before them.
 *
 * @param marks in any order; whatever they say, lanes that begin there leave nothing out
 * @returns ascending; fewer where there are too few marks
 */
export function planStarts(marks: readonly IdMark[], lanes: number): readonly LaneStart[] {
  const starts = rankMarks(marks);
  const total = starts.at(-1)?.base ?? 0;
  // Behind the last mark there is nothing that was seen.
  const inner = starts.slice(0, -1);
  const full = inner.filter(({ base }) => base % PAGE_OBJECTS === 0);
  const chosen = Array.from({ length: Math.max(0, lanes - 1) }, (_, index) => {
    const wanted = (total * (index + 1)) / lanes;
    const closest = findClosest(full, wanted);
    const isClose = closest !== undefined && Math.abs(closest.base - wanted) <= (total / lanes) * SLACK;
    return isClose ? closest : findClosest(inner, wanted);
  });
  return [...new Set(chosen)].flatMap((start) => start ?? []);
}

function findClosest(starts: readonly LaneStart[], wanted: number): LaneStart | undefined {
  return starts.toSorted((left, right) => Math.abs(left.base - wanted) - Math.abs(right.base - wanted))[0];
}

/** Marks ascending, each with all that is up to it. */
function rankMarks(marks: readonly IdMark[]): readonly LaneStart[] {
  let base = 0;
  return marks
    .toSorted(([left], [right]) => compareIds(left, right))
    .map(([fromId, count]) => {
      base += count;
      return { fromId, base };
    });
}
