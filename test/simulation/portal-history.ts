import { SIM_TYPES, type SimType } from "../../infra/local/hubspot-simulator/object-type.ts";
import type { SimLink, SimObject } from "../../infra/local/hubspot-simulator/portal-source.ts";
import type { World } from "../../infra/local/hubspot-simulator/world.ts";

export type Life =
  | { readonly kind: "live" | "archived" | "gone" }
  | { readonly kind: "absorbed"; readonly survivorId: string };

interface Span<T> {
  readonly fromMs: number;
  readonly value: T;
}

/** Everything that was ever true in HubSpot, for judging whether a write says something that was. */
export class PortalHistory {
  readonly #world: World;
  readonly #ids: Readonly<Record<SimType, Set<string>>> = { company: new Set(), contact: new Set(), deal: new Set() };
  readonly #lives = new Map<string, Span<Life>[]>();
  readonly #contents = new Map<string, Span<SimObject>[]>();
  readonly #erased = new Set<string>();
  readonly #links = new Map<string, Span<readonly SimLink[]>[]>();

  constructor(world: World) {
    this.#world = world;
  }

  /** To be called after each change of the world; `ids` are those that it may have made. */
  observe(type: SimType, ids: readonly string[]): void {
    for (const id of ids) this.#ids[type].add(id);
    for (const known of SIM_TYPES) for (const id of this.#ids[known]) this.#observeOne(known, id);
  }

  idsOf(type: SimType): readonly string[] {
    return [...this.#ids[type]];
  }

  lifeNow(type: SimType, id: string): Life | undefined {
    return this.#lives.get(`${type}/${id}`)?.at(-1)?.value;
  }

  /** Whether a contact was erased for privacy, itself or what it had been merged into. */
  wasErased(contactId: string): boolean {
    return this.#erased.has(contactId);
  }

  noteErasure(contactId: string): void {
    this.#erased.add(contactId);
  }

  /** What only the erased contacts had, and no other contact ever. */
  erasedMarks(): readonly { readonly contactId: string; readonly mark: string }[] {
    return [...this.#erased].flatMap((contactId) => {
      const contents = this.#contents.get(`contact/${contactId}`) ?? [];
      const marks = contents.flatMap(({ value }) => value.properties["jobtitle"] ?? []);
      return [...new Set(marks)].map((mark) => ({ contactId, mark }));
    });
  }

  contentNow(type: SimType, id: string): SimObject | undefined {
    return this.#contents.get(`${type}/${id}`)?.at(-1)?.value;
  }

  /** Companies of a contact or deal as HubSpot shows them now. */
  linksNow(type: SimType, id: string): readonly SimLink[] {
    return this.#links.get(`${type}/${id}`)?.at(-1)?.value ?? [];
  }

  /** Lives of the object at any moment of the time span. */
  livesWithin(type: SimType, id: string, span: TimeSpan): readonly Life[] {
    return within(this.#lives.get(`${type}/${id}`) ?? [], span);
  }

  linksWithin(type: SimType, id: string, span: TimeSpan): readonly (readonly SimLink[])[] {
    return within(this.#links.get(`${type}/${id}`) ?? [], span);
  }

  contentsWithin(type: SimType, id: string, span: TimeSpan): readonly SimObject[] {
    return within(this.#contents.get(`${type}/${id}`) ?? [], span);
  }

  /** All ids that lead to this one by merges, itself included. */
  leadingTo(type: SimType, survivorId: string): ReadonlySet<string> {
    const leading = this.idsOf(type).filter((id) => {
      const lives = this.#lives.get(`${type}/${id}`) ?? [];
      return lives.some(({ value }) => value.kind === "absorbed" && value.survivorId === survivorId);
    });
    return new Set([survivorId, ...leading]);
  }

  /** The object, the companies that it ever had, and all that merges have joined with any of them. */
  kinOf(type: SimType, id: string): readonly string[] {
    const ever = { fromMs: 0, toMs: this.#world.now() };
    const links = type === "company" ? [] : this.linksWithin(type, id, ever).flat();
    return [...this.#mergedWith(type, id), ...links.flatMap(({ toId }) => this.#mergedWith("company", toId))];
  }

  #mergedWith(type: SimType, id: string): readonly string[] {
    return this.idsOf(type).filter(
      (other) => this.leadingTo(type, other).has(id) || this.leadingTo(type, id).has(other),
    );
  }

  #observeOne(type: SimType, id: string): void {
    const nowMs = this.#world.now();
    const object = this.#world.findObject(type, id, nowMs);
    put(this.#lives, `${type}/${id}`, { fromMs: nowMs, value: describeLife(object, id) });
    if (object !== undefined && object.id === id)
      put(this.#contents, `${type}/${id}`, { fromMs: nowMs, value: object });
    if (type === "company") return;
    const links = this.#world.listLinks({ type, id, toType: "company", asOfMs: nowMs });
    put(this.#links, `${type}/${id}`, { fromMs: nowMs, value: links });
  }
}

export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

function describeLife(object: SimObject | undefined, id: string): Life {
  if (object === undefined) return { kind: "gone" };
  if (object.id !== id) return { kind: "absorbed", survivorId: object.id };
  return { kind: object.archivedAtMs === undefined ? "live" : "archived" };
}

function put<T>(spans: Map<string, Span<T>[]>, key: string, { fromMs, value }: Span<T>): void {
  const known = spans.get(key) ?? [];
  spans.set(key, known);
  if (JSON.stringify(known.at(-1)?.value) !== JSON.stringify(value)) known.push({ fromMs, value });
}

function within<T>(spans: readonly Span<T>[], { fromMs, toMs }: TimeSpan): readonly T[] {
  return spans.flatMap((span, index) => {
    const endMs = spans[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
    return span.fromMs <= toMs && endMs > fromMs ? [span.value] : [];
  });
}
