import type { ObjectType } from "../domain/hubspot-object.ts";
import { RetryableError } from "../sync/errors.ts";
import type { HubSpotReader, ReadApart, RecordStore } from "../sync/ports.ts";
import type { SyncPorts } from "../sync/run.ts";

/** The part of Lambda's context that is used. */
export interface InvocationClock {
  readonly getRemainingTimeInMillis: () => number;
}

/**
 * Until which part of the time there is something may be begun. Contacts and deals are read first: what they leave, the
 * companies that they need have to be read in, or nothing of what was read could be applied.
 *
 * ```text
 * 0 s                            60 s          84 s      96 s     108 s    120 s
 * │ contacts, deals               │ companies   │ what    │ records │ what is not done
 * │ and their companies are read  │ are read    │ follows │ written │ is handed back
 * ```
 */
const SHARES = { contact: 0.5, deal: 0.5, company: 0.7, dependants: 0.8, records: 0.9 } as const;

/**
 * Lets work begin only while there is time for it: what Lambda cuts off is repeated as a whole and ends in the dead
 * letters, what is handed back goes on where it stopped. The queue is not limited, for it takes what is handed back.
 *
 * @returns ports that throw `RetryableError` `timeUp` when the time of a step is over; a read that cannot be finished sets
 *   the rest aside with it and answers what it has
 */
export function limitTime(ports: SyncPorts, { getRemainingTimeInMillis }: InvocationClock): SyncPorts {
  const { clock, hubspot, store } = ports;
  const startedAtMs = clock.now();
  const totalMs = getRemainingTimeInMillis();
  const leftMs = (share: number): number => startedAtMs + totalMs * share - clock.now();
  const check = (): void => {
    if (leftMs(SHARES.records) <= 0) throw new RetryableError("the time of this run is used up", { code: "timeUp" });
  };
  return { ...ports, hubspot: limitReads(hubspot, leftMs), store: limitStore(store, check) };
}

function limitReads(hubspot: HubSpotReader, leftMs: (share: number) => number): HubSpotReader {
  const limit = (apart: ReadApart | undefined, what: ObjectType | "dependants"): ReadApart | undefined =>
    apart && { ...apart, leftMs: () => leftMs(SHARES[what]) };
  return {
    ...hubspot,
    readObjects: (type, ids, apart) => hubspot.readObjects(type, ids, limit(apart, type)),
    readCompanyLinks: (type, ids, apart) => hubspot.readCompanyLinks(type, ids, limit(apart, type)),
    readDependantIds: (type, ids, apart) => hubspot.readDependantIds(type, ids, limit(apart, "dependants")),
  };
}

function limitStore(store: RecordStore, check: () => void): RecordStore {
  const limit =
    <A extends readonly unknown[], R>(call: (...asked: A) => Promise<R>) =>
    async (...asked: A): Promise<R> => {
      check();
      return call(...asked);
    };
  return {
    readCustomers: limit(store.readCustomers),
    readProjects: limit(store.readProjects),
    readContacts: limit(store.readContacts),
    readTombstone: limit(store.readTombstone),
    write: limit(store.write),
    reserveNumber: limit(store.reserveNumber),
    handOver: limit(store.handOver),
    releaseNumber: limit(store.releaseNumber),
    listReservations: limit(store.listReservations),
    readDependantIds: limit(store.readDependantIds),
    readAbsorbedContactIds: limit(store.readAbsorbedContactIds),
    listCustomers: limit(store.listCustomers),
    listProjects: limit(store.listProjects),
    listContactPersons: limit(store.listContactPersons),
  };
}
