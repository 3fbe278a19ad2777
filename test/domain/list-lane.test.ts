import { describe, expect, it } from "vitest";
import { createLane, estimatePages, joinDoneLanes, splitLane, type ListLane } from "../../lib/domain/list-lane.ts";

/** A lane of which the first hundred ids, every tenth, are read. */
const begun: ListLane = { type: "deal", firstId: "1010", doneId: "2000", read: 100, isDone: false };

const done = (type: ListLane["type"], read: number): ListLane => ({ type, toId: "9", read, isDone: true });

describe("estimatePages", () => {
  it("guesses what is left from the distance of the ids seen", () => {
    const lane = { ...begun, toId: "12000" };
    expect(estimatePages({ lane, reachedId: "2000" })).toBeCloseTo(10);
    expect(estimatePages({ lane: { ...lane, isDone: true }, reachedId: "2000" })).toBe(0);
  });

  it("guesses nothing while the end is open or nothing is read", () => {
    expect(estimatePages({ lane: begun, reachedId: "2000" })).toBeUndefined();
    expect(estimatePages({ lane: { ...createLane("deal"), toId: "12000" }, reachedId: undefined })).toBeUndefined();
  });
});

describe("splitLane", () => {
  it("cuts a lane with an end in the middle of what is left", () => {
    const split = splitLane({ lane: { ...begun, toId: "12000" }, reachedId: "2000" }, 99);
    expect(split?.front).toEqual({ ...begun, toId: "7000" });
    expect(split?.back).toMatchObject({ fromId: "7000", after: "7000", toId: "12000", read: 0 });
  });

  it("cuts an open lane so many pages ahead, and leaves the rest open", () => {
    const split = splitLane({ lane: begun, reachedId: "2000" }, 5);
    expect(split?.front.toId).toBe("7000");
    expect(split?.back).not.toHaveProperty("toId");
  });

  it("cuts nothing where nothing is left or known", () => {
    expect(splitLane({ lane: { ...begun, toId: "2001" }, reachedId: "2000" }, 5)).toBeUndefined();
    expect(splitLane({ lane: { ...begun, isDone: true }, reachedId: "2000" }, 5)).toBeUndefined();
    expect(splitLane({ lane: createLane("deal"), reachedId: undefined }, 5)).toBeUndefined();
  });
});

describe("joinDoneLanes", () => {
  it("keeps what was read of each type, and every lane that is not done", () => {
    expect(joinDoneLanes([done("deal", 3), begun, done("contact", 5), done("deal", 4)])).toEqual([
      { type: "deal", read: 7, isDone: true },
      { type: "contact", read: 5, isDone: true },
      begun,
    ]);
  });
});
