import { addNumber, bucketOf, createNumberSums, findDifferingBuckets } from "../../domain/number-sums.ts";
import { chunk } from "../run.ts";
import type { NumberClaim, NumberKind, RecordStore } from "../ports.ts";
import type { PassSession } from "./pass-session.ts";

type Reservation = NumberClaim & { readonly reservedAtMs: number };

/** A reservation this young may belong to a write that is under way. Milliseconds. */
const IN_FLIGHT_MS = 900_000;

/** Reservations whose holders are read together. */
const BATCH_SIZE = 100;

/**
 * Frees numbers that no record holds: a crash between a reservation and its record leaves one behind. Sums over all
 * records, made while comparing, tell in which buckets there is something to look for.
 *
 * @returns whether all was looked through; if not, the time was up
 * @throws RetryableError when the store fails
 */
export async function freeNumbers(session: PassSession): Promise<boolean> {
  for (const kind of ["customerNumber", "shortForm"] as const) {
    const sums = createNumberSums();
    for await (const page of listReservations(session.run.store, kind)) {
      if (session.isTimeUp) return false;
      for (const reservation of page) addNumber(sums, reservation);
    }
    const differing = findDifferingBuckets(sums, session.state.numbers[kind]);
    if (differing.size > 0 && !(await freeBuckets(session, kind, differing))) return false;
  }
  return true;
}

async function freeBuckets(session: PassSession, kind: NumberKind, buckets: ReadonlySet<number>): Promise<boolean> {
  const { store, clock } = session.run;
  const reservedUntilMs = clock.now() - IN_FLIGHT_MS;
  for await (const page of listReservations(store, kind)) {
    if (session.isTimeUp) return false;
    const doubtful = page.filter(
      ({ number, reservedAtMs }) => buckets.has(bucketOf(number)) && reservedAtMs <= reservedUntilMs,
    );
    for (const batch of chunk(doubtful, BATCH_SIZE)) {
      const leaked = await findLeaked(store, kind, batch);
      for (const claim of leaked) await store.releaseNumber({ ...claim, reservedUntilMs });
      if (leaked.length > 0) session.add("number", { freed: leaked.length });
    }
  }
  return true;
}

async function findLeaked(
  store: RecordStore,
  kind: NumberKind,
  claims: readonly Reservation[],
): Promise<readonly Reservation[]> {
  const ids = [...new Set(claims.map(({ holderId }) => holderId))];
  const held =
    kind === "customerNumber"
      ? new Map([...(await store.readCustomers(ids))].map(([id, { customerNumber }]) => [id, customerNumber]))
      : new Map([...(await store.readProjects(ids))].map(([id, { shortForm }]) => [id, shortForm]));
  return claims.filter(({ number, holderId }) => held.get(holderId) !== number);
}

async function* listReservations(
  store: Pick<RecordStore, "listReservations">,
  kind: NumberKind,
): AsyncGenerator<readonly Reservation[], void, void> {
  let cursor: string | undefined;
  do {
    const page = await store.listReservations(kind, cursor);
    yield page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
