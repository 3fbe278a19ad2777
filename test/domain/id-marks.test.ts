import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findMarks, markStep, MOST_MARKS, planStarts, type IdMark } from "../../lib/domain/id-marks.ts";

const idsOf = (first: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(first + index));

describe("markStep", () => {
  it.each([
    [undefined, 800],
    [0, 100],
    [6_400, 100],
    [6_401, 200],
    [640_000, 10_000],
    [640_001, 10_100],
  ])("makes 64 marks of %s objects, and whole pages between them", (expected, step) => {
    expect(markStep(expected)).toBe(step);
  });
});

describe("MOST_MARKS", () => {
  it("suffices for a type that has grown to four times what was expected", () => {
    expect(MOST_MARKS).toBe((4 * 6_400) / markStep(6_400));
  });
});

describe("findMarks", () => {
  const [base, endId] = [undefined, undefined];

  it.each<
    [name: string, place: Parameters<typeof findMarks>[0], page: Parameters<typeof findMarks>[1], readonly IdMark[]]
  >([
    ["before a step is full", { base, read: 100 }, { ids: idsOf(101, 99), endId }, []],
    ["at the end of a page", { base, read: 100 }, { ids: idsOf(101, 100), endId }, [["200", 200]]],
    ["in the middle of one", { base, read: 150 }, { ids: idsOf(151, 100), endId }, [["200", 200]]],
    ["where whole steps of the type lie before", { base: 150, read: 0 }, { ids: idsOf(1, 100), endId }, [["50", 50]]],
    ["after the first one a step later", { base: 150, read: 200 }, { ids: idsOf(201, 100), endId }, [["250", 200]]],
    ["at an end as well", { base: 150, read: 60 }, { ids: idsOf(61, 30), endId: "95" }, [["95", 40]]],
    ["at an end behind an empty page", { base, read: 150 }, { ids: [], endId: "155" }, [["155", 150]]],
    ["at an end that is one anyway, once", { base, read: 100 }, { ids: idsOf(101, 100), endId: "200" }, [["200", 200]]],
    [
      "twice in a page",
      { base, read: 150 },
      { ids: idsOf(151, 60), endId: "230" },
      [
        ["200", 200],
        ["230", 10],
      ],
    ],
    ["nowhere in a lane without objects", { base: 300, read: 0 }, { ids: [], endId: "900" }, []],
  ])("stand %s", (...[, place, page, marks]) => {
    expect(findMarks(place, page, 200)).toEqual(marks);
  });

  it("count every object of a lane once, whatever its pages, and stand at whole steps", () => {
    const lanes = fc.record({
      base: fc.nat(2_000),
      pages: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 30 }),
      step: fc.integer({ min: 1, max: 5 }).map((pages) => pages * 100),
    });
    fc.assert(
      fc.property(lanes, ({ base: before, pages, step }) => {
        const marks: IdMark[] = [];
        let read = 0;
        for (const [index, length] of pages.entries()) {
          const ids = idsOf(before + read + 1, length);
          const isLast = index === pages.length - 1;
          marks.push(...findMarks({ base: before, read }, { ids, endId: isLast ? ids.at(-1) : undefined }, step));
          read += length;
        }
        expect(marks.reduce((sum, [, count]) => sum + count, 0)).toBe(read);
        // An id is the number of objects up to it here.
        expect(marks.slice(0, -1).every(([id]) => Number(id) % step === 0)).toBe(true);
      }),
    );
  });
});

/** Marks that stand so far from one another. */
const marksOf = (counts: readonly number[]): readonly IdMark[] =>
  counts.map((count, index) => [String(1_000 + index * 10), count]);

describe("planStarts", () => {
  it("cuts at the marks that are closest to equal parts, in whatever order they come", () => {
    const marks = marksOf([100, 100, 500, 100, 100, 100, 100, 100]);
    const starts = [{ fromId: "1020", base: 700 }];
    expect(planStarts(marks, 2)).toEqual(starts);
    expect(planStarts(marks.toReversed(), 2)).toEqual(starts);
    expect(planStarts(marks, 4).map(({ base }) => base)).toEqual([200, 700, 900]);
  });

  it("orders ids as numbers", () => {
    const marks: readonly IdMark[] = [
      ["9", 100],
      ["1000", 100],
      ["20", 100],
      ["300", 100],
    ];
    expect(planStarts(marks, 4).map(({ fromId }) => fromId)).toEqual(["9", "20", "300"]);
  });

  it("prefers a mark with full pages before it, unless a lane would become a quarter longer or shorter", () => {
    expect(planStarts(marksOf([400, 130, 70, 400]), 2)).toEqual([{ fromId: "1000", base: 400 }]);
    expect(planStarts(marksOf([370, 130, 10, 490]), 2)).toEqual([{ fromId: "1010", base: 500 }]);
    expect(planStarts(marksOf([300, 90, 410]), 2)).toEqual([{ fromId: "1000", base: 300 }]);
    expect(planStarts(marksOf([300, 190, 60, 450]), 2)).toEqual([{ fromId: "1010", base: 490 }]);
  });

  it.each<[name: string, marks: readonly IdMark[], lanes: number]>([
    ["without marks", [], 4],
    ["with nothing but the last one", [["7", 100]], 4],
    ["for a single lane", marksOf([100, 100, 100]), 1],
    ["for none", marksOf([100, 100, 100]), 0],
  ])("cuts nothing %s", (_name, marks, lanes) => {
    expect(planStarts(marks, lanes)).toEqual([]);
  });

  it("cuts at no more marks than there are, each once", () => {
    expect(planStarts(marksOf([100, 100, 100]), 12).map(({ base }) => base)).toEqual([100, 200]);
  });

  it("makes lanes of even marks nearly equal", () => {
    fc.assert(
      fc.property(fc.integer({ min: 32, max: 96 }), fc.integer({ min: 2, max: 12 }), (count, lanes) => {
        const bases = [
          0,
          ...planStarts(marksOf(Array.from({ length: count }, () => 300)), lanes).map(({ base }) => base),
          count * 300,
        ];
        const sizes = bases.slice(1).map((end, index) => end - (bases[index] ?? 0));
        expect(sizes).toHaveLength(lanes);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(300 * 2);
      }),
    );
  });

  it("ascends and stays within the marks, whatever they say", () => {
    const mark = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 19n - 1n }).map(String), fc.nat(1_000));
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 40 }), fc.nat(14), (marks, lanes) => {
        const starts = planStarts(marks, lanes);
        expect(starts.every(({ fromId }) => marks.some(([id]) => id === fromId))).toBe(true);
        const ids = starts.map(({ fromId }) => BigInt(fromId));
        expect(ids.every((id, index) => index === 0 || id >= (ids[index - 1] ?? 0n))).toBe(true);
        expect(starts.length).toBeLessThanOrEqual(Math.max(0, lanes - 1));
      }),
    );
  });
});
