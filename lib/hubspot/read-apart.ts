import pMap from "p-map";
import { isOutage, NonRetryableError, RetryableError } from "../sync/errors.ts";
import type { FailureCode } from "../sync/errors.ts";
import type { ReadApart } from "../sync/ports.ts";
import { badAnswer } from "./crm-clients.ts";
import { CALLS_IN_FLIGHT, chunkDistinct } from "./request-chunks.ts";

/** What one read answers: what it found by id, and why it could not read the others. */
export interface PartRead<A> {
  readonly found: ReadonlyMap<string, A>;
  readonly unread: ReadonlyMap<string, unknown>;
}

/** One read of a part. Throws what is wrong with no one object in particular. */
type ReadPart<A> = (ids: readonly string[]) => Promise<PartRead<A>>;

/** What a read of several parts has divided so far. */
interface Division {
  readonly apart: ReadApart;
  /** Parts of parts that could be read. */
  answered: number;
  /** Divisions of which no half could be read. */
  fruitless: number;
}

/** Failures that one object of a call may be to blame for, and fruitless divisions that are put up with. */
const MOST_FRUITLESS: Readonly<Partial<Record<FailureCode, number>>> = {
  badAnswer: 7,
  locked: 7,
  serverError: 1,
  timeout: 1,
};

/** The same of a failure that nobody expects: it must be an object's. */
const MOST_UNEXPECTED = 7;

/**
 * Reads distinct ids, `size` a call, some calls at once. With `apart`, a part that fails is read in halves, and those
 * that fail as well in quarters, until an object that HubSpot cannot answer stands alone:
 *
 * ```text
 * 100 ids ✗ ─▶ 50 ✓  50 ✗ ─▶ 25 ✓  25 ✗ ─▶ … ─▶ 1 ✓  1 ✗        2 · log₂(100) ≈ 14 more calls
 * ```
 *
 * Where no half can be read, it is HubSpot that fails and no object, so that is tried a few times only, and once more for
 * each part that could be read. An outage is not divided.
 *
 * @throws RetryableError, NonRetryableError
 */
export async function readInParts<A>(
  ids: readonly string[],
  { size, apart }: { readonly size: number; readonly apart: ReadApart | undefined },
  readPart: ReadPart<A>,
): Promise<ReadonlyMap<string, A>> {
  const division = apart && { apart, answered: 0, fruitless: 0 };
  const readOne = (part: readonly string[]): Promise<PartRead<A>> =>
    division ? readDividing(part, division, readPart) : readPart(part);
  const { found, unread } = joinReads(await pMap(chunkDistinct(ids, size), readOne, CALLS_IN_FLIGHT));
  for (const [id, error] of unread) {
    if (apart === undefined) throw error;
    apart.setAside(id, error);
  }
  return found;
}

async function readDividing<A>(
  ids: readonly string[],
  division: Division,
  readPart: ReadPart<A>,
): Promise<PartRead<A>> {
  const tried = await tryPart(ids, readPart);
  if ("read" in tried) return tried.read;
  if (ids.length > 1 && mayDivide(division, tried.error)) return divide(ids, division, readPart);
  // Not HubSpot's failure: other parts have been read.
  if (tried.error instanceof RetryableError && tried.error.code === "timeUp") return settleUnread(tried);
  throw tried.error;
}

function mayDivide({ apart, answered, fruitless }: Division, error: unknown): boolean {
  const isOurs = error instanceof RetryableError || error instanceof NonRetryableError;
  const most = isOurs ? MOST_FRUITLESS[error.code] : MOST_UNEXPECTED;
  if (most === undefined || (isOutage(error) && !apart.isOverdue())) return false;
  return fruitless < most + answered;
}

/** Reads both halves before it looks at either: whether one can be read tells what to make of the other. */
async function divide<A>(ids: readonly string[], division: Division, readPart: ReadPart<A>): Promise<PartRead<A>> {
  const middle = Math.ceil(ids.length / 2);
  const tried = await Promise.all([ids.slice(0, middle), ids.slice(middle)].map((half) => tryPart(half, readPart)));
  const answered = tried.filter((half) => "read" in half).length;
  division.answered += answered;
  if (answered === 0) division.fruitless += 1;
  const settle = async (half: Tried<A>): Promise<PartRead<A>> =>
    "read" in half ? half.read : settleFailed(half, division, readPart);
  return joinReads(await Promise.all(tried.map(settle)));
}

interface FailedPart {
  readonly ids: readonly string[];
  readonly error: unknown;
}

type Tried<A> = { readonly read: PartRead<A> } | FailedPart;

async function tryPart<A>(ids: readonly string[], readPart: ReadPart<A>): Promise<Tried<A>> {
  try {
    return { read: await readPart(ids) };
  } catch (error) {
    return { ids, error };
  }
}

async function settleFailed<A>(
  { ids, error }: FailedPart,
  division: Division,
  readPart: ReadPart<A>,
): Promise<PartRead<A>> {
  if (ids.length > 1 && mayDivide(division, error)) return divide(ids, division, readPart);
  const isBlamed = ids.length === 1 && division.answered > 0;
  return settleUnread({ ids, error: isBlamed ? blameObject(error) : error });
}

function settleUnread<A>({ ids, error }: FailedPart): PartRead<A> {
  return { found: new Map(), unread: new Map(ids.map((id) => [id, error])) };
}

/** HubSpot is there, for it answers for others: what looks like an outage is this object's own failure. */
function blameObject(error: unknown): unknown {
  return isOutage(error) && error.code in MOST_FRUITLESS
    ? badAnswer(`${error.message}, for this object and not for others`)
    : error;
}

/** Several reads of different ids as one. */
export function joinReads<A>(parts: readonly PartRead<A>[]): PartRead<A> {
  return {
    found: new Map(parts.flatMap(({ found }) => [...found])),
    unread: new Map(parts.flatMap(({ unread }) => [...unread])),
  };
}
