import type { Figure } from "./figure.ts";

const HEAD = ["#", "figure", "goal", "measured", "minimum (naive)", ""] as const;

/** Figures in the order of their rows: 2 before 10, 10 before 10a. */
export function sortFigures(figures: readonly Figure[]): readonly Figure[] {
  return figures.toSorted(
    (left, right) =>
      Number.parseInt(left.row, 10) - Number.parseInt(right.row, 10) || left.row.localeCompare(right.row, "en"),
  );
}

/** The table as Markdown, notes numbered below it. */
export function renderMarkdown(figures: readonly Figure[]): string {
  const sorted = sortFigures(figures);
  const rows = sorted.map((figure) => cellsOf(figure).map((cell) => cell.replaceAll("|", "\\|")));
  const lines = [HEAD, HEAD.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  const notes = sorted.flatMap(({ row, note }) => (note === undefined ? [] : [`- **${row}**: ${endSentence(note)}`]));
  return [...lines, "", ...notes, ""].join("\n");
}

/** The table for a terminal, each note below its row. */
export function renderText(figures: readonly Figure[]): string {
  const sorted = sortFigures(figures);
  const rows = [HEAD, ...sorted.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? "").length)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const indent = " ".repeat((widths[0] ?? 0) + 2);
  const withNotes = lines.flatMap((line, index) => {
    const note = sorted[index - 1]?.note;
    return note === undefined ? [line] : [line, `${indent}${note}`];
  });
  return `${withNotes.join("\n")}\n`;
}

/** Notes end with or without a full stop. */
function endSentence(note: string): string {
  return note.endsWith(".") ? note : `${note}.`;
}

function cellsOf({ row, name, goal, minimum, measured, isMet }: Figure): readonly string[] {
  return [row, name, goal, measured, minimum, isMet ? "ok" : "short"];
}
