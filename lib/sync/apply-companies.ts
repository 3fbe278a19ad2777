import { adoptCustomer, pointCustomer, releaseAttached } from "../domain/merge.ts";
import { decideCustomer, holdCustomer } from "../domain/customer.ts";
import { dropVoidMove, isMoveVoid } from "../domain/attach-request.ts";
import { keep } from "../domain/verdict.ts";
import { applySurvivorsFirst, describeGiver, pointAbsorbed, readAbsorbed } from "./absorbed.ts";
import { commitRecord } from "./commit-record.ts";
import { contextOf } from "./run.ts";
import type { Customer } from "../domain/record.ts";
import type { Absorbing } from "./absorbed.ts";
import type { CustomerCase } from "../domain/customer.ts";
import type { Committed, Committing } from "./commit-record.ts";
import type { Outcomes, Run, Sighting } from "./run.ts";

/** The outcome of each company, and the customers as they are stored afterwards. */
export interface AppliedCompanies {
  readonly outcomes: Outcomes;
  readonly customers: ReadonlyMap<string, Customer>;
  /** Companies of which something may follow: what they absorbed leads to them. The others are tried or looked at again. */
  readonly settledIds: ReadonlySet<string>;
}

/**
 * Applies what HubSpot says of companies to the customers. Survivors of merges come before those they absorbed, so that
 * nothing is emptied before it is handed over.
 *
 * @throws RetryableError when the store cannot be read; what fails for one company is that company's outcome
 */
export async function applyCompanies(run: Run, sightings: readonly Sighting<"company">[]): Promise<AppliedCompanies> {
  const stored = await run.store.readCustomers(sightings.map(({ id }) => id));
  const customers = new Map<string, Customer>(stored);
  const settledIds = new Set<string>();
  const outcomes = await applySurvivorsFirst(sightings, async (sighting) => {
    const { record, outcome, isSettled } = await applyCompany(run, sighting, stored.get(sighting.id));
    if (record) customers.set(sighting.id, record);
    if (isSettled) settledIds.add(sighting.id);
    return outcome;
  });
  return { outcomes, customers, settledIds };
}

/** How pointers of customers are made. */
export function describeAbsorbedCustomers({ store }: Pick<Run, "store">): Absorbing<Customer> {
  return {
    read: store.readCustomers,
    point: pointCustomer,
    claimOf: ({ customerNumber: number, companyId: holderId }) =>
      number === undefined ? undefined : { kind: "customerNumber", number, holderId },
  };
}

async function applyCompany(
  run: Run,
  sighting: Sighting<"company">,
  first: Customer | undefined,
): Promise<Committed<Customer>> {
  const committed = await commitRecord(run, describeCommit(run, sighting), first);
  if (committed.isSettled) {
    await pointAbsorbed(run, describeAbsorbedCustomers(run), { sighting, record: committed.record });
  }
  return committed;
}

function describeCommit(run: Run, sighting: Sighting<"company">): Committing<Customer> {
  const describeCase = (stored: Customer | undefined): CustomerCase => ({
    companyId: sighting.id,
    observed: sighting.observed,
    stored,
    context: contextOf(run, sighting.hint),
  });
  return {
    id: sighting.id,
    origin: sighting.hint.origin,
    numberKind: "customerNumber",
    read: async (id) => (await run.store.readCustomers([id])).get(id),
    decide: async (stored) => {
      const absorbing = describeAbsorbedCustomers(run);
      const absorbed = await readAbsorbed(absorbing, sighting, stored);
      if (isMoveVoid(absorbed, sighting.hint)) {
        const rest = dropVoidMove(sighting.hint);
        return rest === undefined
          ? { decision: keep() }
          : describeCommit(run, { ...sighting, hint: rest }).decide(stored);
      }
      const { base, giverId, ...adoption } = adoptCustomer(
        sighting.id,
        stored,
        releaseAttached(absorbed, sighting.hint),
      );
      const decision = decideCustomer({ ...describeCase(base), adoption });
      return { decision, giver: describeGiver(run, absorbing, { sighting, absorbed, giverId }) };
    },
    hold: (stored, holder) => holdCustomer(describeCase(stored), holder),
    numberOf: (record) => ({ number: record?.customerNumber, name: record?.fields?.name }),
  };
}
