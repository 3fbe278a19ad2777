import type { PassAnswer } from "./api-answers.ts";
import type { CliIo } from "./cli-io.ts";
import { formatDuration, formatTime, paint, toPlainLine } from "./terminal/display-text.ts";
import { renderTable } from "./terminal/text-table.ts";

const TYPES = ["company", "contact", "deal"] as const;

/** A pass in one line. */
export function describePass({ id, status, reason, startedAt, dryRun }: PassAnswer): string {
  const what = dryRun === true ? "dry run" : "pass";
  const why = reason === undefined ? "" : `: ${toPlainLine(reason)}`;
  return `${what} ${id} of ${formatTime(Date.parse(startedAt))} ${status}${why}`;
}

/** What a pass did, by type, and why it had to. */
export function renderPass(io: CliIo, pass: PassAnswer): string {
  const rows = TYPES.map((type) => ({ type, counts: pass.counts[type] ?? {} }));
  const count = (name: string) => (row: (typeof rows)[number]) => String(row.counts[name] ?? 0);
  const table = renderTable(
    io,
    [
      { heading: "", cell: ({ type }) => type },
      ...["read", "unchanged", "created", "updated", "frozen", "deactivated", "skipped", "failing"].map((name) => ({
        heading: name,
        cell: count(name),
      })),
    ],
    rows,
  );
  return [paint(io, "bold", describePass(pass)), "\n", table, renderCauses(pass), renderReport(io, pass)].join("");
}

function renderCauses({ counts }: PassAnswer): string {
  const causes = new Map<string, number>();
  for (const type of TYPES) {
    for (const [name, count] of Object.entries(counts[type] ?? {}))
      if (name.startsWith("by.")) causes.set(name.slice(3), (causes.get(name.slice(3)) ?? 0) + count);
  }
  if (causes.size === 0) return "Nothing had to be repaired.\n";
  return `Repaired because of: ${[...causes].map(([cause, count]) => `${cause} ${count}`).join(", ")}\n`;
}

function renderReport(io: CliIo, { report }: PassAnswer): string {
  if (report === undefined) return "";
  const { warnings, durationSeconds, hubspotCalls, rateLimitedCalls } = report;
  const cost = `${hubspotCalls} calls to HubSpot (${rateLimitedCalls} refused for the rate), ${formatDuration(durationSeconds * 1000)}\n`;
  return cost + warnings.map((warning) => `${paint(io, "yellow", toPlainLine(warning))}\n`).join("");
}

const BAR_WIDTH = 24;

/** How far a running pass is: a bar, records a second, share of HubSpot's limit, time left. */
export function renderProgress(io: CliIo, { counts }: PassAnswer): string {
  const progress = counts["progress"] ?? {};
  const { read = 0, recordsPerSecond = 0, limitUsedPercent, donePercent, remainingSeconds } = progress;
  const filled = Math.round((BAR_WIDTH * (donePercent ?? 0)) / 100);
  const bar =
    donePercent === undefined ? "" : `${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)} ${donePercent} %  `;
  const share = limitUsedPercent === undefined ? "" : `, ${limitUsedPercent} % of HubSpot's limit`;
  const left = remainingSeconds === undefined ? "" : `, ${formatDuration(remainingSeconds * 1000)} left`;
  return `${paint(io, "cyan", bar)}${read} records, ${recordsPerSecond}/s${share}${left}`;
}
