import { addAssociation, removeAssociation } from "./association-changes.ts";
import { LinkTable, type End } from "./link-table.ts";
import { mergeLinks, mergeProperties } from "./merge.ts";
import { ObjectTable } from "./object-table.ts";
import type { SimType } from "./object-type.ts";
import { plainEvent, propertyEvent, type Pair, type PortalEvent } from "./portal-event.ts";
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
import { GERMAN_PIPELINE, STANDARD_DEFINITIONS, SUBSCRIBED_PROPERTIES } from "./property-definitions.ts";
import { createRandom, pickIndex, shuffle, type Random } from "./seeded-random.ts";
import { WorldError } from "./world-error.ts";

export type { End } from "./link-table.ts";

/** The id of what was touched, and what HubSpot would tell about it. */
export interface Mutation {
  readonly id: string;
  readonly events: readonly PortalEvent[];
}

export interface WorldOptions {
  readonly identity: PortalIdentity;
  /** Epoch milliseconds; virtual in a simulation. */
  readonly now: () => number;
  readonly seed: number;
}

export interface NewObject {
  /** Given by the world unless named. */
  readonly id?: string;
  readonly properties: Readonly<Record<string, string>>;
}

export interface MergeRequest {
  readonly primaryId: string;
  readonly mergedIds: readonly string[];
  /** Fact: a merge makes a third record today; older ones let the primary record survive. */
  readonly style: "newId" | "survivingId";
  readonly newId?: string;
}

/** First ids, in the order of magnitude that HubSpot gives today. */
const FIRST_IDS: Readonly<Record<SimType, number>> = {
  company: 31_204_500_000,
  contact: 118_330_700_000,
  deal: 402_118_900_000,
};

/**
 * A portal held in memory: what a HubSpot account remembers, and which webhooks each change of it fires. It knows
 * neither HTTP nor real time, so that a simulation can drive it with a virtual clock.
 */
export class World implements PortalSource {
  readonly identity: PortalIdentity;
  readonly now: () => number;
  readonly subscribedProperties: Record<SimType, readonly string[]> = { ...SUBSCRIBED_PROPERTIES };
  readonly #random: Random;
  readonly #tables: Readonly<Record<SimType, ObjectTable>> = {
    company: new ObjectTable(),
    contact: new ObjectTable(),
    deal: new ObjectTable(),
  };
  readonly #links = new LinkTable();
  readonly #lastIds = { ...FIRST_IDS };
  readonly #definitions: Readonly<Record<SimType, Map<string, PropertyDefinition>>>;
  #pipelines: readonly Pipeline[] = [GERMAN_PIPELINE];
  /** When the change at hand happens: one moment for its stamps and all its events. */
  #atMs = 0;

  constructor(options: WorldOptions) {
    this.identity = options.identity;
    this.now = options.now;
    this.#random = createRandom(options.seed);
    this.#definitions = {
      company: byName(STANDARD_DEFINITIONS.company),
      contact: byName(STANDARD_DEFINITIONS.contact),
      deal: byName(STANDARD_DEFINITIONS.deal),
    };
  }

  pipelines(): readonly Pipeline[] {
    return this.#pipelines;
  }

  setPipelines(pipelines: readonly Pipeline[]): void {
    this.#pipelines = pipelines;
  }

  propertyDefinitions(type: SimType): ReadonlyMap<string, PropertyDefinition> {
    return this.#definitions[type];
  }

  defineProperty(type: SimType, definition: PropertyDefinition): void {
    this.#definitions[type].set(definition.name, definition);
  }

  removeProperty(type: SimType, name: string): void {
    this.#definitions[type].delete(name);
  }

  findObject(type: SimType, id: string, asOfMs: number): SimObject | undefined {
    return this.#tables[type].find(id, asOfMs);
  }

  listObjects(type: SimType, request: ListRequest): readonly SimObject[] {
    return this.#tables[type].list(request);
  }

  /** Fact: a deleted object's associations are gone from the live view; an old merged id has none at all. */
  listLinks(request: LinkRequest): readonly SimLink[] {
    const { type, id, toType, asOfMs } = request;
    if (!this.#tables[type].isLive(id, asOfMs)) return [];
    return this.#links
      .at({ type, id }, toType, asOfMs)
      .filter((link) => this.#tables[link.toType].isLive(link.toId, asOfMs));
  }

  /**
   * Fact: creating a record fires its creation and one propertyChange for each subscribed property that has a value, all
   * with one `occurredAt`, and the creation does not come first.
   */
  create(type: SimType, object: NewObject): Mutation {
    const atMs = this.#begin();
    const id = object.id ?? this.#giveId(type);
    if (this.#tables[type].has(id)) throw new WorldError(`${type} ${id} exists or existed already`);
    const properties = withoutEmpty(object.properties);
    this.#checkProperties(type, properties);
    this.#tables[type].put(atMs, { id, properties, createdAtMs: atMs, updatedAtMs: atMs });
    const changes = this.#propertyChanges({ type, id }, {}, properties);
    const position = changes.length === 0 ? 0 : 1 + pickIndex(this.#random, changes.length);
    const creation: PortalEvent = { kind: "creation", type, objectId: id, occurredAtMs: atMs };
    return { id, events: changes.toSpliced(position, 0, creation) };
  }

  /** Only values that really change move `updatedAt` and fire. `""` clears a property. */
  update(type: SimType, id: string, changes: Readonly<Record<string, string>>): Mutation {
    this.#begin();
    const object = this.#require(type, id);
    this.#checkProperties(type, changes);
    const properties = withoutEmpty({ ...object.properties, ...changes });
    const isChanged = Object.keys(changes).some((name) => properties[name] !== object.properties[name]);
    if (!isChanged) return { id, events: [] };
    const events = this.#propertyChanges({ type, id }, object.properties, properties);
    this.#tables[type].put(this.#atMs, { ...object, properties, updatedAtMs: this.#atMs });
    return { id, events };
  }

  /** Fact: archiving does not move `updatedAt`. */
  delete(type: SimType, id: string): Mutation {
    this.#begin();
    const object = this.#require(type, id);
    this.#tables[type].put(this.#atMs, { ...object, archivedAtMs: this.#atMs });
    return { id, events: [plainEvent("deletion", { type, id }, this.#atMs)] };
  }

  restore(type: SimType, id: string): Mutation {
    this.#begin();
    const object = this.#tables[type].latest(id);
    if (object?.archivedAtMs === undefined) throw new WorldError(`${type} ${id} is not deleted`);
    const { archivedAtMs: _archivedAtMs, ...live } = object;
    this.#tables[type].put(this.#atMs, live);
    return { id, events: [plainEvent("restore", { type, id }, this.#atMs)] };
  }

  /** Fact: an erasure fires `contact.privacyDeletion` and `contact.deletion` in any order, and the id vanishes. */
  erase(contactId: string): Mutation {
    this.#begin();
    if (this.#tables.contact.latest(contactId) === undefined) throw new WorldError(`contact ${contactId} is not there`);
    this.#links.removeAll(this.#atMs, { type: "contact", id: contactId });
    this.#tables.contact.erase(this.#atMs, contactId);
    const told = { type: "contact", objectId: contactId, occurredAtMs: this.#atMs } as const;
    const events: PortalEvent[] = [
      { kind: "privacyDeletion", ...told },
      { kind: "deletion", ...told },
    ];
    return { id: contactId, events: shuffle(this.#random, events) };
  }

  associate(pair: Pair): Mutation {
    this.#begin();
    this.#require(pair.from.type, pair.from.id);
    this.#require(pair.to.type, pair.to.id);
    return { id: pair.from.id, events: addAssociation(this.#links, pair, this.#atMs) };
  }

  /** With `isPrimary` only the primary label goes; else the whole association, with every label it has. */
  dissociate(pair: Pair): Mutation {
    this.#begin();
    return { id: pair.from.id, events: removeAssociation(this.#links, pair, this.#atMs) };
  }

  /**
   * Fact: the merged-away records fire `deletion` beside the `merge` event, and no propertyChange tells what the merge
   * moved. With a third id, the primary record is merged away as well. The survivor lists every id it ever absorbed.
   */
  merge(type: SimType, request: MergeRequest): Mutation {
    const primary = this.#require(type, request.primaryId);
    const merged = request.mergedIds.map((id) => this.#require(type, id));
    const survivorId = request.style === "survivingId" ? primary.id : (request.newId ?? this.#giveId(type));
    if (merged.length === 0 || request.mergedIds.includes(primary.id)) {
      throw new WorldError(`cannot merge ${type} ${primary.id} with [${request.mergedIds.join(", ")}]`);
    }
    if (survivorId !== primary.id && this.#tables[type].has(survivorId)) {
      throw new WorldError(`${type} ${survivorId} exists or existed already`);
    }
    const atMs = this.#begin();
    const parts = [primary, ...merged];
    const { properties, moved } = mergeProperties(parts, survivorId);
    const createdAtMs = Math.min(...parts.map((part) => part.createdAtMs));
    this.#tables[type].put(atMs, { id: survivorId, properties, createdAtMs, updatedAtMs: atMs });
    const absorbedIds = parts.map((part) => part.id).filter((id) => id !== survivorId);
    mergeLinks(this.#links, { type, atMs, survivorId, partIds: parts.map((part) => part.id) });
    for (const id of absorbedIds) this.#tables[type].absorb(atMs, { id, survivorId });
    const told = { type, objectId: primary.id, occurredAtMs: atMs, mergedIds: request.mergedIds };
    const event: PortalEvent = { kind: "merge", ...told, newId: survivorId, propertiesMoved: moved };
    return {
      id: survivorId,
      events: [event, ...absorbedIds.map((id) => plainEvent("deletion", { type, id }, this.#atMs))],
    };
  }

  #require(type: SimType, id: string): SimObject {
    const object = this.#tables[type].latest(id);
    if (object === undefined || object.archivedAtMs !== undefined) throw new WorldError(`${type} ${id} is not there`);
    return object;
  }

  #begin(): number {
    this.#atMs = this.now();
    return this.#atMs;
  }

  #checkProperties(type: SimType, properties: Readonly<Record<string, string>>): void {
    const unknown = Object.keys(properties).filter((property) => !this.#definitions[type].has(property));
    if (unknown.length > 0) throw new WorldError(`${type} has no property ${unknown.join(", ")}`);
  }

  #giveId(type: SimType): string {
    do this.#lastIds[type] += 1 + pickIndex(this.#random, 900);
    while (this.#tables[type].has(String(this.#lastIds[type])));
    return String(this.#lastIds[type]);
  }

  #propertyChanges(
    end: End,
    before: Readonly<Record<string, string>>,
    after: Readonly<Record<string, string>>,
  ): PortalEvent[] {
    return this.subscribedProperties[end.type]
      .filter((property) => (before[property] ?? "") !== (after[property] ?? ""))
      .map((property) => propertyEvent(end, { name: property, value: after[property] ?? "" }, this.#atMs));
  }
}

function byName(definitions: readonly PropertyDefinition[]): Map<string, PropertyDefinition> {
  return new Map(definitions.map((definition) => [definition.name, definition]));
}

function withoutEmpty(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== ""));
}
