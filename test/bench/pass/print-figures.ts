import type { Figure, Measurement } from "../figure.ts";

/** Measures one part of the table alone and prints it, for whoever works on it. */
export async function printFigures({ rows, title, measure }: Measurement): Promise<void> {
  process.stdout.write(`${title} (rows ${rows})\n`);
  const figures = await measure((progress) => process.stderr.write(`  ${progress}\n`));
  process.stdout.write(figures.map(describe).join(""));
  if (figures.some(({ isGate, isMet }) => isGate && !isMet)) process.exitCode = 1;
}

function describe({ row, name, goal, minimum, measured, isMet, isGate, note }: Figure): string {
  const verdict = `${isMet ? "ok" : "short"}${isGate ? ", gate" : ""}`;
  const line = `${row.padStart(4)}  ${name}: ${measured} (goal ${goal}, minimum ${minimum}): ${verdict}\n`;
  return note === undefined ? line : `${line}      ${note}\n`;
}
