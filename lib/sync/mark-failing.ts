import { failNewCustomer, failNewProject, failRecord } from "../domain/failing.ts";
import { reportWrite } from "./commit-record.ts";
import { readObjectRecords } from "./object-records.ts";
import type { Change } from "../domain/change.ts";
import type { SyncRecord } from "../domain/record.ts";
import type { Run } from "./run.ts";

/**
 * Puts the reason on the record before the queue gives its change up. It is told on the record only: if it cannot be
 * written, the dead-letter queue still has the change.
 */
export async function markFailing(run: Run, change: Change, error: string): Promise<void> {
  const failure = { error, cause: run.cause, nowMs: run.clock.now() };
  const records = await readObjectRecords(run, change.type, change.id);
  const marked = records.flatMap((record) => failRecord(record, failure) ?? []);
  for (const record of [...marked, ...(records.length === 0 ? newEntries(change, failure) : [])]) {
    if ((await run.store.write(record)) === "written")
      reportWrite(run, change.id, { record, isTouch: false, origin: change.origin });
  }
}

function newEntries({ type, id }: Change, failure: Parameters<typeof failNewCustomer>[1]): readonly SyncRecord[] {
  if (type === "company") return [failNewCustomer(id, failure)];
  return type === "deal" ? [failNewProject(id, failure)] : [];
}
