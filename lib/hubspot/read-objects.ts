import pMap from "p-map";
import type { ObjectOf, ObjectType, Observation } from "../domain/hubspot-object.ts";
import { isOutage } from "../sync/errors.ts";
import type { Clock, ReadApart } from "../sync/ports.ts";
import { badAnswer, callExisting, callOrMissing } from "./crm-clients.ts";
import type { CrmClients } from "./crm-clients.ts";
import { readId, readMergedIds, readUpdatedAt } from "./object-mapping.ts";
import type { ObjectMapping, WireObject } from "./object-mapping.ts";
import { PATH_NAMES } from "./object-types.ts";
import { listReadProperties } from "./properties.ts";
import { blameNamed } from "./partial-answer.ts";
import { joinReads, readInParts } from "./read-apart.ts";
import type { PartRead } from "./read-apart.ts";
import { CALLS_IN_FLIGHT } from "./request-chunks.ts";

/** HubSpot's limit of one batch read. */
const BATCH_SIZE = 100;

/** What reading objects needs. */
export interface ObjectReading {
  readonly clients: CrmClients;
  readonly clock: Clock;
  readonly mapping: ObjectMapping;
  readonly exclusionProperty: string;
  /** Without it, one object that cannot be read fails all that are read with it. */
  readonly apart?: ReadApart | undefined;
}

type Observed<T extends ObjectType> = Observation<ObjectOf[T]>;

/**
 * Reads objects by id, a hundred a call, and tells of each id whether it is live, archived, absorbed or missing. An
 * answer may hold fewer objects than asked for and others than asked for, so nothing is concluded from its order.
 *
 * @throws RetryableError, NonRetryableError
 */
export async function readObjects<T extends ObjectType>(
  reading: ObjectReading,
  type: T,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Observed<T>>> {
  return readInParts(ids, { size: BATCH_SIZE, apart: reading.apart }, (part) => readChunk(reading, type, part));
}

async function readChunk<T extends ObjectType>(
  reading: ObjectReading,
  type: T,
  ids: readonly string[],
): Promise<PartRead<Observed<T>>> {
  const readAtMs = reading.clock.now();
  const { found, unread, survivors, hasStandIns } = await readLive(reading, type, { ids, readAtMs });
  const absent = ids.filter((id) => !found.has(id) && !unread.has(id));
  for (const id of absent) {
    const survivorId = survivors.get(id);
    if (survivorId !== undefined) found.set(id, { kind: "absorbed", readAtMs, survivorId });
  }
  const unresolved = absent.filter((id) => !found.has(id));
  const resolved = await resolveAbsent(reading, type, { ids: unresolved, hasStandIns, readAtMs });
  return joinReads([{ found, unread }, resolved]);
}

interface LiveRead<T extends ObjectType> extends Reads<T> {
  /** By the ids that live objects say they have absorbed. */
  readonly survivors: ReadonlyMap<string, string>;
  /** Whether an absent object may be absorbed into one that does not tell. */
  readonly hasStandIns: boolean;
}

async function readLive<T extends ObjectType>(
  reading: ObjectReading,
  type: T,
  { ids, readAtMs }: { readonly ids: readonly string[]; readonly readAtMs: number },
): Promise<LiveRead<T>> {
  const found = new Map<string, Observed<T>>();
  const survivors = new Map<string, string>();
  const batch = await readBatch(reading, type, { ids, isArchived: false });
  const unread = new Map(batch.unread);
  for (const wire of batch.results) {
    const id = readId(wire);
    // An archived object must revive nothing; the second read tells for certain.
    if (wire.archived === true) continue;
    const observe = (): Observed<T> => ({ kind: "live", readAtMs, object: reading.mapping[type](wire) });
    if (ids.includes(id)) await settle({ found, unread }, id, observe);
    if (!unread.has(id)) for (const mergedId of readMergedIds(wire)) survivors.set(mergedId, id);
  }
  // An object that nobody asked for stands for one that was asked for and is absorbed into it; one that could not be read
  // may have absorbed another as well.
  const hasStandIns = batch.results.length > found.size || unread.size > 0;
  return { found, unread, survivors, hasStandIns };
}

interface Reads<T extends ObjectType> {
  readonly found: Map<string, Observed<T>>;
  readonly unread: Map<string, unknown>;
}

/** Observes one object; what is wrong with it alone stays with it. */
async function settle<T extends ObjectType>(
  { found, unread }: Reads<T>,
  id: string,
  observe: () => Observed<T> | Promise<Observed<T>>,
): Promise<void> {
  try {
    found.set(id, await observe());
  } catch (error) {
    if (isOutage(error)) throw error;
    unread.set(id, error);
  }
}

interface Absent {
  readonly ids: readonly string[];
  readonly hasStandIns: boolean;
  readonly readAtMs: number;
}

/** Archived, absorbed without a trace in the survivor's list of merged ids, or missing. */
async function resolveAbsent<T extends ObjectType>(
  reading: ObjectReading,
  type: T,
  { ids, hasStandIns, readAtMs }: Absent,
): Promise<PartRead<Observed<T>>> {
  if (ids.length === 0) return { found: new Map(), unread: new Map() };
  const batch = await readBatch(reading, type, { ids, isArchived: true });
  const reads = { found: new Map<string, Observed<T>>(), unread: new Map(batch.unread) };
  for (const wire of batch.results) {
    const id = readId(wire);
    if (ids.includes(id)) await settle(reads, id, () => observeArchived(wire, id));
  }
  const rest = ids.filter((id) => !reads.found.has(id) && !reads.unread.has(id));
  const observeOne = (id: string): Promise<void> =>
    settle(reads, id, async () => observeSingle(hasStandIns ? await readSingle(reading, type, id) : undefined, id));
  await pMap(rest, observeOne, CALLS_IN_FLIGHT);
  return reads;

  function observeArchived(wire: WireObject, id: string): Observed<T> {
    if (wire.archived === false) throw badAnswer(`HubSpot showed a live object among archived ones (${type} ${id})`);
    return { kind: "archived", readAtMs, updatedAtMs: readUpdatedAt(wire) };
  }

  function observeSingle(wire: WireObject | undefined, id: string): Observed<T> {
    if (wire === undefined) return { kind: "missing", readAtMs };
    const answeredId = readId(wire);
    if (answeredId !== id) return { kind: "absorbed", readAtMs, survivorId: answeredId };
    if (wire.archived === true) return { kind: "archived", readAtMs, updatedAtMs: readUpdatedAt(wire) };
    return { kind: "live", readAtMs, object: reading.mapping[type](wire) };
  }
}

interface BatchRead {
  readonly results: readonly WireObject[];
  /** Objects that HubSpot says it could not read. */
  readonly unread: ReadonlyMap<string, unknown>;
}

async function readBatch(
  { clients, exclusionProperty }: ObjectReading,
  type: ObjectType,
  { ids, isArchived }: { readonly ids: readonly string[]; readonly isArchived: boolean },
): Promise<BatchRead> {
  const input = {
    inputs: ids.map((id) => ({ id })),
    properties: [...listReadProperties(type, exclusionProperty)],
    propertiesWithHistory: [],
  };
  const what = `batch read of ${PATH_NAMES[type]}`;
  const answer = await callExisting(what, () => clients.objectBatches.read(PATH_NAMES[type], input, isArchived));
  const errors = "errors" in answer ? (answer.errors ?? []) : [];
  const other = errors.filter((error) => error.category !== "OBJECT_NOT_FOUND");
  const unread = blameNamed(other, { ids, what });
  if (!Array.isArray(answer.results)) throw badAnswer(`HubSpot answered no results (${what})`);
  return { results: answer.results, unread };
}

async function readSingle(
  { clients, exclusionProperty }: ObjectReading,
  type: ObjectType,
  id: string,
): Promise<WireObject | undefined> {
  const properties = [...listReadProperties(type, exclusionProperty)];
  return callOrMissing(`read of one of ${PATH_NAMES[type]}`, () =>
    clients.objects.getById(PATH_NAMES[type], id, properties),
  );
}
