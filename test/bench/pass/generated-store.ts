import type { SimType } from "../../../infra/local/hubspot-simulator/object-type.ts";
import type { Customer, Project } from "../../../lib/domain/record.ts";
import type { NumberClaim, NumberKind, Page, RecordStore, RecordStreams } from "../../../lib/sync/ports.ts";
import { present, streamGenerated, type GeneratedRecords } from "./generated-records.ts";

/** Reservations of a page, as many as the table's. */
const PAGE_SIZE = 500;

const WRITTEN_AT_MS = Date.UTC(2026, 5, 1);

const refuse = (what: string) => (): Promise<never> =>
  Promise.reject(new Error(`${what} although everything is as it should be`));

/** A record store and its streams that hold nothing: every answer is computed. Whoever writes to it fails. */
export function createGeneratedStore(records: GeneratedRecords): RecordStore & RecordStreams {
  return {
    ...streamGenerated(records),
    readCustomers: async (ids) =>
      new Map(ids.flatMap((id) => present(records.customer(id)).map((found) => [id, found] as const))),
    readProjects: async (ids) =>
      new Map(ids.flatMap((id) => present(records.project(id)).map((found) => [id, found] as const))),
    readContacts: async (ids) => new Map(ids.map((id) => [id, { persons: records.contactPersons(id) }])),
    readTombstone: () => Promise.resolve(undefined),
    listReservations: async (kind, cursor) => listGenerated(records, kind, cursor),
    write: refuse("a record is written"),
    reserveNumber: refuse("a number is reserved"),
    handOver: refuse("a number changes hands"),
    releaseNumber: refuse("a number is released"),
    readDependantIds: refuse("dependants are looked for"),
    readAbsorbedContactIds: refuse("absorbed contacts are looked for"),
    listCustomers: refuse("customers are listed"),
    listProjects: refuse("projects are listed"),
    listContactPersons: refuse("contact persons are listed"),
  };
}

/** Whose numbers they are. */
export const HOLDERS = { customerNumber: "company", shortForm: "deal" } as const satisfies Record<NumberKind, SimType>;

/** The number that an object's record holds. */
export function numberOf(records: GeneratedRecords, kind: NumberKind, holderId: string): string | undefined {
  const holder: Customer | Project | undefined =
    kind === "customerNumber" ? records.customer(holderId) : records.project(holderId);
  return holder?.type === "customer" ? holder.customerNumber : holder?.shortForm;
}

function listGenerated(
  records: GeneratedRecords,
  kind: NumberKind,
  cursor: string | undefined,
): Page<NumberClaim & { readonly reservedAtMs: number }> {
  const items: (NumberClaim & { readonly reservedAtMs: number })[] = [];
  for (const holderId of records.idsAfter(HOLDERS[kind], cursor)) {
    const number = numberOf(records, kind, holderId);
    if (number !== undefined) items.push({ kind, number, holderId, reservedAtMs: WRITTEN_AT_MS });
    if (items.length === PAGE_SIZE) return { items, cursor: holderId };
  }
  return { items };
}
