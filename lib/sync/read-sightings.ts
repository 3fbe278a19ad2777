import { coalesceChanges } from "../domain/coalesce-changes.ts";
import type { Change } from "../domain/change.ts";
import type { ObjectType } from "../domain/hubspot-object.ts";
import type { ObservedLinks, ReadApart } from "./ports.ts";
import type { Outcome, Outcomes, Run, Sighting } from "./run.ts";

/** What HubSpot answered for changed objects of one type. */
export interface Sightings<T extends ObjectType> {
  readonly sightings: readonly Sighting<T>[];
  /** The objects that it did not answer for, each with its failure. */
  readonly unread: Outcomes;
}

/** Changes that have waited for so long have been tried before. Milliseconds. */
const OVERDUE_MS = 60_000;

/**
 * Reads each changed object once, and its companies; where an answer shows that an object was absorbed by a merge, its
 * survivor as well. What HubSpot cannot answer for one object fails that object, an outage the objects of that type.
 */
export async function readSightings<T extends ObjectType>(
  run: Pick<Run, "hubspot" | "clock">,
  type: T,
  changes: readonly Change[],
): Promise<Sightings<T>> {
  const first = await readOnce(run, type, changes);
  const survivors = findSurvivors(type, first.sightings);
  if (survivors.length === 0) return first;
  const joined = coalesceChanges([...changes, ...survivors]);
  const ids = new Set(changes.map(({ id }) => id));
  const second = await readOnce(
    run,
    type,
    joined.filter(({ id }) => !ids.has(id)),
  );
  const hints = new Map(joined.map((change) => [change.id, change]));
  const all = [...first.sightings, ...second.sightings];
  const unread = new Map([...first.unread, ...second.unread]);
  return holdAbsorbed({ sightings: all.map((seen) => ({ ...seen, hint: hints.get(seen.id) ?? seen.hint })), unread });
}

/** What was absorbed shares the failure of its survivor: nothing is emptied before it is handed over. */
function holdAbsorbed<T extends ObjectType>({ sightings, unread }: Sightings<T>): Sightings<T> {
  const failures = sightings.flatMap(({ id, observed }) => {
    const failure = observed.kind === "absorbed" ? unread.get(observed.survivorId) : undefined;
    return failure === undefined ? [] : [[id, failure] as const];
  });
  const held = new Map(failures);
  return { sightings: sightings.filter(({ id }) => !held.has(id)), unread: new Map([...unread, ...held]) };
}

async function readOnce<T extends ObjectType>(
  run: Pick<Run, "hubspot" | "clock">,
  type: T,
  changes: readonly Change[],
): Promise<Sightings<T>> {
  const unread = new Map<string, Outcome>();
  const setAside = (id: string, error: unknown): void => void unread.set(id, { kind: "failed", error });
  const apart = { setAside, isOverdue: () => isOverdue(run, changes) };
  const listLeft = (): readonly string[] => changes.map(({ id }) => id).filter((id) => !unread.has(id));
  try {
    const links = await readLinks(run, type, { ids: listLeft(), apart });
    const ids = listLeft();
    const objects = ids.length === 0 ? new Map() : await run.hubspot.readObjects(type, ids, apart);
    return {
      sightings: changes.flatMap((hint) => joinSighting(hint, objects.get(hint.id), links.get(hint.id))),
      unread,
    };
  } catch (error) {
    for (const id of listLeft()) setAside(id, error);
    return { sightings: [], unread };
  }
}

function isOverdue({ clock }: Pick<Run, "clock">, changes: readonly Change[]): boolean {
  const nowMs = clock.now();
  return changes.some(({ origin }) => origin !== undefined && nowMs - origin.receivedAtMs > OVERDUE_MS);
}

function joinSighting<T extends ObjectType>(
  hint: Change,
  observed: Sighting<T>["observed"] | undefined,
  own: ObservedLinks | undefined,
): readonly Sighting<T>[] {
  if (observed === undefined) return [];
  const readAtMs = Math.min(observed.readAtMs, own?.readAtMs ?? observed.readAtMs);
  return [{ id: hint.id, observed: { ...observed, readAtMs }, links: own?.links ?? [], hint }];
}

function readLinks(
  run: Pick<Run, "hubspot">,
  type: ObjectType,
  { ids, apart }: { readonly ids: readonly string[]; readonly apart: ReadApart },
): Promise<ReadonlyMap<string, ObservedLinks>> {
  const hasLinks = type !== "company" && ids.length > 0;
  return hasLinks ? run.hubspot.readCompanyLinks(type, ids, apart) : Promise.resolve(new Map());
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
