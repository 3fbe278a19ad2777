import { OBJECT_TYPES } from "../domain/hubspot-object.ts";
import { RECORD_STATES } from "../domain/record.ts";
import { mapConcurrently } from "./run.ts";
import type { RecordState, SyncRecord } from "../domain/record.ts";
import type { Pass, PassStore } from "./pass-ports.ts";
import type { ChangeQueue, ListQuery, Page, QueueDepth, RecordStore } from "./ports.ts";

/** What the health needs to see. */
export interface HealthPorts {
  readonly store: Pick<RecordStore, "listCustomers" | "listProjects" | "listContactPersons">;
  readonly queue: Pick<ChangeQueue, "readDepth">;
  readonly deadLetters: Pick<ChangeQueue, "readDepth">;
  readonly passes: Pick<PassStore<unknown, unknown>, "listPasses" | "readLastEvent">;
}

/** The lists that are counted. */
export type RecordList = "customers" | "contactPersons" | "projects";

/** Records of one list in one state. */
export type StateCounts = Readonly<Record<RecordState, number>>;

/** How things stand, for an admin's first look. */
export interface Health {
  /** A count of {@link MOST_COUNTED} means that many or more. */
  readonly counts: Readonly<Record<RecordList, StateCounts>>;
  readonly excluded: readonly SyncRecord[];
  readonly failing: readonly SyncRecord[];
  readonly lastEventAtMs?: number;
  /** The newest one of all types that was no dry run: what was only tried says nothing of whether all is right. */
  readonly lastPass?: Pass;
  /** The newest one of some types, if it is newer: it says nothing of the others. */
  readonly lastPartialPass?: Pass;
  readonly queue: QueueDepth;
  readonly deadLetters: QueueDepth;
}

/** Records of one state that are counted; keeps the cost of a look in bounds however large the portal is. */
export const MOST_COUNTED = 500;

/** Excluded and failing records that are named, for each list. */
export const MOST_NAMED = 50;

/**
 * Counts records by state and gathers what an admin asks first.
 *
 * @throws RetryableError when the store or a queue fails
 */
export async function readHealth({ store, queue, deadLetters, passes }: HealthPorts): Promise<Health> {
  const [customers, contactPersons, projects, depth, deadDepth, lastEventAtMs, lastPasses] = await Promise.all([
    countStates(store.listCustomers),
    countStates(store.listContactPersons),
    countStates(store.listProjects),
    queue.readDepth(),
    deadLetters.readDepth(),
    passes.readLastEvent(),
    findLastPasses(passes),
  ]);
  const named = (state: RecordState) =>
    [customers, contactPersons, projects].flatMap(({ records }) => (records.get(state) ?? []).slice(0, MOST_NAMED));
  return {
    counts: { customers: customers.counts, contactPersons: contactPersons.counts, projects: projects.counts },
    excluded: named("excluded"),
    failing: named("failing"),
    queue: depth,
    deadLetters: deadDepth,
    ...(lastEventAtMs !== undefined && { lastEventAtMs }),
    ...lastPasses,
  };
}

/** Passes that are read at once; rarely were more than these tried or partial since the last one. */
const PASSES_AT_ONCE = 10;

async function findLastPasses(passes: HealthPorts["passes"]): Promise<Pick<Health, "lastPass" | "lastPartialPass">> {
  let lastPartialPass: Pass | undefined;
  let cursor: string | undefined;
  do {
    const page = await passes.listPasses({ limit: PASSES_AT_ONCE, ...(cursor !== undefined && { cursor }) });
    for (const pass of page.items) {
      if (pass.isDryRun) continue;
      if (pass.types.length === OBJECT_TYPES.length)
        return { lastPass: pass, ...(lastPartialPass && { lastPartialPass }) };
      lastPartialPass ??= pass;
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { ...(lastPartialPass && { lastPartialPass }) };
}

interface Counted {
  readonly counts: StateCounts;
  readonly records: ReadonlyMap<RecordState, readonly SyncRecord[]>;
}

/** A few states at once: eight small queries are fine, a throttled table is not. */
const STATES_AT_ONCE = 3;

async function countStates(list: (query: ListQuery) => Promise<Page<SyncRecord>>): Promise<Counted> {
  const pages = await mapConcurrently(
    RECORD_STATES,
    async (state) => [state, (await list({ state, limit: MOST_COUNTED })).items] as const,
    STATES_AT_ONCE,
  );
  const records = new Map(pages);
  const count = (state: RecordState): number => records.get(state)?.length ?? 0;
  return {
    records,
    counts: {
      linked: count("linked"),
      excluded: count("excluded"),
      outOfStage: count("outOfStage"),
      waiting: count("waiting"),
      detached: count("detached"),
      deleted: count("deleted"),
      merged: count("merged"),
      erased: count("erased"),
      failing: count("failing"),
    },
  };
}
