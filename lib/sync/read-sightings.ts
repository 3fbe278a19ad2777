import { coalesceChanges } from "../domain/coalesce-changes.ts";
import type { Change } from "../domain/change.ts";
import type { CompanyLink, ObjectType } from "../domain/hubspot-object.ts";
import type { ObservedLinks } from "./ports.ts";
import type { Run, Sighting } from "./run.ts";

/** What HubSpot answered for changed objects of one type, or why it did not answer. */
export type Sightings<T extends ObjectType> =
  | { readonly kind: "read"; readonly sightings: readonly Sighting<T>[] }
  | { readonly kind: "failed"; readonly ids: readonly string[]; readonly error: unknown };

/**
 * Reads each changed object once, and its companies; where an answer shows that an object was absorbed by a merge, its
 * survivor as well. One failed call fails the objects of that type and no others.
 */
export async function readSightings<T extends ObjectType>(
  run: Pick<Run, "hubspot">,
  type: T,
  changes: readonly Change[],
): Promise<Sightings<T>> {
  const ids = changes.map(({ id }) => id);
  try {
    const sightings = await readOnce(run, type, changes);
    const survivors = findSurvivors(type, sightings);
    if (survivors.length === 0) return { kind: "read", sightings };
    const joined = coalesceChanges([...changes, ...survivors]);
    const unread = joined.filter(({ id }) => !ids.includes(id));
    const read = unread.length === 0 ? [] : await readOnce(run, type, unread);
    const hints = new Map(joined.map((change) => [change.id, change]));
    const all = [...sightings, ...read];
    return { kind: "read", sightings: all.map((seen) => ({ ...seen, hint: hints.get(seen.id) ?? seen.hint })) };
  } catch (error) {
    return { kind: "failed", ids, error };
  }
}

async function readOnce<T extends ObjectType>(
  run: Pick<Run, "hubspot">,
  type: T,
  changes: readonly Change[],
): Promise<readonly Sighting<T>[]> {
  const ids = changes.map(({ id }) => id);
  if (ids.length === 0) return [];
  const links = await readLinks(run, type, ids);
  const objects = await run.hubspot.readObjects(type, ids);
  return changes.flatMap((hint) => {
    const observed = objects.get(hint.id);
    const own = links.get(hint.id);
    if (observed === undefined) return [];
    const readAtMs = Math.min(observed.readAtMs, own?.readAtMs ?? observed.readAtMs);
    const companies: readonly CompanyLink[] = own?.links ?? [];
    return [{ id: hint.id, observed: { ...observed, readAtMs }, links: companies, hint }];
  });
}

function readLinks(
  run: Pick<Run, "hubspot">,
  type: ObjectType,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ObservedLinks>> {
  return type === "company" ? Promise.resolve(new Map()) : run.hubspot.readCompanyLinks(type, ids);
}

/** A change for each survivor that reads have named, with the ids it absorbed. */
function findSurvivors<T extends ObjectType>(type: T, sightings: readonly Sighting<T>[]): readonly Change[] {
  return sightings.flatMap(({ id, observed, hint }) =>
    observed.kind === "absorbed"
      ? [
          {
            type,
            id: observed.survivorId,
            at: { merged: observed.readAtMs },
            absorbs: [id],
            looks: hint.looks,
            failures: 0,
            ...(hint.origin && { origin: hint.origin }),
          },
        ]
      : [],
  );
}
