import type { CliIo } from "../cli-io.ts";
import { cutToWidth, displayWidth, paint, toPlainLine } from "./display-text.ts";

/** A heading with the cells below it. */
export interface TableColumn<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => string;
  /** Numbers stand below each other by their last digits. */
  readonly isNumber?: boolean;
  /** Never cut: an id that the next command takes. */
  readonly isId?: boolean;
}

const GAP = "  ";
/** A column is not made narrower than this, whatever the terminal. */
const LEAST_WIDTH = 7;

/** Draws rows as columns; the widest column yields first where the terminal is too narrow. */
export function renderTable<Row>(
  io: Pick<CliIo, "columns" | "hasColour" | "isTerminal">,
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
): string {
  const cells = rows.map((row) => columns.map(({ cell }) => toPlainLine(cell(row))));
  const headings = columns.map(({ heading }) => heading);
  const natural = headings.map((heading, index) =>
    Math.max(displayWidth(heading), ...cells.map((line) => displayWidth(line[index] ?? ""))),
  );
  // A pipe takes lines of any length, and whoever searches them wants them whole.
  const least = natural.map((width, index) => (columns[index]?.isId === true ? width : LEAST_WIDTH));
  const widths = io.isTerminal ? fitWidths(natural, least, io.columns) : natural;
  const drawLine = (line: readonly string[]): string =>
    line
      .map((cell, index) => padToWidth(cell, widths[index] ?? 0, columns[index]?.isNumber))
      .join(GAP)
      .trimEnd();
  return [paint(io, "bold", drawLine(headings)), ...cells.map(drawLine)].join("\n") + "\n";
}

/** Draws names and values below each other; values without text are left out. */
export function renderFacts(
  io: Pick<CliIo, "hasColour">,
  facts: readonly (readonly [name: string, value: string | undefined])[],
): string {
  const present = facts.filter(([, value]) => value !== undefined && value !== "");
  const width = Math.max(0, ...present.map(([name]) => displayWidth(name)));
  return present
    .map(([name, value]) => `${paint(io, "dim", padToWidth(name, width))}${GAP}${toPlainLine(value ?? "")}\n`)
    .join("");
}

function padToWidth(text: string, width: number, isNumber = false): string {
  const cut = cutToWidth(text, width);
  const padding = " ".repeat(Math.max(0, width - displayWidth(cut)));
  return isNumber ? padding + cut : cut + padding;
}

function fitWidths(natural: readonly number[], least: readonly number[], columns: number): readonly number[] {
  const widths = [...natural];
  const spare = (index: number): number => (widths[index] ?? 0) - (least[index] ?? 0);
  const total = (): number => widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
  while (total() > columns) {
    const widest = Math.max(...widths.filter((_, index) => spare(index) > 0));
    const index = widths.findIndex((width, at) => width === widest && spare(at) > 0);
    if (index < 0) break;
    widths[index] = widest - 1;
  }
  return widths;
}
