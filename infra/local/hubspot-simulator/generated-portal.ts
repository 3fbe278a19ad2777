import { fictionalCompany, fictionalContact, fictionalDealName } from "./fictional-values.ts";
import { compareIds, type SimType } from "./object-type.ts";
import type {
  LinkRequest,
  ListRequest,
  Pipeline,
  PortalIdentity,
  PortalSource,
  PropertyDefinition,
  SimLink,
  SimObject,
} from "./portal-source.ts";
import { EXCLUSION_DEFINITION, GERMAN_PIPELINE, STANDARD_DEFINITIONS } from "./property-definitions.ts";

/** How ids of a type follow from the number of the object. */
const SERIES: Readonly<Record<SimType, { readonly firstId: number; readonly step: number }>> = {
  company: { firstId: 20_000_000_007, step: 7 },
  contact: { firstId: 100_000_000_003, step: 3 },
  deal: { firstId: 300_000_000_011, step: 11 },
};

const MADE_AT_MS = Date.UTC(2026, 0, 5, 8);

/** Every so many-th company is excluded, deal has no company, contact has a second company. */
const EXCLUDED_EVERY = 50;
const WITHOUT_COMPANY_EVERY = 97;
const SECOND_COMPANY_EVERY = 40;

/** What differs from the computed portal. */
export interface Overlay {
  /** A changed, added (any id outside the series) or removed object, by type and id. */
  readonly objects: Readonly<Record<SimType, Map<string, SimObject | "gone">>>;
  /** Companies of a contact or deal, as `contact:<id>`. Companies list only the contacts and deals of the arithmetic. */
  readonly links: Map<string, readonly SimLink[]>;
}

/** How many objects of each type. */
export type TypeCounts = Readonly<Record<SimType, number>>;

/**
 * A portal of any size that holds nothing: each page is computed from the ids asked for, so a scale test measures its
 * subject's memory and not the simulator's. Reads do not lag.
 */
export class GeneratedPortal implements PortalSource {
  readonly identity: PortalIdentity;
  readonly now: () => number;
  readonly overlay: Overlay = {
    objects: { company: new Map(), contact: new Map(), deal: new Map() },
    links: new Map(),
  };
  readonly #counts: TypeCounts;
  readonly #stretch: number;
  readonly #definitions: Readonly<Record<SimType, ReadonlyMap<string, PropertyDefinition>>>;

  constructor(options: {
    readonly identity: PortalIdentity;
    readonly now: () => number;
    readonly counts: TypeCounts;
    /** How many times further apart the ids of the last two thirds of a type lie. Default 1. */
    readonly stretch?: number | undefined;
  }) {
    this.identity = options.identity;
    this.now = options.now;
    this.#counts = options.counts;
    this.#stretch = options.stretch ?? 1;
    this.#definitions = {
      company: byName([...STANDARD_DEFINITIONS.company, EXCLUSION_DEFINITION]),
      contact: byName(STANDARD_DEFINITIONS.contact),
      deal: byName(STANDARD_DEFINITIONS.deal),
    };
  }

  pipelines(): readonly Pipeline[] {
    return [GERMAN_PIPELINE];
  }

  propertyDefinitions(type: SimType): ReadonlyMap<string, PropertyDefinition> {
    return this.#definitions[type];
  }

  /** The id of the n-th object, from 0. */
  idAt(type: SimType, number: number): string {
    const { firstId, step } = SERIES[type];
    const far = Math.max(0, number - this.#stretchedFrom(type));
    return String(firstId + (number - far + far * this.#stretch) * step);
  }

  /** The place of an id among the objects, from 0; in between where there is none of this id. */
  placeOf(type: SimType, id: string): number {
    const { firstId, step } = SERIES[type];
    const place = (Number(id) - firstId) / step;
    const far = Math.max(0, place - this.#stretchedFrom(type));
    return place - far + far / this.#stretch;
  }

  findObject(type: SimType, id: string): SimObject | undefined {
    const differing = this.overlay.objects[type].get(id);
    if (differing !== undefined) return differing === "gone" ? undefined : differing;
    const number = this.#numberOf(type, id);
    return number === undefined ? undefined : this.#compute(type, number);
  }

  listObjects(type: SimType, request: ListRequest): readonly SimObject[] {
    const added = this.#added(type).filter(
      (id) => request.afterId === undefined || compareIds(id, request.afterId) > 0,
    );
    const found: SimObject[] = [];
    let number = this.#firstNumberAfter(type, request.afterId);
    while (found.length < request.limit) {
      const computedId = number < this.#counts[type] ? this.idAt(type, number) : undefined;
      const addedId = added[0];
      if (computedId === undefined && addedId === undefined) break;
      const isAddedNext = addedId !== undefined && (computedId === undefined || compareIds(addedId, computedId) < 0);
      const id = isAddedNext ? addedId : (computedId ?? "");
      if (isAddedNext) added.shift();
      else number += 1;
      const object = this.findObject(type, id);
      if (object !== undefined && (object.archivedAtMs !== undefined) === request.isArchived) found.push(object);
    }
    return found;
  }

  listLinks(request: LinkRequest): readonly SimLink[] {
    const { type, id, toType } = request;
    if (!this.#isLive(type, id)) return [];
    if (type !== "company" && toType === "company") return this.#companiesOf(type, id);
    const number = this.#numberOf(type, id);
    if (type !== "company" || toType === "company" || number === undefined) return [];
    return this.#dependantsOf(number, toType);
  }

  #companiesOf(type: "contact" | "deal", id: string): readonly SimLink[] {
    const differing = this.overlay.links.get(`${type}:${id}`);
    const number = this.#numberOf(type, id);
    const links = differing ?? (number === undefined ? [] : this.#computeLinks(type, number));
    return links.filter((link) => this.#isLive("company", link.toId));
  }

  #computeLinks(type: "contact" | "deal", number: number): SimLink[] {
    const companies = this.#counts.company;
    if (companies === 0 || (type === "deal" && number % WITHOUT_COMPANY_EVERY === 0)) return [];
    const first: SimLink = { toType: "company", toId: this.idAt("company", number % companies), isPrimary: true };
    const secondId = this.idAt("company", (number + 1) % companies);
    if (type === "deal" || number % SECOND_COMPANY_EVERY !== 0 || secondId === first.toId) return [first];
    const second: SimLink = { toType: "company", toId: secondId, isPrimary: false };
    return [first, second].toSorted((left, right) => compareIds(left.toId, right.toId));
  }

  /** The other direction: candidates are the company's own numbers and, for second companies, those one before. */
  #dependantsOf(company: number, toType: "contact" | "deal"): SimLink[] {
    const companies = this.#counts.company;
    const companyId = this.idAt("company", company);
    const numbers: number[] = [];
    for (let number = company - 1; number < this.#counts[toType]; number += companies) {
      numbers.push(...[number, number + 1].filter((each) => each >= 0 && each < this.#counts[toType]));
    }
    const links = [...new Set(numbers)].flatMap((number) => {
      const id = this.idAt(toType, number);
      const link = this.#companiesOf(toType, id).find((each) => each.toId === companyId);
      return link === undefined || !this.#isLive(toType, id) ? [] : [{ toType, toId: id, isPrimary: link.isPrimary }];
    });
    return links.toSorted((left, right) => compareIds(left.toId, right.toId));
  }

  #isLive(type: SimType, id: string): boolean {
    const object = this.overlay.objects[type].get(id);
    if (object === undefined) return this.#numberOf(type, id) !== undefined;
    return object !== "gone" && object.archivedAtMs === undefined;
  }

  #compute(type: SimType, number: number): SimObject {
    const atMs = MADE_AT_MS + (number % 86_400) * 1_000;
    return {
      id: this.idAt(type, number),
      properties: propertiesOf(type, number),
      createdAtMs: atMs,
      updatedAtMs: atMs,
    };
  }

  #stretchedFrom(type: SimType): number {
    return Math.floor(this.#counts[type] / 3);
  }

  #numberOf(type: SimType, id: string): number | undefined {
    const number = this.placeOf(type, id);
    return Number.isInteger(number) && number >= 0 && number < this.#counts[type] ? number : undefined;
  }

  #firstNumberAfter(type: SimType, afterId: string | undefined): number {
    if (afterId === undefined) return 0;
    return Math.max(0, Math.floor(this.placeOf(type, afterId)) + 1);
  }

  #added(type: SimType): string[] {
    const ids = [...this.overlay.objects[type].keys()].filter((id) => this.#numberOf(type, id) === undefined);
    return ids.sort(compareIds);
  }
}

function propertiesOf(type: SimType, number: number): Readonly<Record<string, string>> {
  if (type === "contact") return fictionalContact(number);
  if (type === "company") {
    return { ...fictionalCompany(number), ...(number % EXCLUDED_EVERY === 0 ? { zep: "nein" } : {}) };
  }
  const stage = GERMAN_PIPELINE.stages[number % GERMAN_PIPELINE.stages.length] ?? GERMAN_PIPELINE.stages[0];
  return { dealname: fictionalDealName(number), dealstage: stage.id, pipeline: GERMAN_PIPELINE.id };
}

function byName(definitions: readonly PropertyDefinition[]): Map<string, PropertyDefinition> {
  return new Map(definitions.map((definition) => [definition.name, definition]));
}
