import { adoptProject, pointProject, releaseAttached, survivorIdOf } from "../domain/merge.ts";
import { decideProject, findPrimaryCompanyId, holdProject } from "../domain/project.ts";
import { MAX_LOOKS } from "../domain/decision.ts";
import { isStageSelected } from "../domain/stage-filter.ts";
import { dropVoidMove, isMoveVoid } from "../domain/attach-request.ts";
import { keep } from "../domain/verdict.ts";
import { applySurvivorsFirst, describeGiver, pointAbsorbed, readAbsorbed } from "./absorbed.ts";
import { commitRecord } from "./commit-record.ts";
import { contextOf } from "./run.ts";
import type { Absorbing } from "./absorbed.ts";
import type { Customer, Project } from "../domain/record.ts";
import type { ProjectCase } from "../domain/project.ts";
import type { Committing } from "./commit-record.ts";
import type { Outcome, Outcomes, Run, Sighting } from "./run.ts";

/** The customers that deals and contacts may belong to; ids that lead to pointers are followed to the survivor. */
export type Customers = ReadonlyMap<string, Customer>;

/**
 * Applies what HubSpot says of deals to the projects.
 *
 * @param customers the stored customers of all companies that the deals name
 * @throws RetryableError when the store cannot be read; what fails for one deal is that deal's outcome
 */
export async function applyDeals(
  run: Run,
  sightings: readonly Sighting<"deal">[],
  customers: Customers,
): Promise<Outcomes> {
  const stored = await run.store.readProjects(sightings.map(({ id }) => id));
  return applySurvivorsFirst(sightings, (sighting) =>
    applyDeal(run, { sighting, customers, first: stored.get(sighting.id) }),
  );
}

/** How pointers of projects are made. */
export function describeAbsorbedProjects({ store }: Pick<Run, "store">): Absorbing<Project> {
  return {
    read: store.readProjects,
    point: pointProject,
    claimOf: ({ shortForm: number, dealId: holderId }) =>
      number === undefined ? undefined : { kind: "shortForm", number, holderId },
  };
}

interface DealToApply {
  readonly sighting: Sighting<"deal">;
  readonly customers: Customers;
  readonly first: Project | undefined;
}

async function applyDeal(run: Run, { sighting, customers, first }: DealToApply): Promise<Outcome> {
  const primaryId = findPrimaryCompanyId(sighting.links);
  const customer = primaryId === undefined ? undefined : followPointers(customers, primaryId);
  const isCompanyUnseen = primaryId !== undefined && customer === undefined && isWanted(run, sighting);
  if (isCompanyUnseen && sighting.hint.looks < MAX_LOOKS) return { kind: "again", why: "notFoundYet" };
  const committed = await commitRecord(run, describeCommit(run, sighting, customer), first);
  if (committed.isSettled) {
    await pointAbsorbed(run, describeAbsorbedProjects(run), { sighting, record: committed.record });
  }
  return committed.outcome;
}

/** Whether a deal is to become a project; only then its company counts, and is read. */
export function isWanted({ settings }: Pick<Run, "settings">, { observed }: Sighting<"deal">): boolean {
  return observed.kind === "live" && isStageSelected(settings.dealStages, observed.object.stageId);
}

/** The customer of a company id; a merged one leads to its survivor. */
export function followPointers(customers: Customers, companyId: string): Customer | undefined {
  const seen = new Set<string>();
  let customer = customers.get(companyId);
  while (customer?.state === "merged" && !seen.has(customer.companyId)) {
    seen.add(customer.companyId);
    const survivorId = survivorIdOf(customer);
    const next = survivorId === undefined ? undefined : customers.get(survivorId);
    if (next === undefined) return customer;
    customer = next;
  }
  return customer;
}

function describeCommit(run: Run, sighting: Sighting<"deal">, customer: Customer | undefined): Committing<Project> {
  const describeCase = (stored: Project | undefined): ProjectCase => ({
    dealId: sighting.id,
    observed: sighting.observed,
    links: sighting.links,
    stored,
    customer,
    context: contextOf(run, sighting.hint),
  });
  return {
    id: sighting.id,
    origin: sighting.hint.origin,
    numberKind: "shortForm",
    read: async (id) => (await run.store.readProjects([id])).get(id),
    decide: async (stored) => {
      const absorbing = describeAbsorbedProjects(run);
      const absorbed = await readAbsorbed(absorbing, sighting, stored);
      if (isMoveVoid(absorbed, sighting.hint)) {
        const rest = dropVoidMove(sighting.hint);
        return rest === undefined
          ? { decision: keep() }
          : describeCommit(run, { ...sighting, hint: rest }, customer).decide(stored);
      }
      const { base, giverId, ...adoption } = adoptProject(
        sighting.id,
        stored,
        releaseAttached(absorbed, sighting.hint),
      );
      const decision = decideProject({ ...describeCase(base), adoption });
      return { decision, giver: describeGiver(run, absorbing, { sighting, absorbed, giverId }) };
    },
    hold: (stored, holder) => holdProject(describeCase(stored), holder),
    numberOf: (record) => ({ number: record?.shortForm, name: record?.fields?.description }),
  };
}
