import { describe, expect, it } from "vitest";
import type { ObjectType } from "../../../lib/domain/hubspot-object.ts";
import type { IdMark } from "../../../lib/domain/id-marks.ts";
import type { PagePace } from "../../../lib/domain/lane-plan.ts";
import { createLane, type ListLane } from "../../../lib/domain/list-lane.ts";
import { LaneSet, MOST_LANES, isWorthSplitting } from "../../../lib/sync/pass/lane-set.ts";

/** Four lanes use it up. */
const PACE: PagePace = { callsPerSecond: 10, cycleMs: 300 };

const fresh = createLane("company");
const idsFrom = (first: number, count = 100): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(first + 10 * index));

/** Marks at every so many objects, up to 12,000 of them; ids lie ten apart. */
const marksOf = (step: number): readonly IdMark[] =>
  Array.from({ length: Math.floor(12_000 / step) }, (_, index) => [String((index + 1) * step * 10), step]);

/** Lanes of which the first page has just arrived: a hundred objects up to the id 1000. */
function begun(expected: Readonly<Partial<Record<ObjectType, number>>>, others: readonly ListLane[] = []): LaneSet {
  const lanes = new LaneSet([fresh, ...others], expected);
  lanes.note(0, { ids: idsFrom(10), reachedId: "1000" });
  return lanes;
}

describe("isWorthSplitting", () => {
  it.each([
    [{}, true],
    [{ company: 4_999 }, false],
    [{ company: 5_000 }, true],
  ])("of a company given %j is %s", (expected, isWorth) => {
    expect(isWorthSplitting("company", expected)).toBe(isWorth);
  });
});

describe("a LaneSet", () => {
  const done: ListLane = { type: "company", read: 1, isDone: true };

  it("finds a lane that waits: neither done nor read by anybody", () => {
    const lanes = new LaneSet([done, fresh, createLane("deal")], {});
    expect(lanes.findWaiting(new Map())).toBe(1);
    expect(lanes.findWaiting(new Map([[1, "reader"]]))).toBe(2);
    expect(lanes.findWaiting(new Map([1, 2].map((index) => [index, "reader"])))).toBeUndefined();
    expect(lanes.isDone).toBe(false);
    expect(new LaneSet([done], {}).isDone).toBe(true);
  });

  it("has no lane beyond the last", () => {
    expect(() => new LaneSet([fresh], {}).at(1)).toThrow(new RangeError("lane 1 of 1"));
  });

  it("keeps what a page shows: how much was read, and the first id of the lane", () => {
    const lanes = new LaneSet([fresh], {});
    lanes.note(0, { ids: [], reachedId: undefined });
    expect(lanes.at(0)).toStrictEqual(fresh);
    lanes.note(0, { ids: ["10", "20"], reachedId: "20" });
    lanes.note(0, { ids: ["30"], reachedId: "30" });
    expect(lanes.at(0)).toStrictEqual({ ...fresh, read: 3, firstId: "10" });
  });

  it("advances to where nothing before has to be read again", () => {
    const lanes = new LaneSet([fresh], {});
    lanes.advance(0, { doneId: "20", after: "a token", isDone: false });
    expect(lanes.all).toStrictEqual([{ ...fresh, doneId: "20", after: "a token" }]);
    lanes.advance(0, { doneId: undefined, after: undefined, isDone: false });
    expect(lanes.all).toStrictEqual([{ ...fresh, doneId: "20" }]);
    lanes.advance(0, { doneId: "30", after: "a token", isDone: true });
    expect(lanes.all).toStrictEqual([{ ...fresh, doneId: "30", isDone: true }]);
  });

  it("tells how many pages a lane still has", () => {
    const sized = { ...fresh, toId: "9000", size: 700, read: 200 };
    const lanes = new LaneSet([sized, { ...fresh, fromId: "9000" }, done, createLane("deal")], { company: 1_001 });
    expect(lanes.pagesLeft(0)).toBe(5);
    expect(lanes.pagesLeft(1)).toBe(3);
    expect(lanes.pagesLeft(2)).toBeUndefined();
    expect(lanes.pagesLeft(3)).toBeUndefined();
  });

  it("tells it by the distance of ids, from the last page or from the checkpoint", () => {
    const lanes = new LaneSet([{ ...fresh, toId: "11000", read: 100, firstId: "10", doneId: "1000" }], {});
    expect(lanes.pagesLeft(0)).toBe(10);
    lanes.note(0, { ids: idsFrom(1_010), reachedId: "2000" });
    expect(lanes.pagesLeft(0)).toBe(9);
  });
});

/** Where lanes begin, and how many objects the last pass saw before and in each. */
const shape = ({ all }: LaneSet) =>
  all.map(({ type, fromId = "start", base, size }) => `${type} ${fromId} ${base}+${size}`);

/** Cuts companies at marks of so many objects each. */
function layOut(lanes: LaneSet, step: number, pace = PACE): readonly string[] {
  lanes.layOut("company", marksOf(step), pace);
  return shape(lanes);
}

describe("a LaneSet laid out at marks", () => {
  it("has as many lanes of like length as use the pace up", () => {
    const lanes = begun({ company: 12_000 });
    expect(layOut(lanes, 300)).toEqual([
      "company start 0+3000",
      "company 90000 9000+3000",
      "company 60000 6000+3000",
      "company 30000 3000+3000",
    ]);
    expect(lanes.all.map(({ toId }) => toId)).toEqual(["30000", undefined, "90000", "60000"]);
  });

  it("has twelve lanes at most", () => {
    const lanes = begun({ company: 12_000 });
    expect(layOut(lanes, 100, { callsPerSecond: 1_000, cycleMs: 1_000 })).toHaveLength(MOST_LANES);
  });

  it("shares the lanes among the types that are not done", () => {
    const waiting = begun({ company: 12_000, contact: 12_000 }, [createLane("contact")]);
    expect(layOut(waiting, 300)).toEqual([
      "company start 0+6000",
      "contact start undefined+undefined",
      "company 60000 6000+6000",
    ]);
    const over = begun({ company: 12_000, contact: 12_000 }, [{ ...createLane("contact"), isDone: true }]);
    expect(layOut(over, 300)).toHaveLength(5);
    const unknown = begun({ company: 12_000 }, [createLane("contact")]);
    expect(layOut(unknown, 300)).toHaveLength(4);
  });

  it("cuts no more where no full pages lie before than may cost a call", () => {
    const lanes = begun({ company: 12_000, deal: 12_000 }, [createLane("deal")]);
    lanes.note(1, { ids: idsFrom(10), reachedId: "1000" });
    // Two of 240 pages.
    expect(layOut(lanes, 401, { callsPerSecond: 30, cycleMs: 300 })).toHaveLength(4);
    lanes.layOut("deal", marksOf(300), PACE);
    expect(lanes.all).toHaveLength(4);
  });

  it("counts no cut with full pages before it", () => {
    const lanes = begun({ company: 12_000, deal: 12_000 }, [createLane("deal")]);
    lanes.note(1, { ids: idsFrom(10), reachedId: "1000" });
    layOut(lanes, 300);
    lanes.layOut("deal", marksOf(300), PACE);
    expect(lanes.all.map(({ type }) => type)).toEqual(["company", "deal", "company", "deal"]);
  });

  it("is not cut before where it is", () => {
    const lanes = new LaneSet([{ ...fresh, doneId: "50000" }], { company: 12_000 });
    expect(layOut(lanes, 300)).toEqual(["company start 0+6000", "company 90000 9000+3000", "company 60000 6000+3000"]);
    const further = new LaneSet([{ ...fresh, doneId: "50000" }], { company: 12_000 });
    further.note(0, { ids: ["80000"], reachedId: "80000" });
    expect(layOut(further, 300)).toEqual(["company start 0+9000", "company 90000 9000+3000"]);
  });

  it.each<[name: string, create: () => LaneSet]>([
    ["is cut already", () => begun({ company: 12_000 }, [{ ...fresh, fromId: "9", read: 0 }])],
    ["is not listed", () => new LaneSet([createLane("deal")], { deal: 12_000 })],
    ["is so small that no cut may cost a call", () => begun({ company: 11_000 })],
  ])("stays as it is where the type %s", (_name, create) => {
    const lanes = create();
    const before = [...lanes.all];
    layOut(lanes, 300);
    expect(lanes.all).toEqual(before);
  });
});

const running = (...indices: readonly number[]): ReadonlySet<number> => new Set(indices);

describe("a LaneSet that cuts a lane by guess", () => {
  const splittable = { company: true };
  const occasion = { running: running(0), splittable, pace: PACE };

  it("cuts half of the wanted pieces off, and says where the new lane is", () => {
    const lanes = begun({ company: 100_000 });
    expect(lanes.cut(occasion)).toBe(1);
    // Half of 999 pages with ids ten apart.
    expect(lanes.at(0)).toMatchObject({ toId: "500500", read: 100 });
    expect(lanes.at(1)).toMatchObject({ fromId: "500500", doneId: "500500", after: "500500", read: 0 });
  });

  it("cuts no more than may cost a call, of the types that it lists", () => {
    const lanes = begun({ company: 12_000, contact: 1_000_000 });
    expect(lanes.cut(occasion)).toBe(1);
    expect(lanes.at(0).toId).toBe("60500");
    expect(lanes.cut({ ...occasion, running: running(0, 1) })).toBeUndefined();
    expect(begun({ company: 11_000 }).cut(occasion)).toBeUndefined();
  });

  it("counts the objects of each type once", () => {
    const contacts = { ...createLane("contact"), read: 15_000 };
    const lanes = begun({ company: 5_000, contact: 5_000 }, [contacts]);
    const all = { ...occasion, splittable: { company: true, contact: false } };
    // One of 200 pages.
    expect(lanes.cut(all)).toBe(2);
    expect(lanes.cut(all)).toBeUndefined();
  });

  it("may cut by what it has read where that is more than the last pass saw", () => {
    const lanes = new LaneSet(
      [
        { ...fresh, firstId: "10", doneId: "100000", read: 10_000, toId: "300000" },
        { ...fresh, fromId: "300000", read: 10_000, isDone: true },
      ],
      { company: 5_000 },
    );
    expect(lanes.cut(occasion)).toBe(2);
  });

  it("cuts an open lane of unknown length further ahead each time", () => {
    const lanes = begun({});
    expect(lanes.cut(occasion)).toBe(1);
    expect(lanes.at(0).toId).toBe(String(1_000 + 32 * 1_000));
    lanes.note(1, { ids: idsFrom(33_010), reachedId: "34000" });
    expect(lanes.cut({ ...occasion, running: running(0, 1) })).toBe(2);
    expect(lanes.at(1).toId).toBe(String(34_000 + 64 * 1_000));
  });

  it("does not cut what has shown too little to tell, but another", () => {
    const lanes = new LaneSet([fresh, createLane("contact")], { contact: 100_000 });
    lanes.note(1, { ids: idsFrom(10), reachedId: "1000" });
    const all = { ...occasion, running: running(0, 1), splittable: { company: true, contact: true } };
    expect(lanes.cut(all)).toBe(2);
    expect(lanes.at(2).type).toBe("contact");
    expect(new LaneSet([fresh], {}).cut(occasion)).toBeUndefined();
    expect(new LaneSet([fresh], { company: 100_000 }).cut(occasion)).toBeUndefined();
  });

  it.each<[name: string, splittable: Readonly<Record<string, boolean>>]>([
    ["takes no id", { company: false }],
    ["was not seen to take an id", {}],
  ])("cuts nothing where HubSpot %s as `after`", (_name, seen) => {
    expect(begun({ company: 100_000 }).cut({ ...occasion, splittable: seen })).toBeUndefined();
    expect(begun({}).cut({ ...occasion, splittable: seen })).toBeUndefined();
  });

  it("takes no account of types that cannot be cut, or are not worth it", () => {
    const expected = { company: 100_000, contact: 1_000_000, deal: 4_999 };
    const lanes = begun(expected, [createLane("contact"), createLane("deal")]);
    lanes.note(2, { ids: idsFrom(10), reachedId: "1000" });
    const all = { running: running(0, 1, 2), splittable: { company: true, contact: false, deal: true }, pace: PACE };
    expect(lanes.cut(all)).toBe(3);
    expect(lanes.at(3).type).toBe("company");
    const small = new LaneSet([createLane("deal"), fresh], { ...expected, company: 100_000 });
    small.note(0, { ids: idsFrom(10), reachedId: "1000" });
    expect(small.cut({ ...all, running: running(0) })).toBeUndefined();
  });

  it("cuts only what is being read", () => {
    const lanes = begun({ company: 100_000 });
    expect(lanes.cut({ ...occasion, running: running() })).toBeUndefined();
  });

  it("cuts nothing where as many lanes are at work as use the pace up, and none takes longer than all", () => {
    const lanes = begun({ company: 100_000 });
    // One lane is enough for less than one call at a time, and one more is kept.
    const slow = { callsPerSecond: 1, cycleMs: 100 };
    const two = new LaneSet([lanes.at(0), fresh], { company: 100_000 });
    expect(two.cut({ ...occasion, running: running(0, 1), pace: slow })).toBeUndefined();
    expect(lanes.cut({ ...occasion, pace: slow })).toBe(1);
  });

  const long = { ...fresh, firstId: "10", doneId: "1000", read: 100, size: 90_100, toId: "1000000" };
  const short = { ...fresh, fromId: "1000000", toId: "2000000", size: 500 };

  it("cuts a lane that would take longer than all of them at full pace", () => {
    const lanes = new LaneSet([long, short, short], { company: 100_000 });
    const pace = { callsPerSecond: 10, cycleMs: 190 };
    expect(lanes.cut({ ...occasion, running: running(0, 1, 2), pace })).toBe(3);
    // Half of 900 pages.
    expect(lanes.at(0).toId).toBe(String(1_000 + 450 * 1_000));
  });

  it("cuts the lane with most left, but none behind its end", () => {
    const lanes = new LaneSet([short, long], { company: 100_000 });
    expect(lanes.cut({ ...occasion, running: running(0, 1) })).toBe(2);
    // One of three pieces.
    expect(lanes.at(1).toId).toBe(String(1_000 + 300 * 1_000));
    const wrong = new LaneSet([{ ...long, toId: "1500" }], { company: 100_000 });
    expect(wrong.cut(occasion)).toBeUndefined();
  });

  it("cuts nothing where twelve lanes are at work", () => {
    const lanes = new LaneSet([long, ...Array.from({ length: MOST_LANES - 1 }, () => short)], { company: 100_000 });
    const pace = { callsPerSecond: 100, cycleMs: 300 };
    const indices = Array.from({ length: MOST_LANES }, (_, index) => index);
    expect(lanes.cut({ ...occasion, running: running(...indices), pace })).toBeUndefined();
    expect(lanes.cut({ ...occasion, running: running(...indices.slice(1)), pace })).toBeUndefined();
    expect(lanes.cut({ ...occasion, running: running(...indices.slice(0, -1)), pace })).toBe(MOST_LANES);
  });
});
