import type { DecisionContext, Hint, Suspicion } from "../domain/decision.ts";
import type { CompanyLink, ObjectOf, ObjectType, Observation } from "../domain/hubspot-object.ts";
import type { Cause } from "../domain/record.ts";
import type { Settings } from "../domain/settings.ts";
import type { MarkStore } from "./pass-ports.ts";
import type { ChangeQueue, Clock, HubSpotReader, RecordStore, Telemetry } from "./ports.ts";

/** Everything that applying changes needs. */
export interface SyncPorts {
  readonly hubspot: HubSpotReader;
  readonly store: RecordStore;
  readonly queue: ChangeQueue;
  readonly marks: Pick<MarkStore, "readPortal">;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly settings: Settings;
}

/** The ports, and on whose behalf they are used. */
export interface Run extends SyncPorts {
  readonly cause: Cause;
  /** Whether what is applied was only listed; nothing is taken away then. */
  readonly isListed?: boolean;
}

/** What a decision rests on, besides HubSpot's answer and the store. */
export function contextOf({ settings, cause, clock, isListed = false }: Run, hint: Hint): DecisionContext {
  return { settings, hint, cause, nowMs: clock.now(), isListed };
}

/** One object as HubSpot answered it, with what the events said. */
export interface Sighting<T extends ObjectType> {
  readonly id: string;
  readonly observed: Observation<ObjectOf[T]>;
  /** Always empty for companies. */
  readonly links: readonly CompanyLink[];
  readonly hint: Hint;
}

/**
 * What became of one object.
 *
 * - `done`: the records say what HubSpot says. `writes` counts the records that changed, apart from their fence. `isHeld`:
 *   all but its number, which another record has.
 * - `again`: what was read looks old; read it once more later.
 * - `failed`: this object alone could not be applied.
 */
export type Outcome =
  | { readonly kind: "done"; readonly writes: number; readonly isHeld?: boolean }
  | { readonly kind: "again"; readonly why: Suspicion }
  | { readonly kind: "failed"; readonly error: unknown };

export type Outcomes = ReadonlyMap<string, Outcome>;

/** How many records are worked on at once. */
const CONCURRENCY = 16;

/** Runs `work` for each item, a bounded number at once, and keeps the order of the answers. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  concurrency: number = CONCURRENCY,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) results.set(index, await work(item));
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane));
  return [...results.entries()].toSorted(([left], [right]) => left - right).map(([, result]) => result);
}

/** Applies one object; what goes wrong with it stays with it. */
export async function settleOutcome(work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    return { kind: "failed", error };
  }
}

/** Cuts a list into chunks. */
export function chunk<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
