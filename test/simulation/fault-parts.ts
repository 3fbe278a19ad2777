import type { AppliedChange } from "../../lib/sync/apply-changes.ts";
import type { RecordStore } from "../../lib/sync/ports.ts";
import type { Run } from "../../lib/sync/run.ts";

/** Takes an outcome of this kind for done. */
export function believe({ change, outcome }: AppliedChange, kind: "failed" | "again"): AppliedChange {
  return { change, outcome: outcome.kind === kind ? { kind: "done", writes: 0 } : outcome };
}

/** A run whose store does some things another way. */
export function withStore(run: Run, spoil: (store: RecordStore) => Partial<RecordStore>): Run {
  return { ...run, store: { ...run.store, ...spoil(run.store) } };
}

/** Reads one contact person of each contact. */
export function readFirstPerson(store: RecordStore): Partial<RecordStore> {
  return {
    readContacts: async (ids) => {
      const contacts = await store.readContacts(ids);
      return new Map([...contacts].map(([id, contact]) => [id, { ...contact, persons: contact.persons.slice(0, 1) }]));
    },
  };
}

/** Takes a number from whoever has it. */
export function takeAnyNumber(store: RecordStore): Partial<RecordStore> {
  return {
    reserveNumber: async (claim) => {
      const answer = await store.reserveNumber(claim);
      return answer.kind === "taken" ? store.reserveNumber({ ...claim, takeFrom: answer.holderId }) : answer;
    },
  };
}

/** A run to which every object is missing. */
export function withoutReading(run: Run): Run {
  const { clock, hubspot } = run;
  return {
    ...run,
    hubspot: {
      ...hubspot,
      readObjects: (_type, ids) =>
        Promise.resolve(new Map(ids.map((id) => [id, { kind: "missing", readAtMs: clock.now() } as const]))),
    },
  };
}

interface Fenced {
  readonly fence: { readonly sourceUpdatedAtMs: number; readonly readAtMs: number };
}

/** What a pass decides on, as if nothing newer could be stored. */
export function forgetFence<
  I extends { readonly stored: Fenced | undefined; readonly context: { readonly cause: string } },
>(input: I): I {
  if (input.stored === undefined || input.context.cause !== "pass") return input;
  return { ...input, stored: { ...input.stored, fence: { sourceUpdatedAtMs: 0, readAtMs: 0 } } };
}
