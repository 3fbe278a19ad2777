import { detachCustomer, detachProject } from "../domain/local-edit.ts";
import { RetryableError, NonRetryableError } from "./errors.ts";
import { followUp } from "./follow-up.ts";
import { describeCustomers, describeProjects, writeLocally } from "./local-write.ts";
import type { Customer, Project } from "../domain/record.ts";
import type { LocalOutcome } from "./local-write.ts";
import type { Run } from "./run.ts";

/** Which record to detach. */
export interface DetachRequest {
  /** HubSpot id. */
  readonly id: string;
  /** The revision that the admin has seen; any when absent. */
  readonly expectedRevision?: number | undefined;
}

/**
 * Ends the sync of a customer; its contact persons and projects are decided anew soon after.
 *
 * @throws RetryableError when the store fails
 */
export async function detachCustomerRecord(
  run: Run,
  { id, expectedRevision }: DetachRequest,
): Promise<LocalOutcome<Customer>> {
  const customers = describeCustomers(run);
  const change = (stored: Customer) => detachCustomer(stored, run.clock.now());
  const outcome = await writeLocally(run, customers, { id, expectedRevision, change });
  // Refused, too: after a crash it is detached already, and those who ask again are the first to see what was left.
  const detached = outcome.kind === "done" ? outcome.record : await customers.read(id);
  if (detached?.isFollowUpDue === true) await followUpOrLeave(run, detached);
  if (outcome.kind === "refused") return outcome;
  return { kind: "done", record: (await customers.read(id)) ?? outcome.record };
}

/**
 * Ends the sync of a project.
 *
 * @throws RetryableError when the store fails
 */
export async function detachProjectRecord(
  run: Run,
  { id, expectedRevision }: DetachRequest,
): Promise<LocalOutcome<Project>> {
  const change = (stored: Project) => detachProject(stored, run.clock.now());
  return writeLocally(run, describeProjects(run), { id, expectedRevision, change });
}

/** The customer is detached already, and its mark makes the next change or pass follow up: no reason to fail. */
async function followUpOrLeave(run: Run, customer: Customer): Promise<void> {
  for (const [id, outcome] of await followUp(run, [customer], () => `admin-${run.clock.now()}`)) {
    if (outcome.kind !== "failed") continue;
    const { error } = outcome;
    if (!(error instanceof RetryableError || error instanceof NonRetryableError)) throw error;
    run.telemetry.warn("follow-up left to the next change or pass", { id, code: error.code });
  }
}
