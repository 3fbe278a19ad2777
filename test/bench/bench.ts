import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Figure, Measurement } from "./figure.ts";
import { runTool } from "../fixtures/tool-call.ts";
import { parseRows } from "./row-filter.ts";
import { renderReadme } from "./readme.ts";
import { BUNDLE_SIZES } from "./rows/bundle-sizes.ts";
import { COLD_START } from "./rows/cold-start.ts";
import { DELIVERY_CPU } from "./rows/delivery-cpu.ts";
import { IMPORT_READS } from "./rows/import-reads.ts";
import { PASS_CALLS } from "./rows/pass-calls.ts";
import { PASS_CPU } from "./rows/pass-cpu.ts";
import { PASS_CRASHES } from "./rows/pass-crashes.ts";
import { PASS_MEMORY } from "./rows/pass-memory.ts";
import { PASS_UNITS } from "./rows/pass-units.ts";
import { PASS_WALL } from "./rows/pass-wall.ts";
import { SIDE_BY_SIDE } from "./rows/side-by-side.ts";
import { COSTS } from "./rows/costs.ts";
import { WEBHOOK_CALLS } from "./rows/webhook-calls.ts";
import { WEBHOOK_UNITS } from "./rows/webhook-units.ts";
import { renderText } from "./table.ts";

/** One line for each measurement; they run in this order. */
const MEASUREMENTS: readonly Measurement[] = [
  WEBHOOK_CALLS,
  WEBHOOK_UNITS,
  IMPORT_READS,
  DELIVERY_CPU,
  COLD_START,
  BUNDLE_SIZES,
  PASS_CALLS,
  PASS_WALL,
  PASS_CPU,
  PASS_MEMORY,
  PASS_UNITS,
  PASS_CRASHES,
  SIDE_BY_SIDE,
  COSTS,
];

/** Rows that hold counts and sizes only. */
const GATE_ROWS = "1,4-7,9,14,15,18";

const USAGE = `Measures how little is asked of HubSpot, DynamoDB, SQS and the CPU, as ratios to the least possible.

  npm run bench                    everything; takes minutes
  npm run bench -- --rows 1,4-7    these rows only, with their letters
    --gates                        the rows that a change may not spoil; ends with 1 when one misses its goal
    --json                         the figures as JSON
    --write                        all of it into test/bench/README.md
`;

const README = fileURLToPath(new URL("README.md", import.meta.url));

async function main(): Promise<number> {
  const { values: options } = parseArgs({
    options: {
      rows: { type: "string" },
      gates: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const isWanted = parseRows(options.rows ?? (options.gates ? GATE_ROWS : "1-99"));
  const figures: Figure[] = [];
  for (const { rows, title, measure } of MEASUREMENTS) {
    if (!rows.split(",").some(isWanted)) continue;
    const measured = await measure((progress) => report(`${title}: ${progress}`));
    figures.push(...measured.filter(({ row, isGate }) => isWanted(row) && (isGate || !options.gates)));
  }
  report("");
  if (options.write) writeFileSync(README, renderReadme(figures, new Date()));
  process.stdout.write(options.json ? `${JSON.stringify(figures, undefined, 2)}\n` : renderText(figures));
  const missed = figures.filter(({ isGate, isMet }) => isGate && !isMet);
  if (!options.gates || missed.length === 0) return 0;
  process.stderr.write(`\n${missed.map(({ row, name }) => `Gate ${row} is missed: ${name}\n`).join("")}`);
  return 1;
}

/** What is at work, on a terminal only. */
function report(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
}

// Idle sockets of the SDK's clients would keep the process for a while.
process.exit(await runTool(main));
