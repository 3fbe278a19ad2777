import { commitRecord } from "./commit-record.ts";
import { wakeHeldRecord } from "./wake-held-record.ts";
import { shortenValue } from "../domain/field-changes.ts";
import type { EditRefusal, LocalChange } from "../domain/local-edit.ts";
import type { Customer, HistoryEntry, Project } from "../domain/record.ts";
import type { Holder } from "./commit-record.ts";
import type { NumberKind } from "./ports.ts";
import type { Run } from "./run.ts";

/** Why an admin's change is not made; nothing was written then. */
export type LocalRefusal =
  | EditRefusal
  | { readonly code: "notFound" }
  | { readonly code: "revisionChanged"; readonly revision: number }
  | ({ readonly code: "numberTaken" } & Holder);

/** The record as it is stored now, or the refusal. */
export type LocalOutcome<R> =
  | { readonly kind: "done"; readonly record: R }
  | { readonly kind: "refused"; readonly refusal: LocalRefusal };

/** What to change on which record. */
export interface LocalWrite<R extends Customer | Project> {
  readonly id: string;
  /** The revision that the admin has seen; any when absent. */
  readonly expectedRevision?: number | undefined;
  readonly change: (stored: R) => LocalChange<R>;
}

/** How the records of one kind are read and numbered. */
export interface NumberedKind<R extends Customer | Project> {
  readonly numberKind: NumberKind;
  readonly read: (id: string) => Promise<R | undefined>;
  readonly numberOf: (record: R | undefined) => {
    readonly number: string | undefined;
    readonly name: string | undefined;
  };
}

/** Customers, and their customer numbers. */
export function describeCustomers({ store }: Pick<Run, "store">): NumberedKind<Customer> {
  return {
    numberKind: "customerNumber",
    read: async (id) => (await store.readCustomers([id])).get(id),
    numberOf: (record) => ({ number: record?.customerNumber, name: record?.fields?.name }),
  };
}

/** Projects, and their short forms. */
export function describeProjects({ store }: Pick<Run, "store">): NumberedKind<Project> {
  return {
    numberKind: "shortForm",
    read: async (id) => (await store.readProjects([id])).get(id),
    numberOf: (record) => ({ number: record?.shortForm, name: record?.fields?.description }),
  };
}

/**
 * Makes an admin's change to one record, decided anew whenever another writer was faster.
 *
 * @throws RetryableError when the store fails, or the record stays contended
 */
export async function writeLocally<R extends Customer | Project>(
  run: Run,
  kind: NumberedKind<R>,
  local: LocalWrite<R>,
): Promise<LocalOutcome<R>> {
  const last: { refusal?: LocalRefusal } = {};
  const refuse = (refusal: LocalRefusal) => {
    last.refusal = refusal;
    return { kind: "keep" } as const;
  };
  const decide = (stored: R | undefined) => {
    delete last.refusal;
    if (stored === undefined) return refuse({ code: "notFound" });
    const { expectedRevision = stored.revision } = local;
    if (expectedRevision !== stored.revision) return refuse({ code: "revisionChanged", revision: stored.revision });
    const change = local.change(stored);
    if (change.kind === "refused") return refuse(change.refusal);
    if (change.kind === "unchanged") return { kind: "keep" } as const;
    return { kind: "write", record: change.record, isTouch: false } as const;
  };
  const committing = {
    ...kind,
    id: local.id,
    decide: (stored: R | undefined) => Promise.resolve({ decision: decide(stored) }),
    hold: (_stored: R | undefined, holder: Holder) => refuse({ code: "numberTaken", ...holder }),
  };
  const { record } = await commitRecord(run, committing, await kind.read(local.id));
  if (last.refusal !== undefined) return { kind: "refused", refusal: last.refusal };
  return record === undefined ? { kind: "refused", refusal: { code: "notFound" } } : { kind: "done", record };
}

/**
 * Gives back the number that a record had before its present one, and wakes the record that waits for it. The history
 * tells which number that was, so a crash after the write is mended by sending the same change again:
 *
 * ```
 * reserve new ─▶ write record ─▶ release old ─▶ wake whoever waits for it
 * ```
 *
 * A reservation that is younger than the write belongs to a later change back, and stays.
 *
 * @param formerNumber the number before, where the caller has seen it; history cuts long ones
 * @throws RetryableError when the store or the queue fails
 */
export async function releaseFormerNumber<R extends Customer | Project>(
  run: Run,
  { numberKind, numberOf }: NumberedKind<R>,
  { record, formerNumber }: { readonly record: R; readonly formerNumber: string | undefined },
): Promise<void> {
  const { number: current } = numberOf(record);
  const entry = findNumberChange(record.history, numberKind, current);
  const number = formerNumber === undefined || formerNumber === current ? entry?.from : formerNumber;
  if (entry === undefined || number === undefined || number === current) return;
  const holderId = record.type === "customer" ? record.companyId : record.dealId;
  await run.store.releaseNumber({ kind: numberKind, number, holderId, reservedUntilMs: entry.atMs });
  await wakeHeldRecord(run, numberKind, number);
}

function findNumberChange(history: readonly HistoryEntry[], field: NumberKind, current: string | undefined) {
  const shown = current === undefined ? undefined : shortenValue(current);
  for (const { atMs, fields } of history) {
    const change = fields.find((candidate) => candidate.field === field);
    if (change !== undefined) return change.to === shown ? { atMs, from: change.from } : undefined;
  }
  return undefined;
}
