import { planStarts } from "../../domain/id-marks.ts";
import { countLanes, estimateLeft, isAnyTooLong, planCut, sharePieces } from "../../domain/lane-plan.ts";
import { PAGE_OBJECTS, cutLane, gapOf, splitLane } from "../../domain/list-lane.ts";
import { OBJECT_TYPES } from "../../domain/hubspot-object.ts";
import type { IdMark, LaneStart } from "../../domain/id-marks.ts";
import type { LaneOutlook, PagePace } from "../../domain/lane-plan.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { ListLane } from "../../domain/list-lane.ts";

/** Most list requests in flight: enough to reach HubSpot's limit at 600 ms a call. */
export const MOST_LANES = 12;

/** A type that was smaller than this is listed in one lane: it is over before splitting it would gain much. Objects. */
const SPLIT_FROM_OBJECTS = 5_000;

/** How far ahead an open lane of unknown length is cut first; each further cut reaches twice as far. Pages. */
const FIRST_REACH_PAGES = 32;

/** Cuts by guess that there may be, of all pages. One costs half a call: two lanes end in a page that is not full. */
const CUT_SHARE = 0.009;

type Splittable = Readonly<Partial<Record<ObjectType, boolean>>>;
type Expected = Readonly<Partial<Record<ObjectType, number>>>;
type PlacedOutlook = LaneOutlook & { readonly index: number };

/** What a decision to cut depends on. */
export interface CutOccasion {
  /** Places of the lanes that are being read. */
  readonly running: ReadonlySet<number>;
  /** Types of which it is known whether HubSpot takes any id as `after`. */
  readonly splittable: Splittable;
  readonly pace: PagePace;
}

/** Whether a type is large enough to be split; one of unknown size is. */
export function isWorthSplitting(type: ObjectType, expected: Expected): boolean {
  return (expected[type] ?? Number.POSITIVE_INFINITY) >= SPLIT_FROM_OBJECTS;
}

/** The lanes of some types, how far each has come, and where to cut the next one. */
export class LaneSet {
  readonly #lanes: ListLane[];
  readonly #expected: Expected;
  /** How far the last page reaches that has arrived, by lane. */
  readonly #reached = new Map<number, string | undefined>();
  readonly #reachPages = new Map<ObjectType, number>();
  #cuts = 0;

  /** @param expected objects of each type that the last pass saw */
  constructor(lanes: readonly ListLane[], expected: Expected) {
    this.#lanes = [...lanes];
    this.#expected = expected;
  }

  get all(): readonly ListLane[] {
    return this.#lanes;
  }

  get isDone(): boolean {
    return this.#lanes.every((lane) => lane.isDone);
  }

  at(index: number): ListLane {
    const lane = this.#lanes[index];
    if (lane === undefined) throw new RangeError(`lane ${index} of ${this.#lanes.length}`);
    return lane;
  }

  /** A lane that nobody reads and that is not done. @returns its place */
  findWaiting(running: ReadonlyMap<number, unknown>): number | undefined {
    const index = this.#lanes.findIndex((lane, place) => !lane.isDone && !running.has(place));
    return index === -1 ? undefined : index;
  }

  /** Keeps what tells the distance of ids, as soon as it is known. */
  note(index: number, seen: { readonly ids: readonly string[]; readonly reachedId: string | undefined }): void {
    const lane = this.at(index);
    const firstId = lane.firstId ?? seen.ids[0];
    this.#lanes[index] = { ...lane, read: lane.read + seen.ids.length, ...(firstId !== undefined && { firstId }) };
    this.#reached.set(index, seen.reachedId);
  }

  /** A lane comes so far that nothing before has to be read again. */
  advance(
    index: number,
    progress: { readonly doneId: string | undefined; readonly after: string | undefined; readonly isDone: boolean },
  ): void {
    const { after: _after, ...lane } = this.at(index);
    const { doneId, after, isDone } = progress;
    this.#lanes[index] = {
      ...lane,
      isDone,
      ...(doneId !== undefined && { doneId }),
      ...(after !== undefined && !isDone && { after }),
    };
  }

  /** Pages that a lane still has; undefined where nothing tells. */
  pagesLeft(index: number): number | undefined {
    return this.#outlooksOf(this.at(index).type, {}).find((outlook) => outlook.index === index)?.pagesLeft;
  }

  /**
   * Cuts the only lane of a type at the marks that the last pass left, so that it is read in its part of all lanes, which
   * are as long as each other. As many are cut as may cost a call; those with full pages before them cost none. In a portal
   * so small that no cut may cost one, nothing is cut: the probe has moved the first lane's pages, so its last is not full.
   */
  layOut(type: ObjectType, marks: readonly IdMark[], pace: PagePace): void {
    const indices = this.#lanes.flatMap((lane, index) => (lane.type === type ? [index] : []));
    const [index] = indices;
    if (index === undefined || indices.length > 1 || this.#cutsLeft === 0) return;
    const types = OBJECT_TYPES.filter((each) => this.#lanes.some((lane) => lane.type === each && !lane.isDone));
    const sizes = types.map((each) => this.#expected[each] ?? 0);
    const lanes = sharePieces(sizes, Math.min(MOST_LANES, countLanes(pace)))[types.indexOf(type)] ?? 1;
    const plans = Array.from({ length: lanes }, (_, less) => planStarts(marks, lanes - less));
    const starts = plans.find((plan) => countGuesses(plan) <= this.#cutsLeft) ?? [];
    this.#cuts += countGuesses(starts);
    let endsAt = marks.reduce((sum, [, count]) => sum + count, 0);
    for (const { fromId, base } of starts.toReversed()) {
      const lane = this.at(index);
      const split = cutLane({ lane, reachedId: this.#reached.get(index) ?? lane.doneId }, fromId);
      if (split === undefined) continue;
      this.#lanes.push({ ...split.back, base, size: endsAt - base });
      this.#lanes[index] = { ...split.front, base: 0, size: base };
      endsAt = base;
    }
  }

  /** Cuts a lane where that is worth its call. @returns the place of the new lane */
  cut({ running, splittable, pace }: CutOccasion): number | undefined {
    const types = OBJECT_TYPES.filter((type) => splittable[type] !== false && isWorthSplitting(type, this.#expected));
    const outlooks = types
      .flatMap((type) => this.#outlooksOf(type, splittable))
      .filter(({ index }) => running.has(index));
    const missing = Math.min(MOST_LANES, countLanes(pace)) - running.size;
    const isTooLong = running.size < MOST_LANES && isAnyTooLong(outlooks, pace);
    if (missing <= 0 && !isTooLong) return undefined;
    const unknown = outlooks.find(
      ({ reach, pagesLeft, isSplittable }) => isSplittable && pagesLeft === undefined && gapOf(reach) !== undefined,
    );
    if (unknown !== undefined) return this.#cutAhead(unknown);
    const planned = planCut(outlooks, outlooks.length + Math.min(Math.max(1, missing), this.#cutsLeft));
    const found = outlooks[planned?.index ?? -1];
    if (planned === undefined || found === undefined) return undefined;
    this.#cuts += 1;
    return this.#cutAt(found, planned.pages);
  }

  /** An open lane of unknown length, at a guess. */
  #cutAhead(outlook: PlacedOutlook): number | undefined {
    const { type } = outlook.reach.lane;
    const pages = this.#reachPages.get(type) ?? FIRST_REACH_PAGES;
    this.#reachPages.set(type, pages * 2);
    return this.#cutAt(outlook, pages);
  }

  get #cutsLeft(): number {
    const pages = OBJECT_TYPES.map((type) => {
      const read = this.#lanes.reduce((sum, lane) => (lane.type === type ? sum + lane.read : sum), 0);
      const isOurs = this.#lanes.some((lane) => lane.type === type);
      return isOurs ? Math.max(read, this.#expected[type] ?? 0) / PAGE_OBJECTS : 0;
    });
    return Math.max(0, Math.floor(pages.reduce((sum, each) => sum + each, 0) * CUT_SHARE) - this.#cuts);
  }

  /** Lanes of a type that are not done. */
  #outlooksOf(type: ObjectType, splittable: Splittable): readonly PlacedOutlook[] {
    const reaches = this.#lanes.flatMap((lane, index) =>
      lane.type === type ? [{ index, lane, reachedId: this.#reached.get(index) ?? lane.doneId }] : [],
    );
    const left = estimateLeft(reaches, this.#expected[type]);
    const isSplittable = splittable[type] === true;
    return reaches.flatMap((reach, place) =>
      reach.lane.isDone ? [] : [{ index: reach.index, reach, pagesLeft: left[place], isSplittable }],
    );
  }

  #cutAt({ index, reach }: PlacedOutlook, pages: number): number | undefined {
    const split = splitLane(reach, pages);
    if (split === undefined) return undefined;
    this.#lanes[index] = split.front;
    this.#lanes.push(split.back);
    return this.#lanes.length - 1;
  }
}

/** Lanes before which a page is probably not full. */
function countGuesses(starts: readonly LaneStart[]): number {
  return starts.filter(({ base }) => base % PAGE_OBJECTS !== 0).length;
}
