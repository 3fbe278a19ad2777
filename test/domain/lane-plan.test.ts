import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countLanes,
  estimateLeft,
  isAnyTooLong,
  planCut,
  sharePieces,
  type LaneOutlook,
} from "../../lib/domain/lane-plan.ts";
import { createLane, type LaneReach, type ListLane } from "../../lib/domain/list-lane.ts";

/** A hundred and one objects read, two ids apart. */
const begun = (changes: Partial<ListLane> = {}): LaneReach => ({
  lane: { ...createLane("contact"), firstId: "1000", read: 101, ...changes },
  reachedId: "1200",
});
const cutOff = (fromId: string, toId?: string): LaneReach => ({
  lane: { ...createLane("contact"), fromId, doneId: fromId, ...(toId !== undefined && { toId }) },
  reachedId: fromId,
});
const outlook = (pagesLeft: number | undefined, changes: Partial<LaneOutlook> = {}): LaneOutlook => ({
  reach: begun(),
  pagesLeft,
  isSplittable: true,
  ...changes,
});

describe("estimateLeft", () => {
  it("gives an open lane what the lanes with an end leave of the objects expected", () => {
    const reaches = [begun({ toId: "5200" }), cutOff("5200", "9200"), cutOff("9200")];
    expect(estimateLeft(reaches, 10_101)).toEqual([20, 20, 60]);
  });

  it("gives lanes what the last pass counted in them, an open one too", () => {
    const reaches = [
      begun({ toId: "5200", size: 401 }),
      { ...cutOff("5200"), lane: { ...cutOff("5200").lane, size: 700 } },
    ];
    expect(estimateLeft(reaches, 10_101)).toEqual([3, 7]);
  });

  it("counts lanes that are done as read, and nothing left of them", () => {
    const done = begun({ toId: "5200", isDone: true, read: 5_000 });
    expect(estimateLeft([done, cutOff("5200")], 8_000)).toEqual([0, 30]);
  });

  it("guesses how far apart the ids of an unread lane are by the mean of the others", () => {
    const twiceAsFar = begun({ toId: "5200", firstId: "800" });
    expect(estimateLeft([begun({ toId: "5200" }), twiceAsFar, cutOff("5200", "8200")], undefined)).toEqual([
      20,
      4_000 / 4 / 100,
      3_000 / 3 / 100,
    ]);
  });

  it("takes lanes with an end for empty while nobody has seen two ids", () => {
    expect(estimateLeft([cutOff("1200", "5200"), cutOff("5200")], 1_000)).toEqual([0, 10]);
  });

  it.each<[name: string, expected: number | undefined, left: number | undefined]>([
    ["knows nothing of an open lane when nobody has counted before", undefined, undefined],
    ["takes an open lane for ending when all that was expected is read", 101, 0],
    ["bears with some pages more", 101 - 400, 0],
    ["knows nothing once there are clearly more than expected", 100 - 400, undefined],
  ])("%s", (_name, expected, left) => {
    expect(estimateLeft([begun()], expected)).toEqual([left]);
  });
});

describe("sharePieces", () => {
  it.each<[pagesLeft: readonly number[], lanes: number, pieces: readonly number[]]>([
    [[125, 625, 250], 3, [1, 1, 1]],
    [[125, 625, 250], 4, [1, 2, 1]],
    [[125, 625, 250], 12, [2, 7, 3]],
    [[10, 10], 3, [2, 1]],
    [[7], 5, [5]],
  ])("makes of %j pages %i lanes: %j", (pagesLeft, lanes, pieces) => {
    expect(sharePieces(pagesLeft, lanes)).toEqual(pieces);
  });

  it("leaves no longer lane than any other way to cut them", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(sizes, fc.nat(6), (pagesLeft, more) => {
        const longestOf = (pieces: readonly number[]): number =>
          Math.max(...pagesLeft.map((pages, index) => pages / (pieces[index] ?? 1)));
        const others = waysToShare(more, pagesLeft.length).map((extra) => longestOf(extra.map((count) => count + 1)));
        expect(longestOf(sharePieces(pagesLeft, pagesLeft.length + more))).toBe(Math.min(...others));
      }),
    );
  });
});

/** All ways to give so many things to so many places. */
function waysToShare(things: number, places: number): readonly (readonly number[])[] {
  if (places === 1) return [[things]];
  return Array.from({ length: things + 1 }, (_, first) =>
    waysToShare(things - first, places - 1).map((rest) => [first, ...rest]),
  ).flat();
}

describe("planCut", () => {
  it("cuts half of the pieces off the lane that is to become most", () => {
    expect(planCut([outlook(125), outlook(625), outlook(250)], 12)).toEqual({ index: 1, pages: (625 * 3) / 7 });
  });

  it("counts lanes that cannot be cut now, and cuts another", () => {
    const unread = outlook(600, { reach: cutOff("1200", "9000") });
    expect(planCut([unread, outlook(250)], 6)).toEqual({ index: 1, pages: 125 });
    expect(planCut([outlook(600, { isSplittable: false }), outlook(250)], 6)).toEqual({ index: 1, pages: 125 });
  });

  it.each<[name: string, outlooks: readonly LaneOutlook[], lanes: number]>([
    ["there is no lane", [], 3],
    ["there are lanes enough", [outlook(100)], 1],
    ["the lane is about to end", [outlook(3.9)], 2],
    ["nothing tells how long the lane is", [outlook(undefined)], 2],
    ["HubSpot was not seen to allow it", [outlook(100, { isSplittable: false })], 2],
    ["the lane has seen no ids", [outlook(100, { reach: cutOff("1200", "9000") })], 2],
  ])("cuts nothing when %s", (_name, outlooks, lanes) => {
    expect(planCut(outlooks, lanes)).toBeUndefined();
  });

  it("cuts a lane of four pages", () => {
    expect(planCut([outlook(4)], 2)).toEqual({ index: 0, pages: 2 });
  });
});

describe("countLanes", () => {
  it.each([
    [17.1, 150, 4],
    [17.1, 300, 7],
    [17.1, 600, 12],
    [20, 100, 3],
    [19, 0, 1],
  ])("takes, at %f calls a second and %i ms a page, %i lanes", (callsPerSecond, cycleMs, lanes) => {
    expect(countLanes({ callsPerSecond, cycleMs })).toBe(lanes);
  });
});

describe("isAnyTooLong", () => {
  const pace = { callsPerSecond: 10, cycleMs: 500 };

  it.each<[name: string, pagesLeft: readonly (number | undefined)[], expected: boolean]>([
    ["a lane with a fifth of all pages, of which one goes on at a fifth of the pace", [20, 20, 20, 20, 20], false],
    ["a lane with more than that", [24, 19, 19, 19, 19], true],
    ["no lanes", [], false],
    ["a lane of which nothing is known", [undefined, undefined], false],
  ])("judges %s", (_name, pagesLeft, expected) => {
    const outlooks = pagesLeft.map((pages) => outlook(pages));
    expect(isAnyTooLong(outlooks, pace)).toBe(expected);
  });
});
