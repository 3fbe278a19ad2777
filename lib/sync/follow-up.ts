import { QUEUE } from "../contract.ts";
import { NonRetryableError, RetryableError } from "./errors.ts";
import { chunk, mapConcurrently, settleOutcome } from "./run.ts";
import type { Change } from "../domain/change.ts";
import type { ObjectType } from "../domain/hubspot-object.ts";
import type { Customer } from "../domain/record.ts";
import type { ReadApart } from "./ports.ts";
import type { Outcome, Outcomes, Run } from "./run.ts";

/** Ids of what HubSpot associates with each of some companies. */
interface Dependants {
  readonly contacts: ReadonlyMap<string, readonly string[]>;
  readonly deals: ReadonlyMap<string, readonly string[]>;
}

/**
 * Queues everything that depends on customers whose state has turned: their contacts and deals in HubSpot, and what is
 * stored of them. A workflow may turn hundreds at once, so HubSpot is asked for all of them together. The mark on a
 * customer goes only after the queue has accepted all of its own; whoever meets the mark starts over, so a crash in
 * between loses nothing.
 *
 * @returns one outcome for each customer; when HubSpot fails as a whole, all share it
 */
export async function followUp(
  run: Run,
  customers: readonly Customer[],
  deliveryIdOf: (customer: Customer) => string,
): Promise<Outcomes> {
  if (customers.length === 0) return new Map();
  const unread = new Map<string, Outcome>();
  let inHubSpot: Dependants;
  try {
    inHubSpot = await readDependants(run, customers, (id, error) => void unread.set(id, { kind: "failed", error }));
  } catch (error) {
    return new Map(customers.map(({ companyId }) => [companyId, { kind: "failed", error }]));
  }
  const read = customers.filter(({ companyId }) => !unread.has(companyId));
  const outcomes = await mapConcurrently(read, async (customer): Promise<readonly [string, Outcome]> => {
    const deliveryId = deliveryIdOf(customer);
    const outcome = await settleOutcome(() => followOne(run, customer, { deliveryId, inHubSpot }));
    return [customer.companyId, outcome];
  });
  return new Map([...unread, ...outcomes]);
}

/**
 * Follows up on a customer that an admin has turned. Its record is written already, and the mark on it makes the next
 * change or pass follow up: no reason to fail.
 */
export async function followUpByHand(run: Run, customer: Customer): Promise<void> {
  for (const [id, outcome] of await followUp(run, [customer], () => `admin-${run.clock.now()}`)) {
    if (outcome.kind !== "failed") continue;
    const { error } = outcome;
    if (!(error instanceof RetryableError || error instanceof NonRetryableError)) throw error;
    run.telemetry.warn("follow-up left to the next change or pass", { id, code: error.code });
  }
}

async function readDependants(
  { hubspot }: Run,
  customers: readonly Customer[],
  setAside: ReadApart["setAside"],
): Promise<Dependants> {
  const apart = { setAside, isOverdue: () => false };
  const companyIds = customers.map(({ companyId }) => companyId);
  const [contacts, deals] = await Promise.all([
    hubspot.readDependantIds("contact", companyIds, apart),
    hubspot.readDependantIds("deal", companyIds, apart),
  ]);
  return { contacts, deals };
}

async function followOne(
  run: Run,
  customer: Customer,
  { deliveryId, inHubSpot }: { readonly deliveryId: string; readonly inHubSpot: Dependants },
): Promise<Outcome> {
  const nowMs = run.clock.now();
  const changes = await listChanges(run, customer, { inHubSpot, nowMs });
  for (const part of chunk(changes, QUEUE.changesPerMessage)) {
    await run.queue.send({ deliveryId, receivedAtMs: nowMs, changes: part });
  }
  // A conflict means that another writer has the record now; it sees the mark as well and follows up itself.
  await run.store.write({ ...customer, isFollowUpDue: false, revision: customer.revision + 1 });
  return { kind: "done", writes: 0 };
}

async function listChanges(
  run: Run,
  customer: Customer,
  { inHubSpot, nowMs }: { readonly inHubSpot: Dependants; readonly nowMs: number },
): Promise<readonly Change[]> {
  const { companyId } = customer;
  const stored = await mapConcurrently([companyId, ...customer.absorbedIds], run.store.readDependantIds);
  const contactIds = new Set([
    ...(inHubSpot.contacts.get(companyId) ?? []),
    ...stored.flatMap(({ contactIds }) => contactIds),
  ]);
  const dealIds = new Set([...(inHubSpot.deals.get(companyId) ?? []), ...stored.flatMap(({ dealIds }) => dealIds)]);
  const follow = (type: ObjectType, id: string): Change => ({ type, id, at: { follow: nowMs }, looks: 0, failures: 0 });
  return [...[...contactIds].map((id) => follow("contact", id)), ...[...dealIds].map((id) => follow("deal", id))];
}
