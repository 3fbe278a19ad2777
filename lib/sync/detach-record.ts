import { detachCustomer, detachProject } from "../domain/local-edit.ts";
import { followUpByHand } from "./follow-up.ts";
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
  const detached = await customers.read(id);
  if (detached?.isFollowUpDue === true) await followUpByHand(run, detached);
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
