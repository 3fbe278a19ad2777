import { describe, expect, it } from "vitest";
import { renderTable, type TableColumn } from "../../lib/cli/terminal/text-table.ts";

const COLUMNS: readonly TableColumn<readonly [id: string, name: string, place: string]>[] = [
  { heading: "Id", cell: ([id]) => id, isId: true },
  { heading: "Name", cell: ([, name]) => name },
  { heading: "Place", cell: ([, , place]) => place },
];
const ROWS = [["118330742111", "Björn Großmann", "Frankfurt am Main"]] as const;

function draw(columns: number, isTerminal = true): string | undefined {
  return renderTable({ columns, isTerminal, hasColour: false }, COLUMNS, ROWS).split("\n")[1];
}

describe("renderTable", () => {
  it.each<[columns: number, line: string]>([
    [47, "118330742111  Björn Großmann  Frankfurt am Main"],
    [46, "118330742111  Björn Großmann  Frankfurt am Ma…"],
    // The widest column yields first, and no id at all.
    [40, "118330742111  Björn Großm…  Frankfurt a…"],
    [30, "118330742111  Björn …  Frankf…"],
    [10, "118330742111  Björn …  Frankf…"],
  ])("fits into %i columns of a terminal", (columns, line) => {
    expect(draw(columns)).toBe(line);
  });

  it("is whole in a pipe", () => {
    expect(draw(10, false)).toBe(draw(47));
  });
});
