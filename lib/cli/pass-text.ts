import type { PassAnswer } from "./api-answers.ts";
import type { CliIo } from "./cli-io.ts";
import type { CommandCall } from "./command.ts";
import { confirmingCommand, foretellHolds } from "../domain/brake.ts";
import { spellCommand } from "./target.ts";
import { formatDuration, formatTime, paint, toPlainLine } from "./terminal/display-text.ts";
import { listCountColumns } from "../domain/count-columns.ts";
import { listUse } from "../domain/use-rows.ts";
import { renderTable } from "./terminal/text-table.ts";

const TYPES = ["company", "contact", "deal"] as const;

type Caller = Pick<CommandCall, "io" | "options">;

/** Why a pass ended badly. The command that confirms a stopped one gets the options that lead to the same records. */
export function spellReason(call: Pick<Caller, "options">, id: string, reason: string): string {
  const confirming = spellCommand(call, `reconcile --confirm ${id}`);
  return toPlainLine(reason).replace(confirmingCommand(id), () => confirming);
}

/** A pass in one line. */
export function describePass(call: Caller, pass: PassAnswer): string {
  const { id, status, reason, startedAt } = pass;
  const why = reason === undefined ? "" : `: ${spellReason(call, id, reason)}`;
  return `${nameKind(pass)} ${id} of ${formatTime(Date.parse(startedAt))} ${status}${why}`;
}

/** Passes as a table, with the reasons of those that ended badly below it. */
export function renderPasses(call: Caller, passes: readonly PassAnswer[]): string {
  const table = renderTable(
    call.io,
    [
      { heading: "Id", cell: ({ id }) => id, isId: true },
      { heading: "Started", cell: ({ startedAt }) => formatTime(Date.parse(startedAt)) },
      { heading: "Kind", cell: nameKind },
      { heading: "Status", cell: ({ status }) => status },
      { heading: "Read", cell: (pass) => String(sumCounts(pass, "read")), isNumber: true },
      { heading: "Differed", cell: (pass) => String(sumCounts(pass, "repaired")), isNumber: true },
      { heading: "Failing", cell: (pass) => String(sumCounts(pass, "failing")), isNumber: true },
    ],
    passes,
  );
  const reasons = passes.filter(({ reason }) => reason !== undefined).map((pass) => `${describePass(call, pass)}\n`);
  return table + (reasons.length === 0 ? "" : `\n${reasons.join("")}`);
}

function nameKind({ dryRun }: PassAnswer): "dry run" | "pass" {
  return dryRun === true ? "dry run" : "pass";
}

/** What a pass did, by type, and why it had to. */
export function renderPass(call: Caller, pass: PassAnswer): string {
  const { io } = call;
  const types = TYPES.filter((type) => pass.types?.includes(type) !== false);
  const table = renderTable(
    io,
    [
      { heading: "", cell: (type) => type },
      ...listCountColumns(pass.counts).map((name) => ({
        heading: name,
        cell: (type: string) => String(pass.counts[type]?.[name] ?? 0),
        isNumber: true,
      })),
    ],
    types,
  );
  return [
    paint(io, "bold", describePass(call, pass)),
    "\n",
    table,
    describeCauses(pass),
    renderUse(io, pass),
    renderReport(io, pass),
  ].join("");
}

const NOTHING = {
  pass: "Nothing had to be repaired.\n",
  "dry run": "Nothing differs.\n",
  // What it held back or did not come to may have to be repaired all the same.
  unfinished: "Nothing was repaired.\n",
} as const;

function describeCauses(pass: PassAnswer): string {
  const causes = sumCauses(pass);
  const counted = [...causes].map(([cause, count]) => `${cause} (${count})`).join(", ");
  if (causes.size === 0) return NOTHING[pass.status === "succeeded" ? nameKind(pass) : "unfinished"];
  if (pass.dryRun === true) return `Differs because of: ${counted}\n`;
  return `Repaired because of: ${counted}\n`;
}

/** Why a pass had to repair records, in people's words, and how many for each reason. */
export function sumCauses({ counts }: Pick<PassAnswer, "counts">): ReadonlyMap<string, number> {
  const causes = new Map<string, number>();
  for (const type of TYPES) {
    for (const [name, count] of Object.entries(counts[type] ?? {})) {
      if (!name.startsWith("by.")) continue;
      const cause = toWords(name.slice("by.".length));
      causes.set(cause, (causes.get(cause) ?? 0) + count);
    }
  }
  return causes;
}

/** `missedEvent` as people write it. */
function toWords(name: string): string {
  return name.replaceAll(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);
}

/** One count of a pass over all types. */
export function sumCounts({ counts }: Pick<PassAnswer, "counts">, name: string): number {
  return TYPES.reduce((sum, type) => sum + (counts[type]?.[name] ?? 0), 0);
}

/** What each type took, and what belongs to none; empty where nobody has told. */
export function renderUse(io: CliIo, { counts }: PassAnswer): string {
  const rows = listUse(counts);
  if (rows.length === 0) return "";
  return renderTable(
    io,
    [
      { heading: "", cell: ({ heading }) => heading },
      { heading: "calls", cell: ({ hubspotCalls }) => String(hubspotCalls), isNumber: true },
      { heading: "read units", cell: ({ readUnits }) => String(Math.round(readUnits)), isNumber: true },
      { heading: "write units", cell: ({ writeUnits }) => String(Math.round(writeUnits)), isNumber: true },
      { heading: "time", cell: ({ durationMs }) => formatDuration(durationMs), isNumber: true },
    ],
    rows,
  );
}

function renderReport(io: CliIo, { report, dryRun }: PassAnswer): string {
  if (report === undefined) return "";
  const { durationSeconds, hubspotCalls, rateLimitedCalls } = report;
  const cost = `${hubspotCalls} calls to HubSpot (${rateLimitedCalls} refused for the rate), ${formatDuration(durationSeconds * 1000)}\n`;
  const warnings = [...report.warnings, ...(dryRun === true ? foretellHolds(report.brake) : [])];
  return cost + warnings.map((warning) => `${paint(io, "yellow", toPlainLine(warning))}\n`).join("");
}

const BAR_WIDTH = 24;

/** How far a running pass is: a bar, records a second, share of HubSpot's limit, time left. */
export function renderProgress(io: CliIo, { counts }: PassAnswer): string {
  const progress = counts["progress"] ?? {};
  const { read = 0, recordsPerSecond = 0, limitUsedPercent, donePercent, remainingSeconds } = progress;
  const share = limitUsedPercent === undefined ? "" : `, ${limitUsedPercent} % of HubSpot's limit`;
  const left = remainingSeconds === undefined ? "" : `, ${formatDuration(remainingSeconds * 1000)} left`;
  const facts = `${read} records, ${recordsPerSecond}/s${share}${left}`;
  if (donePercent === undefined) return facts;
  const percent = ` ${donePercent} %  `;
  // A line that is broken in two could not be drawn over.
  const width = Math.max(0, Math.min(BAR_WIDTH, io.columns - 1 - percent.length - facts.length));
  const filled = Math.round((width * donePercent) / 100);
  return `${paint(io, "cyan", `${"█".repeat(filled)}${"░".repeat(width - filled)}${percent}`)}${facts}`;
}
