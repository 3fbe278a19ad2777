import type { CompanyLink, ObjectType } from "../domain/hubspot-object.ts";
import type { Clock, ObservedLinks, ReadApart } from "../sync/ports.ts";
import { badAnswer, callExisting } from "./crm-clients.ts";
import type { CrmClients } from "./crm-clients.ts";
import { readId } from "./object-mapping.ts";
import { PATH_NAMES } from "./object-types.ts";
import { blameNamed, listNamedIds } from "./partial-answer.ts";
import { readInParts } from "./read-apart.ts";
import type { PartRead } from "./read-apart.ts";

/** HubSpot's limit of one association batch read. */
const BATCH_SIZE = 1_000;

/**
 * HubSpot's type ids of the primary company of a contact and of a deal.
 * @see https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide
 */
const PRIMARY_TYPE_IDS = { contact: 1, deal: 5 } as const;

/** How HubSpot says, in an error entry of an otherwise good answer, that an object has no associations. */
const NONE_FOUND = "crm.associations.NO_ASSOCIATIONS_FOUND";

/** What reading associations needs. */
export interface AssociationReading {
  readonly clients: Pick<CrmClients, "associationBatches">;
  readonly clock: Clock;
  /** Without it, one object that cannot be read fails all that are read with it. */
  readonly apart?: ReadApart | undefined;
}

/** One association: an id may come once for each of its labels. */
interface WireLink {
  readonly toId: string;
  readonly typeIds: readonly number[];
}

interface Direction {
  readonly from: ObjectType;
  readonly to: ObjectType;
}

/**
 * Reads the companies of contacts or deals, a thousand objects a call, one link for each company.
 * @throws RetryableError, NonRetryableError; an error is never read as "no companies"
 */
export async function readCompanyLinks(
  reading: AssociationReading,
  type: "contact" | "deal",
  ids: readonly string[],
): Promise<ReadonlyMap<string, ObservedLinks>> {
  return readInParts(ids, { size: BATCH_SIZE, apart: reading.apart }, async (part) => {
    const readAtMs = reading.clock.now();
    const { found, unread } = await readAll(reading, { from: type, to: "company" }, part);
    const observed = [...found].map(([id, links]) => [id, { readAtMs, links: joinLabels(links, type) }] as const);
    return { found: new Map(observed), unread };
  });
}

/**
 * Reads the ids of all contacts or deals of companies, a thousand companies a call.
 * @throws RetryableError, NonRetryableError; an error is never read as "none"
 */
export async function readDependantIds(
  reading: AssociationReading,
  type: "contact" | "deal",
  companyIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  return readInParts(companyIds, { size: BATCH_SIZE, apart: reading.apart }, async (part) => {
    const { found, unread } = await readAll(reading, { from: "company", to: type }, part);
    const ids = [...found].map(([id, links]) => [id, [...new Set(links.map(({ toId }) => toId))]] as const);
    return { found: new Map(ids), unread };
  });
}

/** One link for each company: the primary label comes beside the plain one, in no certain order. */
function joinLabels(links: readonly WireLink[], type: "contact" | "deal"): readonly CompanyLink[] {
  const primaryByCompany = new Map<string, boolean>();
  for (const { toId, typeIds } of links) {
    const isPrimary = typeIds.includes(PRIMARY_TYPE_IDS[type]);
    primaryByCompany.set(toId, isPrimary || primaryByCompany.get(toId) === true);
  }
  return [...primaryByCompany].map(([companyId, isPrimary]) => ({ companyId, isPrimary }));
}

/** All associations of some objects; each object pages on its own. Holds every id asked for. */
async function readAll(
  reading: AssociationReading,
  direction: Direction,
  ids: readonly string[],
): Promise<PartRead<readonly WireLink[]>> {
  const found = new Map<string, WireLink[]>(ids.map((id) => [id, []]));
  const unread = new Map<string, unknown>();
  let inputs: readonly PageInput[] = ids.map((id) => ({ id }));
  while (inputs.length > 0) {
    const read = await readPages(reading, direction, inputs);
    for (const [id, { links }] of read.found) found.get(id)?.push(...links);
    // Some of its pages are not all of them.
    for (const [id, error] of read.unread) {
      found.delete(id);
      unread.set(id, error);
    }
    inputs = [...read.found].flatMap(([id, { after }]) => (after === undefined ? [] : [{ id, after }]));
  }
  return { found, unread };
}

interface PageInput {
  readonly id: string;
  readonly after?: string;
}

interface LinkPage {
  readonly links: readonly WireLink[];
  readonly after: string | undefined;
}

async function readPages(
  { clients }: AssociationReading,
  { from, to }: Direction,
  inputs: readonly PageInput[],
): Promise<PartRead<LinkPage>> {
  const what = `associations of ${PATH_NAMES[from]} with ${PATH_NAMES[to]}`;
  const answer = await callExisting(what, () =>
    clients.associationBatches.getPage(PATH_NAMES[from], PATH_NAMES[to], { inputs: [...inputs] }),
  );
  const errors = "errors" in answer ? (answer.errors ?? []) : [];
  const ids = inputs.map(({ id }) => id);
  const found = new Map<string, LinkPage>();
  const unread = new Map(blameNamed(errors.filter(isOther), { ids, what }));
  if (!Array.isArray(answer.results)) throw badAnswer(`HubSpot answered no results (${what})`);
  for (const { _from: object, to: links, paging } of answer.results) {
    const id = readId(object);
    try {
      const read = links.map((link) => ({ toId: readToId(link, what), typeIds: readTypeIds(link) }));
      found.set(id, { links: read, after: paging?.next?.after });
    } catch (error) {
      unread.set(id, error);
    }
  }
  const known = [...found.keys(), ...unread.keys()];
  for (const id of listGaps(ids, known, errors)) unread.set(id, badAnswer(`HubSpot's answer lacks ${id} (${what})`));
  return { found, unread };
}

function isOther({ subCategory }: { readonly subCategory?: unknown }): boolean {
  return String(subCategory) !== NONE_FOUND;
}

/** Every object asked for must have a page or be among those without associations; a gap is not "none". */
function listGaps(
  ids: readonly string[],
  known: readonly string[],
  errors: Parameters<typeof blameNamed>[0],
): readonly string[] {
  const named = errors.map(listNamedIds);
  // An entry that names no object may stand for any of them: all fields of HubSpot's errors are optional.
  if (named.some((own) => own.length === 0)) return [];
  const all = new Set([...known, ...named.flat()]);
  return ids.filter((id) => !all.has(id));
}

/** HubSpot sends a JSON number here, whatever the generated type says. */
function readToId(link: { readonly toObjectId: unknown }, what: string): string {
  const id: unknown = link.toObjectId;
  if (typeof id === "number" && !Number.isSafeInteger(id)) throw badAnswer(`An id was too big to be exact (${what})`);
  return String(id);
}

function readTypeIds(link: {
  readonly associationTypes: readonly { readonly typeId: number; readonly category: string }[];
}): readonly number[] {
  return link.associationTypes.filter(({ category }) => category === "HUBSPOT_DEFINED").map(({ typeId }) => typeId);
}
