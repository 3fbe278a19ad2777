import { fictionalCompany, fictionalContact, fictionalDealName } from "./fictional-values.ts";
import type { SimType } from "./object-type.ts";
import type { PortalEvent } from "./portal-event.ts";
import type { World } from "./world.ts";

/** How many of each. */
export interface Counts {
  readonly companies: number;
  readonly contacts: number;
  readonly deals: number;
}

/**
 * Creates many objects, as an import does: every contact and deal gets a primary company when there is one. Fact: an
 * import fires for each record what a single creation fires.
 */
export function fillGenerated(
  world: World,
  counts: Counts,
): { readonly ids: Readonly<Record<SimType, readonly string[]>>; readonly events: readonly PortalEvent[] } {
  const events: PortalEvent[] = [];
  const create = (type: SimType, properties: Record<string, string>): string => {
    const created = world.create(type, { properties });
    events.push(...created.events);
    return created.id;
  };
  const company = range(counts.companies).map((number) => create("company", fictionalCompany(number)));
  const associate = (type: "contact" | "deal", id: string, number: number): void => {
    const companyId = company[number % company.length];
    if (companyId === undefined) return;
    const pair = { from: { type, id }, to: { type: "company", id: companyId }, isPrimary: true } as const;
    events.push(...world.associate(pair).events);
  };
  const contact = range(counts.contacts).map((number) => {
    const id = create("contact", fictionalContact(number));
    associate("contact", id, number);
    return id;
  });
  const stages = world.pipelines().flatMap((pipeline) => pipeline.stages);
  const deal = range(counts.deals).map((number) => {
    const dealstage = stages[number % stages.length]?.id ?? "";
    const id = create("deal", { dealname: fictionalDealName(number), dealstage });
    associate("deal", id, number);
    return id;
  });
  return { ids: { company, contact, deal }, events };
}

function range(length: number): number[] {
  return Array.from({ length }, (_, number) => number);
}
