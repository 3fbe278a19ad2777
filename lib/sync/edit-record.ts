import { editCustomer, editProject } from "../domain/local-edit.ts";
import { describeCustomers, describeProjects, releaseFormerNumber, writeLocally } from "./local-write.ts";
import type { CustomerEdit, LocalChange, ProjectEdit } from "../domain/local-edit.ts";
import type { Customer, Project } from "../domain/record.ts";
import type { LocalOutcome } from "./local-write.ts";
import type { Run } from "./run.ts";

/** An admin's edit of one record. */
export interface EditRequest<Edit> {
  /** HubSpot id. */
  readonly id: string;
  readonly edit: Edit;
  /** The revision that the admin has seen; any when absent. */
  readonly expectedRevision?: number | undefined;
}

/**
 * Changes a customer by hand. Repeating it after a crash completes what was left.
 *
 * @throws RetryableError when the store or the queue fails
 */
export async function editCustomerRecord(
  run: Run,
  { id, edit, expectedRevision }: EditRequest<CustomerEdit>,
): Promise<LocalOutcome<Customer>> {
  const customers = describeCustomers(run);
  let formerNumber: string | undefined;
  const change = (stored: Customer) => {
    formerNumber = stored.customerNumber;
    return editCustomer(stored, edit, run.clock.now());
  };
  const outcome = await writeLocally(run, customers, { id, expectedRevision, change });
  if (outcome.kind === "done" && edit.customerNumber !== undefined)
    await releaseFormerNumber(run, customers, { record: outcome.record, formerNumber });
  return outcome;
}

/**
 * Changes a project by hand; see {@link editCustomerRecord}. A new customer must be one that has data.
 *
 * @throws RetryableError when the store or the queue fails
 */
export async function editProjectRecord(
  run: Run,
  { id, edit, expectedRevision }: EditRequest<ProjectEdit>,
): Promise<LocalOutcome<Project>> {
  const projects = describeProjects(run);
  const { companyId } = edit;
  const isUnknown = companyId !== undefined && !(await hasData(run, companyId));
  let formerNumber: string | undefined;
  const change = (stored: Project): LocalChange<Project> => {
    formerNumber = stored.shortForm;
    const changed = editProject(stored, edit, run.clock.now());
    if (!isUnknown || changed.kind === "refused") return changed;
    return { kind: "refused", refusal: { code: "customerUnknown", companyId } };
  };
  const outcome = await writeLocally(run, projects, { id, expectedRevision, change });
  if (outcome.kind === "done" && edit.shortForm !== undefined)
    await releaseFormerNumber(run, projects, { record: outcome.record, formerNumber });
  return outcome;
}

async function hasData(run: Run, companyId: string): Promise<boolean> {
  return (await run.store.readCustomers([companyId])).get(companyId)?.fields !== undefined;
}
