import pMap from "p-map";
import type { CompanyLink, ObjectType } from "../domain/hubspot-object.ts";
import type { Clock, ObservedLinks } from "../sync/ports.ts";
import { badAnswer, callExisting } from "./crm-clients.ts";
import type { CrmClients } from "./crm-clients.ts";
import { readId } from "./object-mapping.ts";
import { PATH_NAMES } from "./object-types.ts";
import { CALLS_IN_FLIGHT, chunkDistinct } from "./request-chunks.ts";

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
  const readChunk = async (chunk: readonly string[]): Promise<readonly (readonly [string, ObservedLinks])[]> => {
    const readAtMs = reading.clock.now();
    const found = await readAll(reading, { from: type, to: "company" }, chunk);
    return [...found].map(([id, links]) => [id, { readAtMs, links: joinLabels(links, type) }] as const);
  };
  const chunks = await pMap(chunkDistinct(ids, BATCH_SIZE), readChunk, CALLS_IN_FLIGHT);
  return new Map(chunks.flat());
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
  const readChunk = async (chunk: readonly string[]): Promise<readonly (readonly [string, readonly string[]])[]> => {
    const found = await readAll(reading, { from: "company", to: type }, chunk);
    return [...found].map(([id, links]) => [id, [...new Set(links.map(({ toId }) => toId))]] as const);
  };
  const chunks = await pMap(chunkDistinct(companyIds, BATCH_SIZE), readChunk, CALLS_IN_FLIGHT);
  return new Map(chunks.flat());
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
): Promise<ReadonlyMap<string, readonly WireLink[]>> {
  const found = new Map<string, WireLink[]>(ids.map((id) => [id, []]));
  let inputs: readonly PageInput[] = ids.map((id) => ({ id }));
  while (inputs.length > 0) {
    const pages = await readPages(reading, direction, inputs);
    for (const { id, links } of pages) found.get(id)?.push(...links);
    inputs = pages.flatMap(({ id, after }) => (after === undefined ? [] : [{ id, after }]));
  }
  return found;
}

interface PageInput {
  readonly id: string;
  readonly after?: string;
}

interface LinkPage {
  readonly id: string;
  readonly links: readonly WireLink[];
  readonly after: string | undefined;
}

async function readPages(
  { clients }: AssociationReading,
  { from, to }: Direction,
  inputs: readonly PageInput[],
): Promise<readonly LinkPage[]> {
  const what = `associations of ${PATH_NAMES[from]} with ${PATH_NAMES[to]}`;
  const answer = await callExisting(what, () =>
    clients.associationBatches.getPage(PATH_NAMES[from], PATH_NAMES[to], { inputs: [...inputs] }),
  );
  const errors = "errors" in answer ? (answer.errors ?? []) : [];
  if (errors.some((error) => String(error.subCategory) !== NONE_FOUND)) {
    throw badAnswer(`HubSpot could not read a part (${what})`);
  }
  if (!Array.isArray(answer.results)) throw badAnswer(`HubSpot answered no results (${what})`);
  const pages = answer.results.map(({ _from: object, to: links, paging }) => ({
    id: readId(object),
    links: links.map((link) => ({ toId: readToId(link, what), typeIds: readTypeIds(link) })),
    after: paging?.next?.after,
  }));
  assertComplete({ inputs, pages, errors, what });
  return pages;
}

/** Every object asked for must have a page or be among those without associations; a gap is not "none". */
function assertComplete(answered: {
  readonly inputs: readonly PageInput[];
  readonly pages: readonly LinkPage[];
  readonly errors: readonly { readonly context?: Readonly<Record<string, readonly string[]>> }[];
  readonly what: string;
}): void {
  const { inputs, pages, errors, what } = answered;
  const named = errors.map((error) => Object.values(error.context ?? {}).flat());
  // An entry that names no object may stand for any of them: all fields of HubSpot's errors are optional.
  if (named.some((ids) => ids.length === 0)) return;
  const known = new Set([...pages.map(({ id }) => id), ...named.flat().map(String)]);
  const gaps = inputs.filter(({ id }) => !known.has(id)).length;
  if (gaps > 0) throw badAnswer(`HubSpot's answer lacks ${gaps} of ${inputs.length} objects (${what})`);
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
