import type { End, LinkTable } from "./link-table.ts";
import { SIM_TYPES, type SimType } from "./object-type.ts";
import type { SimObject } from "./portal-source.ts";

const MERGED_IDS = "hs_merged_object_ids";

/** The survivor's properties: the primary record's values win, its gaps are filled from the others in order. */
export function mergeProperties(
  parts: readonly SimObject[],
  survivorId: string,
): { readonly properties: Readonly<Record<string, string>>; readonly moved: number } {
  const properties: Record<string, string> = {};
  for (const part of parts) {
    for (const [name, value] of Object.entries(part.properties)) properties[name] ??= value;
  }
  const own = Object.keys(parts[0]?.properties ?? {}).filter((name) => name !== MERGED_IDS);
  delete properties[MERGED_IDS];
  const moved = Object.keys(properties).length - own.length;
  properties[MERGED_IDS] = absorbedIds(parts, survivorId).join(";");
  return { properties, moved };
}

/** Fact: `;`-separated, with the ids that earlier merges of a chain absorbed. */
function absorbedIds(parts: readonly SimObject[], survivorId: string): readonly string[] {
  const ids = parts.flatMap((part) => [part.id, ...(part.properties[MERGED_IDS] ?? "").split(";")]);
  return [...new Set(ids)].filter((id) => id !== "" && id !== survivorId);
}

/**
 * Moves the associations of all parts to the survivor. A contact or deal keeps one primary company, the first part's;
 * contacts and deals of merged companies keep theirs.
 */
export function mergeLinks(
  links: LinkTable,
  merge: {
    readonly type: SimType;
    readonly atMs: number;
    readonly survivorId: string;
    readonly partIds: readonly string[];
  },
): void {
  const { type, atMs, partIds } = merge;
  const survivor: End = { type, id: merge.survivorId };
  const isPrimaryTo = new Map<string, { readonly to: End; readonly isPrimary: boolean }>();
  let hasPrimary = false;
  for (const part of partIds) {
    for (const link of SIM_TYPES.flatMap((toType) => links.latest({ type, id: part }, toType))) {
      const to: End = { type: link.toType, id: link.toId };
      const isPrimary: boolean = link.isPrimary && (type === "company" || !hasPrimary);
      hasPrimary ||= isPrimary;
      const key = `${to.type}:${to.id}`;
      isPrimaryTo.set(key, { to, isPrimary: isPrimary || isPrimaryTo.get(key)?.isPrimary === true });
    }
  }
  for (const id of partIds) links.removeAll(atMs, { type, id });
  for (const { to, isPrimary } of isPrimaryTo.values()) links.put(atMs, { from: survivor, to, isPrimary });
}
