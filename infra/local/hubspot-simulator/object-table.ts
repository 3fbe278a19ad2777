import { compareIds } from "./object-type.ts";
import type { ListRequest, SimObject } from "./portal-source.ts";
import { Timeline } from "./timeline.ts";

type Version =
  | { readonly kind: "present"; readonly object: SimObject }
  | { readonly kind: "absorbed"; readonly survivorId: string }
  | { readonly kind: "erased" };

/** Fact: the recycling bin keeps an object for 90 days. */
const BIN_MS = 90 * 24 * 3_600_000;

/** The objects of one type, with their past. */
export class ObjectTable {
  readonly #versions = new Map<string, Timeline<Version>>();
  /** All ids ever given, ascending. */
  readonly #ids: string[] = [];

  has(id: string): boolean {
    return this.#versions.has(id);
  }

  put(atMs: number, object: SimObject): void {
    this.#set(atMs, object.id, { kind: "present", object });
  }

  /** Fact: reading a merged-away id answers the winner, under the winner's id. */
  absorb(atMs: number, merged: { readonly id: string; readonly survivorId: string }): void {
    this.#set(atMs, merged.id, { kind: "absorbed", survivorId: merged.survivorId });
  }

  /** Fact: an erased id vanishes; it is neither live nor archived. */
  erase(atMs: number, id: string): void {
    this.#set(atMs, id, { kind: "erased" });
  }

  /** The object held under exactly this id now. */
  latest(id: string): SimObject | undefined {
    const version = this.#versions.get(id)?.latest;
    return version?.kind === "present" ? version.object : undefined;
  }

  /** The object an id leads to, merges followed, as of a moment. */
  find(id: string, asOfMs: number): SimObject | undefined {
    let version = this.#versions.get(id)?.at(asOfMs);
    while (version?.kind === "absorbed") version = this.#versions.get(version.survivorId)?.at(asOfMs);
    return version?.kind === "present" && !isPastBin(version.object, asOfMs) ? version.object : undefined;
  }

  /** Whether the id itself is a live object as of a moment, merges not followed. */
  isLive(id: string, asOfMs: number): boolean {
    const version = this.#versions.get(id)?.at(asOfMs);
    return version?.kind === "present" && version.object.archivedAtMs === undefined;
  }

  list(request: ListRequest): SimObject[] {
    const found: SimObject[] = [];
    const start = request.afterId === undefined ? 0 : this.#positionAfter(request.afterId);
    for (let index = start; index < this.#ids.length && found.length < request.limit; index += 1) {
      const object = this.#presentAt(this.#ids[index], request.asOfMs);
      if (object !== undefined && (object.archivedAtMs !== undefined) === request.isArchived) found.push(object);
    }
    return found;
  }

  #presentAt(id: string | undefined, asOfMs: number): SimObject | undefined {
    const version = id === undefined ? undefined : this.#versions.get(id)?.at(asOfMs);
    return version?.kind === "present" && !isPastBin(version.object, asOfMs) ? version.object : undefined;
  }

  #set(atMs: number, id: string, version: Version): void {
    let timeline = this.#versions.get(id);
    if (timeline === undefined) {
      timeline = new Timeline<Version>();
      this.#versions.set(id, timeline);
      this.#insert(id);
    }
    timeline.set(atMs, version);
  }

  #insert(id: string): void {
    const last = this.#ids.at(-1);
    if (last === undefined || compareIds(last, id) < 0) this.#ids.push(id);
    else this.#ids.splice(this.#positionAfter(id), 0, id);
  }

  /** Index of the first id greater than this one. */
  #positionAfter(id: string): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const candidate = this.#ids[middle];
      if (candidate !== undefined && compareIds(candidate, id) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isPastBin(object: SimObject, asOfMs: number): boolean {
  return object.archivedAtMs !== undefined && asOfMs - object.archivedAtMs > BIN_MS;
}
