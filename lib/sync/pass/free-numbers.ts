import { addNumber, bucketOf, createNumberSums, findDifferingBuckets } from "../../domain/number-sums.ts";
import { chunk } from "../run.ts";
import type { NumberClaim, NumberKind, Page, RecordStore } from "../ports.ts";
import type { PassSession } from "./pass-session.ts";
import type { NumberSweep } from "./pass-types.ts";

type Reservation = NumberClaim & { readonly reservedAtMs: number };

/** A reservation this young may belong to a write that is under way. Milliseconds. */
const IN_FLIGHT_MS = 900_000;

/** Reservations whose holders are read together. */
const BATCH_SIZE = 100;

/** Where going through all reservations begins. */
export function startSweep(): NumberSweep {
  return { kind: "customerNumber", pages: 0, sums: createNumberSums() };
}

/**
 * Frees numbers that no record holds: a crash between a reservation and its record leaves one behind. Sums over all
 * records, made while comparing, tell in which buckets there is something to look for; only then are the reservations
 * gone through once more.
 *
 * ```
 * customer numbers: sum ──▶ free ──▶ short forms: sum ──▶ free
 *                     └──────────────▶      equal └─────────▶ done
 * ```
 *
 * @returns whether all was looked through; if not, the time was up, and the checkpoint says where it goes on
 * @throws RetryableError when the store fails; LostLeaseError
 */
export async function freeNumbers(session: PassSession): Promise<boolean> {
  let sweep: NumberSweep | undefined = session.state.sweep ?? startSweep();
  while (sweep !== undefined) {
    if (session.isTimeUp) return false;
    const { store } = session.run;
    const page: Page<Reservation> = await store.listReservations(sweep.kind, sweep.cursor);
    const freed =
      sweep.buckets === undefined ? 0 : await freeLeaked(session, { ...sweep, buckets: sweep.buckets }, page);
    // From here to the checkpoint nothing waits: what was freed and how far the sweep came belong together.
    if (freed > 0) session.add("number", { freed });
    sweep = goOn(session, sweep, page);
    if (sweep !== undefined) session.update({ sweep });
    await session.saveIfDue();
  }
  return true;
}

/** What comes after a page; undefined at the end. */
function goOn(session: PassSession, sweep: NumberSweep, page: Page<Reservation>): NumberSweep | undefined {
  const pages = sweep.pages + 1;
  const sums = [...sweep.sums];
  if (sweep.buckets === undefined) for (const reservation of page.items) addNumber(sums, reservation);
  if (page.cursor !== undefined) return { ...sweep, pages, sums, cursor: page.cursor };
  const { kind } = sweep;
  const buckets =
    sweep.buckets === undefined ? findDifferingBuckets(sums, session.state.numbers[kind]) : new Set<number>();
  if (buckets.size > 0) return { kind, pages, sums, buckets: [...buckets] };
  return kind === "customerNumber" ? { kind: "shortForm", pages, sums: createNumberSums() } : undefined;
}

async function freeLeaked(
  session: PassSession,
  { kind, buckets }: { readonly kind: NumberKind; readonly buckets: readonly number[] },
  page: Page<Reservation>,
): Promise<number> {
  const { store, clock } = session.run;
  const reservedUntilMs = clock.now() - IN_FLIGHT_MS;
  const doubtful = page.items.filter(
    ({ number, reservedAtMs }) => buckets.includes(bucketOf(number)) && reservedAtMs <= reservedUntilMs,
  );
  let freed = 0;
  for (const batch of chunk(doubtful, BATCH_SIZE)) {
    const leaked = await findLeaked(store, kind, batch);
    for (const claim of leaked) await store.releaseNumber({ ...claim, reservedUntilMs });
    freed += leaked.length;
  }
  return freed;
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
