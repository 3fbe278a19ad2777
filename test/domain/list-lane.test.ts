import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createLane,
  cutLane,
  estimatePages,
  gapOf,
  joinDoneLanes,
  splitLane,
  type LaneReach,
  type ListLane,
} from "../../lib/domain/list-lane.ts";

const SEEN = { firstId: "1000", read: 101 } as const;
/** A hundred objects read, two ids apart. */
const lane = (changes: Partial<ListLane> = {}): ListLane => ({ ...createLane("contact"), ...SEEN, ...changes });
const reachOf = (changes: Partial<ListLane> = {}, reachedId: string | undefined = "1200"): LaneReach => ({
  lane: lane(changes),
  reachedId,
});

describe("estimatePages", () => {
  it.each<[name: string, reach: LaneReach, expected: number | undefined]>([
    ["knows nothing of an open lane", reachOf(), undefined],
    ["knows nothing before the first page", { lane: createLane("deal"), reachedId: undefined }, undefined],
    ["knows nothing from a single object", reachOf({ toId: "9000", read: 1 }), undefined],
    ["takes a lane that is done for empty", reachOf({ toId: "9000", isDone: true }), 0],
    ["counts what is left by the distance of ids seen", reachOf({ toId: "21200" }), 100],
    ["knows the distance from two objects on", reachOf({ toId: "21200", read: 2 }), 1],
    [
      "knows nothing of a lane that goes on without a first id",
      { lane: { ...createLane("deal"), toId: "9000", read: 100 }, reachedId: "1200" },
      undefined,
    ],
    ["goes by what the last pass counted in a lane", reachOf({ toId: "21200", size: 401 }), 3],
    ["knows that of an open lane as well", reachOf({ size: 401 }), 3],
    ["goes by the distance once all of that is read", reachOf({ toId: "21200", size: 101 }), 100],
    ["is zero at the end", reachOf({ toId: "1200" }), 0],
    ["is never negative", reachOf({ toId: "1100" }), 0],
  ])("%s", (_name, reach, expected) => {
    expect(estimatePages(reach)).toBe(expected);
  });

  it("goes by the distance in other lanes where a lane has seen no ids of its own", () => {
    const cutOff = { lane: { ...createLane("contact"), toId: "21200" }, reachedId: "1200" };
    expect([estimatePages(cutOff, 4), estimatePages(reachOf({ toId: "21200" }), 4)]).toEqual([50, 100]);
  });
});

describe("gapOf", () => {
  it.each<[name: string, reach: LaneReach, expected: number | undefined]>([
    ["is the average distance of the ids seen", reachOf(), 2],
    ["is never below the distance of two ids in a row", reachOf({}, "1050"), 1],
    ["is unknown before the first page", { lane: createLane("deal"), reachedId: undefined }, undefined],
    ["is unknown after one object", reachOf({ read: 1 }), undefined],
  ])("%s", (_name, reach, expected) => {
    expect(gapOf(reach)).toBe(expected);
  });
});

describe("splitLane", () => {
  it("cuts an open lane so many pages ahead", () => {
    const split = splitLane(reachOf(), 32);
    expect(split?.front).toEqual(lane({ toId: "7600" }));
    expect(split?.back).toStrictEqual({
      type: "contact",
      fromId: "7600",
      doneId: "7600",
      after: "7600",
      read: 0,
      isDone: false,
    });
  });

  it("cuts a lane with an end so many pages ahead, and the new one ends where the lane did", () => {
    const split = splitLane(reachOf({ toId: "2200", after: "1200" }), 2);
    expect(split?.front).toEqual(lane({ toId: "1600", after: "1200" }));
    expect(split?.back).toMatchObject({ fromId: "1600", toId: "2200", after: "1600" });
  });

  it.each<[name: string, reach: LaneReach]>([
    ["is done", reachOf({ isDone: true })],
    ["has not begun", { lane: createLane("deal"), reachedId: undefined }],
    ["waits for its next page", { lane: lane(), reachedId: undefined }],
    ["has seen one object only", reachOf({ read: 1 })],
    ["has one id left", reachOf({ toId: "1201" })],
    ["ends where the cut would be", reachOf({ toId: "7600" })],
    ["is at its end", reachOf({ toId: "1200" })],
    ["was read beyond its end", reachOf({ toId: "1000" })],
    ["goes on without a first id", { lane: { ...createLane("deal"), toId: "9000", read: 100 }, reachedId: "1200" }],
  ])("cuts no lane that %s", (_name, reach) => {
    expect(splitLane(reach, 32)).toBeUndefined();
  });

  it("forgets how many objects were counted in the lane, for nobody counted up to the cut", () => {
    const split = splitLane(reachOf({ toId: "9000", base: 300, size: 3_900 }), 2);
    expect(split?.front).toEqual(lane({ toId: "1600", base: 300 }));
    expect(split?.back).not.toHaveProperty("size");
  });

  it("cuts ids beyond what a double holds", () => {
    const reach = {
      lane: lane({ firstId: "9007199254740993", toId: "9007199254750993" }),
      reachedId: "9007199254741193",
    };
    const split = splitLane(reach, 32);
    expect([split?.front.toId, split?.back.fromId]).toEqual(["9007199254747593", "9007199254747593"]);
  });

  it("leaves no id out and doubles none, however often lanes are cut", () => {
    const idSets = fc.uniqueArray(fc.bigInt({ min: 1n, max: 10n ** 6n }), { minLength: 2, maxLength: 150 });
    const cuts = fc.array(fc.record({ pages: fc.double({ min: 0.001, max: 1, noNaN: true }) }), { maxLength: 20 });
    fc.assert(
      fc.property(idSets, fc.integer({ min: 1, max: 30 }), cuts, (unsorted, pageSize, wanted) => {
        const ids = unsorted.toSorted((left, right) => (left < right ? -1 : 1));
        const listed: bigint[] = [];
        const lanes: ListLane[] = [createLane("company")];
        const isLeft = (): boolean => lanes.some(({ isDone }) => !isDone);
        for (let step = 0; isLeft(); step += 1) {
          const index = lanes.findIndex((each, place) => !each.isDone && place >= step % lanes.length);
          const open = index === -1 ? lanes.findIndex(({ isDone }) => !isDone) : index;
          const cut = wanted[step % Math.max(1, wanted.length)];
          const reached = lanes[open]?.doneId;
          const split = cut && lanes[open] && splitLane({ lane: lanes[open], reachedId: reached }, cut.pages);
          if (split !== undefined) {
            lanes[open] = split.front;
            lanes.push(split.back);
          }
          listed.push(...takePage(lanes, open, { ids, pageSize }));
        }
        expect(listed.toSorted((left, right) => (left < right ? -1 : 1))).toEqual(ids);
      }),
    );
  });
});

describe("cutLane", () => {
  it("cuts behind an id", () => {
    const cut = cutLane(reachOf({ toId: "9000", after: "1200", base: 7, size: 4_000 }), "5000");
    expect(cut?.front).toEqual(lane({ toId: "5000", after: "1200", base: 7, size: 4_000 }));
    expect(cut?.back).toStrictEqual({
      type: "contact",
      fromId: "5000",
      doneId: "5000",
      after: "5000",
      toId: "9000",
      read: 0,
      isDone: false,
    });
  });

  it.each<[name: string, reach: LaneReach, cutId: string]>([
    ["where the lane is", reachOf({ toId: "9000" }), "1200"],
    ["before that, though its text sorts behind", reachOf({ toId: "9000" }), "999"],
    ["at the lane's end", reachOf({ toId: "9000" }), "9000"],
    ["behind it", reachOf({ toId: "9000" }), "10000"],
    ["in a lane that is done", reachOf({ isDone: true }), "5000"],
    ["in one that waits for its first page", { lane: createLane("deal"), reachedId: undefined }, "5000"],
  ])("cuts nothing %s", (_name, reach, cutId) => {
    expect(cutLane(reach, cutId)).toBeUndefined();
  });
});

describe("joinDoneLanes", () => {
  it("keeps what was read of each type, and every lane that is not done", () => {
    const begun = lane({ toId: "9000" });
    const done = lane({ type: "deal", isDone: true, toId: "9" });
    expect(joinDoneLanes([done, begun, { ...done, type: "company", read: 5 }, { ...done, read: 4 }])).toEqual([
      { type: "deal", read: 105, isDone: true },
      { type: "company", read: 5, isDone: true },
      begun,
    ]);
  });
});

/** Reads one page of a lane, as the runner does. */
function takePage(
  lanes: ListLane[],
  index: number,
  { ids, pageSize }: { readonly ids: readonly bigint[]; readonly pageSize: number },
): readonly bigint[] {
  const at = lanes[index];
  if (at === undefined) throw new RangeError(`no lane ${index}`);
  const after = BigInt(at.doneId ?? 0);
  const toId = at.toId === undefined ? undefined : BigInt(at.toId);
  const page = ids.filter((id) => id > after).slice(0, pageSize);
  const inLane = page.filter((id) => toId === undefined || id <= toId);
  const isLast = page.length < pageSize || inLane.length < page.length || inLane.at(-1) === toId;
  const doneId = isLast ? at.toId : String(inLane.at(-1));
  const firstId = at.firstId ?? (inLane[0] === undefined ? undefined : String(inLane[0]));
  lanes[index] = {
    ...at,
    read: at.read + inLane.length,
    isDone: isLast,
    ...(doneId !== undefined && { doneId }),
    ...(firstId !== undefined && { firstId }),
  };
  return inLane;
}
