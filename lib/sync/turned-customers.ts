import { followPointers } from "./apply-deals.ts";
import type { Customers } from "./apply-deals.ts";
import type { Customer } from "../domain/record.ts";
import type { Outcome, Outcomes, Run, Sighting } from "./run.ts";

/** What was decided on customers, and what became of it. */
interface Decided {
  readonly sightings: readonly (Sighting<"contact"> | Sighting<"deal">)[];
  readonly outcomes: Outcomes;
}

/**
 * Has what was just written looked at again where its customer has turned since it was read. Whoever turned it has
 * followed up on what was stored by then, and knew nothing of this:
 *
 * ```
 * worker 1   read customer ─▶ decide ───────────────────▶ write project ─▶ read customer: it has turned
 * worker 2              turn customer ─▶ find projects ─▶ …
 * ```
 *
 * A customer that turns later is followed up on after the write, and the project is found, unless the index of what a
 * customer has lags by more than that: then by the next pass.
 *
 * @param customers as the decisions rested on them
 * @returns the outcomes of contacts and deals
 * @throws RetryableError when the store cannot be read
 */
export async function doubtTurned(
  run: Pick<Run, "store">,
  customers: Customers,
  { contact, deal }: Readonly<Record<"contact" | "deal", Decided>>,
): Promise<Readonly<Record<"contact" | "deal", Outcomes>>> {
  const used = new Map(
    [...listWritten(contact), ...listWritten(deal)]
      .flatMap((sighting) => listCustomers(sighting, customers))
      .map((customer) => [customer.companyId, customer]),
  );
  if (used.size === 0) return { contact: contact.outcomes, deal: deal.outcomes };
  const now = await run.store.readCustomers([...used.keys()]);
  const hasTurned = (customer: Customer): boolean => isTurned(customer, now.get(customer.companyId));
  const doubt = (decided: Decided): Outcomes => {
    const doubted = listWritten(decided).filter((sighting) => listCustomers(sighting, customers).some(hasTurned));
    return new Map([
      ...decided.outcomes,
      ...doubted.map(({ id }) => [id, { kind: "again", why: "perhapsOlder" }] as const),
    ]);
  };
  return { contact: doubt(contact), deal: doubt(deal) };
}

function listWritten({ sightings, outcomes }: Decided): Decided["sightings"] {
  return sightings.filter(({ id }) => isWritten(outcomes.get(id)));
}

function isWritten(outcome: Outcome | undefined): boolean {
  return outcome?.kind === "done" && outcome.writes > 0;
}

/** The customers that a decision may have rested on: of the companies that are named, and those that merged ones lead to. */
function listCustomers({ links }: Decided["sightings"][number], customers: Customers): readonly Customer[] {
  return links.flatMap(({ companyId }) =>
    [customers.get(companyId), followPointers(customers, companyId)].flatMap((customer) => customer ?? []),
  );
}

function isTurned(before: Customer, now: Customer | undefined): boolean {
  return before.state !== now?.state || before.isExcludedInHubSpot !== now.isExcludedInHubSpot;
}
