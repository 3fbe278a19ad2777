import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findDisorder, pairById } from "../../lib/domain/pair-streams.ts";

const named = (ids: readonly string[]) => ids.map((id) => ({ id }));

const listedAs = (ids: readonly string[]) => named(ids).map((object) => ({ object }));

const sortedIds = fc
  .uniqueArray(fc.bigInt({ min: 1n, max: 10n ** 13n }), { maxLength: 40 })
  .map((ids) => ids.toSorted((left, right) => (left < right ? -1 : 1)).map(String));

describe("pairById", () => {
  it.each<[name: string, listed: readonly string[], stored: readonly string[], expected: readonly string[]]>([
    ["nothing", [], [], []],
    ["what is only listed", ["1", "2"], [], ["1 L", "2 L"]],
    ["what is only stored", [], ["1", "2"], ["1 S", "2 S"]],
    ["what is on both sides", ["1", "2"], ["1", "2"], ["1 LS", "2 LS"]],
    ["gaps on either side", ["2", "3", "10"], ["1", "3", "9", "11"], ["1 S", "2 L", "3 LS", "9 S", "10 L", "11 S"]],
    ["ids of different lengths, as numbers", ["9", "100"], ["10"], ["9 L", "10 S", "100 L"]],
  ])("joins %s", (...[, listed, stored, expected]) => {
    const pairs = pairById(listedAs(listed), named(stored));
    expect(pairs.map((pair) => `${pair.id} ${pair.listed ? "L" : ""}${pair.stored ? "S" : ""}`)).toEqual(expected);
  });

  it("shows each id of either side exactly once, with what is there of it, in ascending order", () => {
    fc.assert(
      fc.property(sortedIds, sortedIds, (listed, stored) => {
        const pairs = pairById(listedAs(listed), named(stored));
        expect(pairs.flatMap((pair) => pair.listed?.object.id ?? [])).toEqual(listed);
        expect(pairs.flatMap((pair) => pair.stored?.id ?? [])).toEqual(stored);
        const ids = pairs.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(findDisorder(ids, undefined)).toBeUndefined();
        for (const pair of pairs)
          expect(new Set([pair.id, pair.listed?.object.id ?? pair.id, pair.stored?.id ?? pair.id]).size).toBe(1);
      }),
    );
  });
});

describe("findDisorder", () => {
  it.each<[ids: readonly string[], afterId: string | undefined, strayId: string | undefined]>([
    [[], undefined, undefined],
    [[], "5", undefined],
    [["1"], undefined, undefined],
    [["6"], "5", undefined],
    [["5"], "5", "5"],
    [["4"], "5", "4"],
    [["1", "2", "2"], undefined, "2"],
    [["1", "3", "2", "4"], undefined, "2"],
    [["9", "10"], undefined, undefined],
    [["10", "9"], undefined, "9"],
    [["9007199254740993", "9007199254740994"], "9007199254740992", undefined],
    [["9007199254740993"], "9007199254740993", "9007199254740993"],
  ])("of %j after %s is %s", (ids, afterId, strayId) => {
    expect(findDisorder(ids, afterId)).toBe(strayId);
  });
});
