import { MOST_MARKS, findMarks, markStep } from "../../domain/id-marks.ts";
import { createLane, joinDoneLanes } from "../../domain/list-lane.ts";
import { findDisorder } from "../../domain/pair-streams.ts";
import { NonRetryableError } from "../errors.ts";
import { comparePage } from "./compare-page.ts";
import { LaneSet, MOST_LANES, isWorthSplitting } from "./lane-set.ts";
import { probeAfter } from "./probe-after.ts";
import { RecordCursor } from "./record-cursor.ts";
import { cutPage, listIds, readTypedPage } from "./typed-page.ts";
import type { CustomerStates } from "../../domain/customer-states.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { IdMark } from "../../domain/id-marks.ts";
import type { PagePace } from "../../domain/lane-plan.ts";
import type { ListLane } from "../../domain/list-lane.ts";
import type { PassSession } from "./pass-session.ts";
import type { PageIds } from "./probe-after.ts";
import type { TypedPage } from "./typed-page.ts";

/** Weight of one page in the average time of comparing: eight or so of the latest count. */
const COMPARE_WEIGHT = 1 / 8;

/**
 * Lists objects of several types at once, in lanes of ascending ids, and compares each page with the records of the same
 * ids. If HubSpot was seen to allow it, a type is cut into lanes at the ids that the last pass left; without those, lanes
 * are cut in two by guess until the pace is used up. The lane with most left goes first, so that all end together:
 *
 * ```
 * calls/s  ┌──────────────────────────┐
 *        ┌─┘                          │
 *        └─ account, probe            └─ no lane left to go on alone
 * ```
 */
export class LaneRunner {
  readonly #session: PassSession;
  readonly #customers: Promise<CustomerStates>;
  readonly #lanes: LaneSet;
  /** Lanes of types that are listed at another time. */
  readonly #others: readonly ListLane[];
  readonly #running = new Map<number, Promise<void>>();
  /** Pages that a probe has brought already, by lane. */
  readonly #ahead = new Map<number, TypedPage>();
  /** From a page's arrival to the call for the next one, on average of the latest. Milliseconds. */
  #compareMs = 0;
  #failure: { readonly error: unknown } | undefined;

  /** @param customers no page is looked at before they are known */
  constructor(session: PassSession, customers: Promise<CustomerStates>, types: readonly ObjectType[]) {
    this.#session = session;
    this.#customers = customers;
    const { lanes, expected } = session.state;
    const known = lanes.filter((lane) => types.includes(lane.type));
    const fresh = types.filter((type) => !known.some((lane) => lane.type === type)).map(createLane);
    this.#lanes = new LaneSet([...known, ...fresh], expected);
    this.#others = lanes.filter((lane) => !types.includes(lane.type));
  }

  /** @returns whether all is listed; if not, the time was up */
  async listAll(): Promise<boolean> {
    const known = this.#customers.catch((error: unknown) => void (this.#failure ??= { error }));
    this.#fill();
    while (this.#running.size > 0) await Promise.race(this.#running.values());
    await known;
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#lanes.isDone;
  }

  get #isStopped(): boolean {
    return this.#failure !== undefined || this.#session.isTimeUp;
  }

  get #pace(): PagePace {
    const { callsPerSecond, answerMs } = this.#session.ports.readPace();
    return { callsPerSecond, cycleMs: answerMs + this.#compareMs };
  }

  #fill(): void {
    while (this.#running.size < MOST_LANES && !this.#isStopped) {
      const index = this.#lanes.findWaiting(this.#running) ?? this.#cut();
      if (index === undefined) return;
      this.#running.set(index, this.#work(index));
    }
  }

  #cut(): number | undefined {
    return this.#lanes.cut({
      running: new Set(this.#running.keys()),
      splittable: this.#session.state.splittable,
      pace: this.#pace,
    });
  }

  async #work(index: number): Promise<void> {
    const cursor = new RecordCursor(this.#session.ports.streams, () => this.#lanes.at(index));
    try {
      while (!this.#lanes.at(index).isDone && !this.#isStopped)
        await this.#session.workOn(this.#lanes.at(index).type, () => this.#takePage(index, cursor));
      await cursor.close();
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      this.#running.delete(index);
      this.#fill();
    }
  }

  async #takePage(index: number, cursor: RecordCursor): Promise<void> {
    const asked = this.#lanes.at(index);
    const typed = this.#ahead.get(index) ?? (await this.#readPage(index));
    this.#ahead.delete(index);
    const customers = await this.#customers;
    const arrivedAtMs = this.#session.ports.clock.now();
    const ids = listIds(typed);
    const { after } = typed.page;
    checkPage(asked, { ids, after });
    const { type, base, read, toId } = this.#lanes.at(index);
    const inLane = toId === undefined ? ids : ids.filter((id) => !isBeyond(id, toId));
    const lastId = inLane.at(-1);
    const isDone = after === undefined || inLane.length < ids.length || lastId === toId;
    const doneId = isDone ? toId : lastId;
    this.#lanes.note(index, { ids: inLane, reachedId: doneId });
    await this.#learn(index, { ids, after });
    this.#fill();
    const records = await cursor.takeUntil(doneId);
    const part = { typed: cutPage(typed, inLane.length), records };
    const settled = await comparePage(this.#session, customers, part);
    const step = markStep(this.#session.state.expected[type]);
    // From here to the checkpoint nothing waits: what was counted and how far the lane came belong together.
    settled.commit();
    this.#lanes.advance(index, { doneId, after, isDone });
    this.#mark(type, findMarks({ base, read }, { ids: inLane, endId: isDone ? (doneId ?? lastId) : undefined }, step));
    this.#session.update({ lanes: this.#listLanes() });
    await this.#session.saveIfDue();
    this.#compareMs += (this.#session.ports.clock.now() - arrivedAtMs - this.#compareMs) * COMPARE_WEIGHT;
  }

  #readPage(index: number): Promise<TypedPage> {
    const { type, after } = this.#lanes.at(index);
    return readTypedPage(this.#session.run.hubspot, type, after, this.#lanes.pagesLeft(index));
  }

  /** Finds out whether the type can be split, once, when it is worth it. */
  async #learn(index: number, page: PageIds): Promise<void> {
    const { type } = this.#lanes.at(index);
    const { expected, splittable } = this.#session.state;
    if (splittable[type] !== undefined || page.after === undefined || !isWorthSplitting(type, expected)) return;
    const next = await probeAfter(this.#session.run.hubspot, type, page);
    if (next !== undefined) this.#ahead.set(index, next);
    const { splittable: known, formerMarks } = this.#session.state;
    const { [type]: marks = [], ...others } = formerMarks ?? {};
    if (next !== undefined) this.#lanes.layOut(type, marks, this.#pace);
    // The marks go with what was made of them, or a crash in between would lose them.
    this.#session.update({
      splittable: { ...known, [type]: next !== undefined },
      formerMarks: others,
      lanes: this.#listLanes(),
    });
  }

  #mark(type: ObjectType, found: readonly IdMark[]): void {
    const { marks = {} } = this.#session.state;
    const all = [...(marks[type] ?? []), ...found];
    this.#session.update({ marks: { ...marks, [type]: all.slice(0, MOST_MARKS) } });
  }

  #listLanes(): readonly ListLane[] {
    return [...this.#others, ...joinDoneLanes(this.#lanes.all)];
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
