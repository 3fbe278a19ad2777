import { PAGE_OBJECTS, createLane, estimatePages, joinDoneLanes, splitLane } from "../../domain/list-lane.ts";
import { findDisorder } from "../../domain/pair-streams.ts";
import { NonRetryableError } from "../errors.ts";
import { comparePage } from "./compare-page.ts";
import { probeAfter } from "./probe-after.ts";
import { RecordCursor } from "./record-cursor.ts";
import { cutPage, listIds, readTypedPage } from "./typed-page.ts";
import type { CustomerStates } from "../../domain/customer-states.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { LaneReach, ListLane } from "../../domain/list-lane.ts";
import type { PassSession } from "./pass-session.ts";
import type { PageIds } from "./probe-after.ts";

/** List requests in flight: enough to reach HubSpot's limit at 600 ms a call. */
const LANES = 12;

/** A type that was smaller than this is listed in one lane: splitting costs about one call for each lane. Objects. */
const SPLIT_FROM_OBJECTS = 20_000;

/** How far ahead an open lane is cut first; each further cut reaches twice as far. Pages. */
const FIRST_REACH_PAGES = 32;

/** A lane with less left is not worth a cut. Pages. */
const SMALLEST_CUT_PAGES = 8;

/** Calls that cutting lanes may cost, of all calls. */
const CUT_SHARE = 0.007;

/**
 * Lists objects of several types at once, in lanes of ascending ids, and compares each page with the records of the same
 * ids. Whenever a lane is free, another one is cut in two, if HubSpot was seen to allow it.
 */
export class LaneRunner {
  readonly #session: PassSession;
  readonly #customers: CustomerStates;
  readonly #lanes: ListLane[];
  readonly #running = new Map<number, Promise<void>>();
  /** How far the page at hand reaches, by lane; undefined while a lane waits for its next page. */
  readonly #reached = new Map<number, string | undefined>();
  readonly #reachPages = new Map<ObjectType, number>();
  #cuts = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(session: PassSession, customers: CustomerStates, types: readonly ObjectType[]) {
    this.#session = session;
    this.#customers = customers;
    const known = session.state.lanes.filter((lane) => types.includes(lane.type));
    const fresh = types.filter((type) => !known.some((lane) => lane.type === type)).map(createLane);
    this.#lanes = [...known, ...fresh];
    this.#others = session.state.lanes.filter((lane) => !types.includes(lane.type));
    this.#publish();
  }

  readonly #others: readonly ListLane[];

  /** @returns whether all is listed; if not, the time was up */
  async listAll(): Promise<boolean> {
    this.#fill();
    while (this.#running.size > 0) await Promise.race(this.#running.values());
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#lanes.every((lane) => lane.isDone);
  }

  get #isStopped(): boolean {
    return this.#failure !== undefined || this.#session.isTimeUp;
  }

  #fill(): void {
    while (this.#running.size < LANES && !this.#isStopped) {
      const waiting = this.#lanes.findIndex((lane, index) => !lane.isDone && !this.#running.has(index));
      const index = waiting === -1 ? this.#cutIfIdle() : waiting;
      if (index === undefined) return;
      this.#running.set(index, this.#work(index));
    }
  }

  async #work(index: number): Promise<void> {
    const lane = this.#laneAt(index);
    this.#reached.set(index, lane.doneId);
    const cursor = new RecordCursor(this.#session.ports.streams, () => this.#laneAt(index));
    try {
      while (!this.#laneAt(index).isDone && !this.#isStopped) await this.#takePage(index, cursor);
      await cursor.close();
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      this.#running.delete(index);
      this.#fill();
    }
  }

  async #takePage(index: number, cursor: RecordCursor): Promise<void> {
    const asked = this.#laneAt(index);
    const typed = await readTypedPage(this.#session.run.hubspot, asked.type, asked.after);
    const ids = listIds(typed);
    const { after } = typed.page;
    checkPage(asked, { ids, after });
    const { toId } = this.#laneAt(index);
    const inLane = toId === undefined ? ids : ids.filter((id) => !isBeyond(id, toId));
    const lastId = inLane.at(-1);
    const isLast = after === undefined || inLane.length < ids.length || lastId === toId;
    const doneId = isLast ? toId : lastId;
    this.#note(index, { ids: inLane, reachedId: doneId });
    await this.#learn(asked.type, { ids, after });
    this.#fill();
    const records = await cursor.takeUntil(doneId);
    const part = { typed: cutPage(typed, inLane.length), records };
    const settled = await comparePage(this.#session, this.#customers, part);
    // From here to the checkpoint nothing waits: what was counted and how far the lane came belong together.
    settled.commit();
    const { after: _after, ...lane } = this.#laneAt(index);
    this.#lanes[index] = {
      ...lane,
      isDone: isLast,
      ...(doneId !== undefined && { doneId }),
      ...(after !== undefined && !isLast && { after }),
    };
    this.#publish();
    await this.#session.saveIfDue();
  }

  /** Keeps what tells the distance of ids, as soon as it is known. */
  #note(index: number, seen: { readonly ids: readonly string[]; readonly reachedId: string | undefined }): void {
    const lane = this.#laneAt(index);
    const firstId = lane.firstId ?? seen.ids[0];
    this.#lanes[index] = { ...lane, read: lane.read + seen.ids.length, ...(firstId !== undefined && { firstId }) };
    this.#reached.set(index, seen.reachedId);
  }

  /** Finds out whether the type can be split, once, when it is worth it. */
  async #learn(type: ObjectType, page: PageIds): Promise<void> {
    const { expected, splittable } = this.#session.state;
    const isSmall = (expected[type] ?? Number.POSITIVE_INFINITY) < SPLIT_FROM_OBJECTS;
    if (isSmall || splittable[type] !== undefined || page.after === undefined) return;
    this.#session.update({ splittable: { ...splittable, [type]: false } });
    const isSplittable = await probeAfter(this.#session.run.hubspot, type, page);
    this.#session.update({ splittable: { ...this.#session.state.splittable, [type]: isSplittable } });
  }

  /** More requests at once are worth a call each only as long as the pace allows more than there are. */
  #cutIfIdle(): number | undefined {
    return this.#session.ports.isPaceUsedUp() ? undefined : this.#cutOne();
  }

  /** Cuts the lane that has most left, where that is worth its call. @returns the index of the new lane */
  #cutOne(): number | undefined {
    const candidates = this.#candidates();
    const unknown = candidates.find(([, reach]) => this.#pagesLeft(reach) === undefined);
    if (unknown !== undefined) {
      const { type } = unknown[1].lane;
      const pages = this.#reachPages.get(type) ?? FIRST_REACH_PAGES;
      this.#reachPages.set(type, pages * 2);
      return this.#cut(unknown, pages);
    }
    const estimates = candidates.map((found) => [found, this.#pagesLeft(found[1]) ?? 0] as const);
    const [longest] = estimates.toSorted(([, left], [, right]) => right - left);
    const pagesLeft = estimates.reduce((sum, [, pages]) => sum + pages, 0);
    const pagesDone = this.#lanes.reduce((sum, lane) => sum + lane.read / PAGE_OBJECTS, 0);
    const isAffordable = this.#cuts < (pagesLeft + pagesDone) * CUT_SHARE;
    if (longest === undefined || longest[1] < SMALLEST_CUT_PAGES || !isAffordable) return undefined;
    this.#cuts += 1;
    return this.#cut(longest[0], longest[1] / 2);
  }

  /** Pages that a lane still has; of an open lane, what is left of the objects that the last pass saw. */
  #pagesLeft(reach: LaneReach): number | undefined {
    const { type, toId } = reach.lane;
    if (toId !== undefined) return estimatePages(reach) ?? 0;
    const expected = this.#session.state.expected[type];
    if (expected === undefined) return undefined;
    const lanes = this.#lanes.map((lane, index) => ({ lane, reachedId: this.#reached.get(index) ?? lane.doneId }));
    const read = lanes.reduce((sum, { lane }) => (lane.type === type ? sum + lane.read : sum), 0);
    const known = lanes.reduce((sum, each) => (each.lane.type === type ? sum + (estimatePages(each) ?? 0) : sum), 0);
    const left = (expected - read) / PAGE_OBJECTS - known;
    return left < -SMALLEST_CUT_PAGES ? undefined : Math.max(0, left);
  }

  /** Lanes at work that can be cut. */
  #candidates(): readonly (readonly [number, LaneReach])[] {
    return [...this.#running.keys()].flatMap((index) => {
      const reach = { lane: this.#laneAt(index), reachedId: this.#reached.get(index) };
      const isSplittable = this.#session.state.splittable[reach.lane.type] === true;
      return isSplittable && splitLane(reach, FIRST_REACH_PAGES) !== undefined ? [[index, reach] as const] : [];
    });
  }

  #cut([index, reach]: readonly [number, LaneReach], pages: number): number | undefined {
    const split = splitLane(reach, pages);
    if (split === undefined) return undefined;
    this.#lanes[index] = split.front;
    this.#lanes.push(split.back);
    this.#publish();
    return this.#lanes.length - 1;
  }

  #laneAt(index: number): ListLane {
    const lane = this.#lanes[index];
    if (lane === undefined) throw new RangeError(`lane ${index} of ${this.#lanes.length}`);
    return lane;
  }

  #publish(): void {
    this.#session.update({ lanes: [...this.#others, ...joinDoneLanes(this.#lanes)] });
  }
}

function isBeyond(id: string, toId: string): boolean {
  return findDisorder([id], toId) === undefined;
}

/** @throws NonRetryableError when the list is not what a merge of sorted streams needs */
function checkPage({ type, doneId }: ListLane, { ids, after }: PageIds): void {
  const strayId = findDisorder(ids, doneId);
  if (strayId !== undefined) {
    throw new NonRetryableError(
      `HubSpot listed ${type} ${strayId} out of order after ${doneId ?? "the start"}; expected ascending ids`,
      { code: "badAnswer" },
    );
  }
  if (ids.length === 0 && after !== undefined) {
    throw new NonRetryableError(`HubSpot listed an empty ${type} page that is not the last one`, { code: "badAnswer" });
  }
}
