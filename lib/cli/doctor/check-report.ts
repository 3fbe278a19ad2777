import type { CliIo } from "../cli-io.ts";
import { paint, toPlainLine } from "../terminal/display-text.ts";
import type { CheckLine } from "./check-line.ts";

const MARKS = {
  ok: { text: "ok     ", colour: "green" },
  problem: { text: "problem", colour: "red" },
  note: { text: "note   ", colour: "yellow" },
} as const;

const CHECK_WIDTH = 13;

/** One check as a line, with its remedy below. */
export function renderCheckLine(io: Pick<CliIo, "hasColour">, line: CheckLine): string {
  const { text, colour } = MARKS[line.status];
  const indent = " ".repeat(text.length + 2);
  const head = `${paint(io, colour, text)}  ${line.check.padEnd(CHECK_WIDTH)} ${toPlainLine(line.finding)}\n`;
  const remedy = line.remedy === undefined ? "" : `${indent}${paint(io, "cyan", "→")} ${line.remedy}\n`;
  const example = line.example === undefined ? "" : indentText(JSON.stringify(line.example, undefined, 2), indent);
  return head + remedy + example;
}

/** What all lines come to. */
export function summarizeChecks(io: Pick<CliIo, "hasColour">, lines: readonly CheckLine[]): string {
  const problems = lines.filter(({ status }) => status === "problem").length;
  if (problems === 0) return `\n${paint(io, "green", "No problem found.")}\n`;
  return `\n${paint(io, "red", problems === 1 ? "1 problem found." : `${problems} problems found.`)}\n`;
}

function indentText(text: string, indent: string): string {
  return text
    .split("\n")
    .map((line) => `${indent}${line}\n`)
    .join("");
}
