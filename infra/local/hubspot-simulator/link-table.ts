import { compareIds, SIM_TYPES, type SimType } from "./object-type.ts";
import type { SimLink } from "./portal-source.ts";
import { Timeline } from "./timeline.ts";

/** One end of an association. */
export interface End {
  readonly type: SimType;
  readonly id: string;
}

/** Associations, kept at both ends, with their past. Ends that are not live stay in here: a restore brings them back. */
export class LinkTable {
  readonly #links = new Map<string, Timeline<readonly SimLink[]>>();

  /** Links of one end with one type as of a moment, ascending by id. */
  at(end: End, toType: SimType, asOfMs: number): readonly SimLink[] {
    return this.#links.get(keyOf(end, toType))?.at(asOfMs) ?? [];
  }

  latest(end: End, toType: SimType): readonly SimLink[] {
    return this.#links.get(keyOf(end, toType))?.latest ?? [];
  }

  find(from: End, to: End): SimLink | undefined {
    return this.latest(from, to.type).find((link) => link.toId === to.id);
  }

  /** Sets the pair at both ends. */
  put(atMs: number, pair: { readonly from: End; readonly to: End; readonly isPrimary: boolean }): void {
    this.#putHalf(atMs, pair.from, { toType: pair.to.type, toId: pair.to.id, isPrimary: pair.isPrimary });
    this.#putHalf(atMs, pair.to, { toType: pair.from.type, toId: pair.from.id, isPrimary: pair.isPrimary });
  }

  remove(atMs: number, from: End, to: End): void {
    this.#removeHalf(atMs, from, to);
    this.#removeHalf(atMs, to, from);
  }

  removeAll(atMs: number, end: End): void {
    for (const toType of SIM_TYPES) {
      for (const link of this.latest(end, toType)) this.remove(atMs, end, { type: link.toType, id: link.toId });
    }
  }

  #putHalf(atMs: number, end: End, link: SimLink): void {
    const others = this.latest(end, link.toType).filter((other) => other.toId !== link.toId);
    const last = others.at(-1);
    const links = [...others, link];
    const isInOrder = last === undefined || compareIds(last.toId, link.toId) < 0;
    this.#set(atMs, keyOf(end, link.toType), isInOrder ? links : links.sort((a, b) => compareIds(a.toId, b.toId)));
  }

  #removeHalf(atMs: number, end: End, other: End): void {
    const links = this.latest(end, other.type).filter((link) => link.toId !== other.id);
    this.#set(atMs, keyOf(end, other.type), links);
  }

  #set(atMs: number, key: string, links: readonly SimLink[]): void {
    let timeline = this.#links.get(key);
    if (timeline === undefined) {
      timeline = new Timeline<readonly SimLink[]>();
      this.#links.set(key, timeline);
    }
    timeline.set(atMs, links);
  }
}

function keyOf(end: End, toType: SimType): string {
  return `${end.type}:${end.id}:${toType}`;
}
