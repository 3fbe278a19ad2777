import type { Project } from "./record.ts";

/** What keeps a project from being booked on. */
export type Missing = "active" | "status" | "duration" | "tasks" | "projectEmployees";

export interface Bookability {
  readonly isBookable: boolean;
  /** What is left to do, in the order of ZEP's form. `active`: the project is inactive since its deal was deleted. */
  readonly missing: readonly Missing[];
}

const INACTIVE_STATES: ReadonlySet<string> = new Set(["deleted", "merged", "erased"]);

/**
 * Whether time can be booked on a project (bebuchbar).
 *
 * @param today ISO date, `YYYY-MM-DD`; ends of the duration that are not set are open
 * @returns undefined for a deal that was never transferred
 */
export function judgeBookable(project: Project, today: string): Bookability | undefined {
  const { own, state } = project;
  if (own === undefined) return undefined;
  const isRunning = (own.startDate ?? today) <= today && today <= (own.endDate ?? today);
  const checks: readonly (readonly [Missing, boolean])[] = [
    ["active", !INACTIVE_STATES.has(state)],
    ["status", own.status === "active"],
    ["duration", isRunning],
    ["tasks", own.tasks.length > 0],
    ["projectEmployees", own.projectEmployees.length > 0],
  ];
  const missing = checks.flatMap(([name, isMet]) => (isMet ? [] : [name]));
  return { isBookable: missing.length === 0, missing };
}
