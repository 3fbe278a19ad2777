import { describe, expect, it } from "vitest";
import type { Figure } from "./figure.ts";
import { renderReadme } from "./readme.ts";
import { parseRows } from "./row-filter.ts";
import { medianOf } from "./rounds.ts";
import { renderMarkdown, renderText, sortFigures } from "./table.ts";

const FIGURE: Figure = {
  row: "2",
  name: "calls a thousand events",
  goal: "≤ 60",
  minimum: "56",
  measured: "58.8",
  isMet: true,
  isGate: false,
};

describe("sortFigures", () => {
  it("puts 2 before 10, and 10 before 10a", () => {
    const figures = ["10a", "10", "2"].map((row) => ({ ...FIGURE, row }));
    expect(sortFigures(figures).map(({ row }) => row)).toEqual(["2", "10", "10a"]);
  });
});

describe("renderMarkdown", () => {
  it("shows each figure in a row, with notes below, and says what is short", () => {
    const text = renderMarkdown([FIGURE, { ...FIGURE, row: "3", name: "a | b", isMet: false, note: "too slow" }]);
    expect(text.split("\n").slice(2)).toEqual([
      "| 2 | calls a thousand events | ≤ 60 | 58.8 | 56 | ok |",
      "| 3 | a \\| b | ≤ 60 | 58.8 | 56 | short |",
      "",
      "- **3**: too slow.",
      "",
    ]);
  });

  it("ends a note with one full stop, whether or not it has its own", () => {
    const text = renderMarkdown([
      { ...FIGURE, note: "one sentence. Another." },
      { ...FIGURE, row: "3", note: "half of one" },
    ]);
    expect(text.trimEnd().split("\n").slice(-2)).toEqual(["- **2**: one sentence. Another.", "- **3**: half of one."]);
  });
});

describe("renderText", () => {
  it("aligns the columns and puts a note below its row", () => {
    const lines = renderText([{ ...FIGURE, note: "a note" }]).split("\n");
    expect(lines[0]?.indexOf("goal")).toBe(lines[1]?.indexOf("≤ 60"));
    expect(lines[2]).toBe("   a note");
  });
});

describe("renderReadme", () => {
  it("names the day and the rows that are short", () => {
    const text = renderReadme([FIGURE, { ...FIGURE, row: "5a", isMet: false }], new Date("2026-11-02T09:00:00Z"));
    expect(text).toContain("Generated on 2026-11-02");
    expect(text).toContain("Short of their goal: 5a;");
  });
});

describe("parseRows", () => {
  it.each([
    ["1,4-7", "5", true],
    ["1,4-7", "3", false],
    ["10", "10a", true],
    ["1", "10", false],
  ])("of %s about row %s is %s", (rows, row, isIn) => {
    expect(parseRows(rows)(row)).toBe(isIn);
  });

  it("names what is no row", () => {
    expect(() => parseRows("1,x")).toThrow('"x" is no row');
  });
});

describe("medianOf", () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
  ])("of %j is %d", (values, median) => {
    expect(medianOf(values)).toBe(median);
  });
});
