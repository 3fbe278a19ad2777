import { fictionalCompany, fictionalContact, fictionalDealName } from "./fictional-values.ts";
import type { SimType } from "./object-type.ts";
import type { PortalEvent } from "./portal-event.ts";
import { EXCLUSION_DEFINITION, GERMAN_PIPELINE } from "./property-definitions.ts";
import type { End, World } from "./world.ts";

const COMPANIES = 30;
const CONTACTS = 48;
const DEALS = 24;

/** What is special in the sample portal, so that a tour or a test can point at it. */
export interface SamplePortal {
  readonly companyIds: readonly string[];
  readonly contactIds: readonly string[];
  readonly dealIds: readonly string[];
  /** Has the property ZEP set to "nein". */
  readonly excludedCompanyId: string;
  readonly dealWithoutCompanyId: string;
  /** Belongs to two companies. */
  readonly sharedContactId: string;
  /** The stage of deals that were won. */
  readonly wonStageId: string;
  readonly events: readonly PortalEvent[];
}

/** Fills a world with the demo: the same objects with the same ids each time. */
export function fillSamplePortal(world: World): SamplePortal {
  world.defineProperty("company", EXCLUSION_DEFINITION);
  world.setPipelines([GERMAN_PIPELINE]);
  const events: PortalEvent[] = [];
  const create = (type: SimType, id: string, properties: Record<string, string>): string => {
    events.push(...world.create(type, { id, properties }).events);
    return id;
  };
  const link = (from: End, companyId: string, isPrimary: boolean): void => {
    events.push(...world.associate({ from, to: { type: "company", id: companyId }, isPrimary }).events);
  };
  const companyIds = numbers(COMPANIES).map((number) => {
    const exclusion = number === 6 ? { zep: "nein" } : number === 7 ? { zep: "ja" } : {};
    return create("company", sampleId(31_204_511_000, number), { ...fictionalCompany(number), ...exclusion });
  });
  const companyAt = (number: number): string => companyIds[number % COMPANIES] ?? "";
  const contactIds = numbers(CONTACTS).map((number) => {
    const id = create("contact", sampleId(118_330_742_000, number), fictionalContact(number));
    link({ type: "contact", id }, companyAt(number), true);
    return id;
  });
  const dealIds = numbers(DEALS).map((number) => {
    const dealstage = GERMAN_PIPELINE.stages[number % GERMAN_PIPELINE.stages.length]?.id ?? "";
    const properties = { dealname: fictionalDealName(number), dealstage, pipeline: GERMAN_PIPELINE.id };
    const id = create("deal", sampleId(402_118_963_000, number), properties);
    if (number !== 3) link({ type: "deal", id }, companyAt(number), true);
    return id;
  });
  const sharedContactId = contactIds[1] ?? "";
  link({ type: "contact", id: sharedContactId }, companyAt(2), false);
  return {
    companyIds,
    contactIds,
    dealIds,
    excludedCompanyId: companyAt(6),
    dealWithoutCompanyId: dealIds[3] ?? "",
    sharedContactId,
    wonStageId: GERMAN_PIPELINE.stages[3].id,
    events,
  };
}

function sampleId(first: number, number: number): string {
  return String(first + number * 37);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}
