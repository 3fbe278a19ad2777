import { QUEUE } from "../contract.ts";
import { chunk, mapConcurrently } from "./run.ts";
import type { Change } from "../domain/change.ts";
import type { ObjectType } from "../domain/hubspot-object.ts";
import type { Customer } from "../domain/record.ts";
import type { Run } from "./run.ts";

/**
 * Queues everything that depends on a customer whose state has turned: its contacts and deals in HubSpot, and what is
 * stored of them. The mark on the customer goes only after the queue has accepted all of it; whoever meets the mark
 * starts over, so a crash in between loses nothing.
 *
 * @throws RetryableError when HubSpot, the queue or the store fails
 */
export async function followUp(run: Run, customer: Customer, deliveryId: string): Promise<void> {
  const nowMs = run.clock.now();
  const changes = await listDependants(run, customer, nowMs);
  for (const part of chunk(changes, QUEUE.changesPerMessage)) {
    await run.queue.send({ deliveryId, receivedAtMs: nowMs, changes: part });
  }
  // A conflict means that another writer has the record now; it sees the mark as well and follows up itself.
  await run.store.write({ ...customer, isFollowUpDue: false, revision: customer.revision + 1 });
}

async function listDependants(run: Run, customer: Customer, nowMs: number): Promise<readonly Change[]> {
  const companyIds = [customer.companyId, ...customer.absorbedIds];
  const stored = await mapConcurrently(companyIds, run.store.readDependantIds);
  const hubspotContactIds = await run.hubspot.readDependantIds("contact", customer.companyId);
  const hubspotDealIds = await run.hubspot.readDependantIds("deal", customer.companyId);
  const contactIds = new Set([...hubspotContactIds, ...stored.flatMap(({ contactIds }) => contactIds)]);
  const dealIds = new Set([...hubspotDealIds, ...stored.flatMap(({ dealIds }) => dealIds)]);
  const follow = (type: ObjectType, id: string): Change => ({ type, id, at: { follow: nowMs }, looks: 0, failures: 0 });
  return [...[...contactIds].map((id) => follow("contact", id)), ...[...dealIds].map((id) => follow("deal", id))];
}
