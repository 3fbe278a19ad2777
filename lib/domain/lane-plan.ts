import { PAGE_OBJECTS, estimatePages, gapOf } from "./list-lane.ts";
import type { LaneReach } from "./list-lane.ts";

/** A lane at work. */
export interface LaneOutlook {
  readonly reach: LaneReach;
  /** Undefined where nothing tells. */
  readonly pagesLeft: number | undefined;
  /** Whether HubSpot was seen to take any id of the type as `after`. */
  readonly isSplittable: boolean;
}

/** Which of the lanes to cut, and how many pages ahead of where it is. */
export interface PlannedCut {
  readonly index: number;
  readonly pages: number;
}

/** A lane with less left is not worth a cut. Pages. */
export const SMALLEST_CUT_PAGES = 4;

/**
 * Pages that each lane of a type still has: what is left of the objects that the last pass counted in it, else guessed
 * from the distance of ids. An open lane has what is left of all objects that the last pass saw; once there are clearly
 * more than those, nobody knows.
 *
 * @param reaches all lanes of the type, also those that are done
 * @param expected objects that the last pass saw
 */
export function estimateLeft(
  reaches: readonly LaneReach[],
  expected: number | undefined,
): readonly (number | undefined)[] {
  const gaps = reaches.flatMap((reach) => gapOf(reach) ?? []);
  const gap = gaps.length === 0 ? undefined : sumOf(gaps) / gaps.length;
  const known = reaches.map((reach) => estimatePages(reach, gap));
  const unread =
    expected === undefined ? undefined : (expected - sumOf(reaches.map(({ lane }) => lane.read))) / PAGE_OBJECTS;
  return reaches.map(({ lane }, index) => {
    if (known[index] !== undefined || lane.toId !== undefined) return known[index] ?? 0;
    if (unread === undefined) return undefined;
    const open = unread - sumOf(known.map((pages) => pages ?? 0));
    return open < -SMALLEST_CUT_PAGES ? undefined : Math.max(0, open);
  });
}

/**
 * How many pieces each lane should become, so that there are so many lanes and the longest of them is as short as it can
 * be: lanes of like length end together, and none is left to go on alone.
 *
 * @param pagesLeft of each lane, one or more of them
 */
export function sharePieces(pagesLeft: readonly number[], lanes: number): readonly number[] {
  const pieces = pagesLeft.map(() => 1);
  for (let count = pieces.length; count < lanes; count += 1) {
    const sizes = pagesLeft.map((pages, index) => pages / (pieces[index] ?? 1));
    const longest = sizes.indexOf(Math.max(...sizes));
    pieces[longest] = (pieces[longest] ?? 1) + 1;
  }
  return pieces;
}

/**
 * The next cut on the way to so many lanes of like length; undefined when none is worth it. Of a lane that is to become
 * several, half of the pieces are cut off at once, so that both parts can be cut on at the same time.
 *
 * @param lanes more than there are
 */
export function planCut(outlooks: readonly LaneOutlook[], lanes: number): PlannedCut | undefined {
  if (outlooks.length === 0) return undefined;
  const pagesLeft = outlooks.map((outlook) => outlook.pagesLeft ?? 0);
  const pieces = sharePieces(pagesLeft, lanes);
  const cuts = outlooks.flatMap(({ reach, isSplittable }, index) => {
    const [count = 1, pages = 0] = [pieces[index], pagesLeft[index]];
    if (!isSplittable || count < 2 || pages < SMALLEST_CUT_PAGES || gapOf(reach) === undefined) return [];
    return { index, count, pages: (pages * Math.floor(count / 2)) / count };
  });
  const most = cuts.toSorted((left, right) => right.count - left.count)[0];
  return most && { index: most.index, pages: most.pages };
}

/** How fast pages come. */
export interface PagePace {
  readonly callsPerSecond: number;
  /** From the call for a page until the lane calls for the next, without the wait for its turn. Milliseconds. */
  readonly cycleMs: number;
}

/** By Little's law: so many lanes use the pace up, and one more, for they never wait evenly. */
export function countLanes({ callsPerSecond, cycleMs }: PagePace): number {
  return Math.ceil((callsPerSecond * cycleMs) / 1_000) + 1;
}

/** Whether one of the lanes, page after page without a wait, would take longer than all of them together at full pace. */
export function isAnyTooLong(outlooks: readonly LaneOutlook[], { callsPerSecond, cycleMs }: PagePace): boolean {
  const pagesLeft = outlooks.map((outlook) => outlook.pagesLeft ?? 0);
  return Math.max(0, ...pagesLeft) * cycleMs > (sumOf(pagesLeft) / callsPerSecond) * 1_000;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
