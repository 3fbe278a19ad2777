import pMap from "p-map";
import type { ObjectOf, ObjectType, Observation } from "../domain/hubspot-object.ts";
import type { Clock } from "../sync/ports.ts";
import { badAnswer, callExisting, callOrMissing } from "./crm-clients.ts";
import type { CrmClients } from "./crm-clients.ts";
import { readId, readMergedIds, readUpdatedAt } from "./object-mapping.ts";
import type { ObjectMapping, WireObject } from "./object-mapping.ts";
import { PATH_NAMES } from "./object-types.ts";
import { listReadProperties } from "./properties.ts";
import { CALLS_IN_FLIGHT, chunkDistinct } from "./request-chunks.ts";

/** HubSpot's limit of one batch read. */
const BATCH_SIZE = 100;

/** What reading objects needs. */
export interface ObjectReading {
  readonly clients: CrmClients;
  readonly clock: Clock;
  readonly mapping: ObjectMapping;
  readonly exclusionProperty: string;
}

type Observations<T extends ObjectType> = ReadonlyMap<string, Observation<ObjectOf[T]>>;

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
): Promise<Observations<T>> {
  const chunks = await pMap(
    chunkDistinct(ids, BATCH_SIZE),
    (chunk) => readChunk(reading, type, chunk),
    CALLS_IN_FLIGHT,
  );
  return new Map(chunks.flatMap((observations) => [...observations]));
}

async function readChunk<T extends ObjectType>(
  reading: ObjectReading,
  type: T,
  ids: readonly string[],
): Promise<Observations<T>> {
  const readAtMs = reading.clock.now();
  const observations = new Map<string, Observation<ObjectOf[T]>>();
  const live = await readBatch(reading, type, { ids, isArchived: false });
  const survivors = new Map<string, string>();
  for (const wire of live) {
    const id = readId(wire);
    // An archived object must revive nothing; the second read tells for certain.
    if (wire.archived === true) continue;
    if (ids.includes(id)) observations.set(id, { kind: "live", readAtMs, object: reading.mapping[type](wire) });
    for (const mergedId of readMergedIds(wire)) survivors.set(mergedId, id);
  }
  // An object that nobody asked for stands for one that was asked for and is absorbed into it.
  const hasStandIns = live.length > observations.size;
  const absent = ids.filter((id) => !observations.has(id));
  for (const id of absent) {
    const survivorId = survivors.get(id);
    if (survivorId !== undefined) observations.set(id, { kind: "absorbed", readAtMs, survivorId });
  }
  const unresolved = absent.filter((id) => !observations.has(id));
  const resolved = await resolveAbsent(reading, type, { ids: unresolved, hasStandIns, readAtMs });
  return new Map([...observations, ...resolved]);
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
): Promise<Observations<T>> {
  const observations = new Map<string, Observation<ObjectOf[T]>>();
  if (ids.length === 0) return observations;
  for (const wire of await readBatch(reading, type, { ids, isArchived: true })) {
    const id = readId(wire);
    if (wire.archived === false) throw badAnswer(`HubSpot showed a live object among archived ones (${type} ${id})`);
    if (ids.includes(id)) observations.set(id, { kind: "archived", readAtMs, updatedAtMs: readUpdatedAt(wire) });
  }
  const rest = ids.filter((id) => !observations.has(id));
  const observeOne = async (id: string): Promise<void> => {
    const single = hasStandIns ? await readSingle(reading, type, id) : undefined;
    observations.set(id, observeSingle(single, id));
  };
  await pMap(rest, observeOne, CALLS_IN_FLIGHT);
  return observations;

  function observeSingle(wire: WireObject | undefined, id: string): Observation<ObjectOf[T]> {
    if (wire === undefined) return { kind: "missing", readAtMs };
    const answeredId = readId(wire);
    if (answeredId !== id) return { kind: "absorbed", readAtMs, survivorId: answeredId };
    if (wire.archived === true) return { kind: "archived", readAtMs, updatedAtMs: readUpdatedAt(wire) };
    return { kind: "live", readAtMs, object: reading.mapping[type](wire) };
  }
}

async function readBatch(
  { clients, exclusionProperty }: ObjectReading,
  type: ObjectType,
  { ids, isArchived }: { readonly ids: readonly string[]; readonly isArchived: boolean },
): Promise<readonly WireObject[]> {
  const input = {
    inputs: ids.map((id) => ({ id })),
    properties: [...listReadProperties(type, exclusionProperty)],
    propertiesWithHistory: [],
  };
  const what = `batch read of ${PATH_NAMES[type]}`;
  const answer = await callExisting(what, () => clients.objectBatches.read(PATH_NAMES[type], input, isArchived));
  const errors = "errors" in answer ? (answer.errors ?? []) : [];
  const other = errors.find((error) => error.category !== "OBJECT_NOT_FOUND");
  if (other !== undefined) throw badAnswer(`HubSpot could not read a part (${what})`);
  if (!Array.isArray(answer.results)) throw badAnswer(`HubSpot answered no results (${what})`);
  return answer.results;
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
