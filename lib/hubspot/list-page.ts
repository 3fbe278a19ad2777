import type { CompanyLink, ObjectType } from "../domain/hubspot-object.ts";
import type { ListedObject, ListPage } from "../sync/ports.ts";
import { badAnswer, callExisting } from "./crm-clients.ts";
import type { HttpTransport } from "./http-transport.ts";
import { readId } from "./object-mapping.ts";
import type { WireObject } from "./object-mapping.ts";
import { PATH_NAMES } from "./object-types.ts";
import { listReadProperties } from "./properties.ts";
import { readCompanyLinks } from "./read-associations.ts";
import type { ObjectReading } from "./read-objects.ts";

/** HubSpot's limit of one list page. */
const PAGE_SIZE = 100;

/** An object of a list as JSON shows it, with what the list shows of its companies. */
type ListedWire = WireObject & {
  readonly associations?: Readonly<Record<string, InlineLinks | undefined>>;
};

interface InlineLinks {
  readonly results: readonly { readonly id: string; readonly type: string }[];
  readonly paging?: unknown;
}

interface WirePage {
  readonly results?: readonly ListedWire[];
  readonly paging?: { readonly next?: { readonly after?: string } };
}

/** What reading lists needs. */
export interface ListReading extends ObjectReading {
  readonly transport: HttpTransport;
  readonly baseUrl: string;
}

/** Where a page begins, and how much its call presses; see `HubSpotReader.listPage`. */
interface PagePlace {
  readonly after: string | undefined;
  readonly urgency: number | undefined;
}

/**
 * Reads one page of live objects, contacts and deals with their companies. Inline lists end after a hundred entries;
 * the companies of objects with more are read on their own.
 *
 * @throws RetryableError, NonRetryableError
 */
export async function listPage<T extends ObjectType>(
  reading: ListReading,
  type: T,
  place: PagePlace,
): Promise<ListPage<T>> {
  const { clock, mapping } = reading;
  const readAtMs = clock.now();
  const { results: wires, paging } = await fetchPage(reading, type, place);
  if (!Array.isArray(wires)) throw badAnswer(`HubSpot answered no results (list of ${PATH_NAMES[type]})`);
  const linksOf = await readListedLinks(reading, type, wires);
  // An archived object among the live ones must revive nothing: it is left out, and read on its own where it is known.
  const live = wires.filter(({ archived }: ListedWire) => archived !== true);
  const objects = live.map((wire: ListedWire): ListedObject<T> => ({
    object: mapping[type](wire),
    links: linksOf(wire),
  }));
  const next = paging?.next?.after;
  return { readAtMs, objects, ...(next === undefined ? {} : { after: next }) };
}

/**
 * The page as JSON. Not through the generated client: it visits every property of every object, which costs three times
 * `JSON.parse` of the page, and a pass reads all there is.
 */
async function fetchPage(
  { transport, baseUrl, exclusionProperty }: ListReading,
  type: ObjectType,
  { after, urgency }: PagePlace,
): Promise<WirePage> {
  const url = new URL(`${baseUrl}/crm/v3/objects/${PATH_NAMES[type]}`);
  url.searchParams.append("limit", String(PAGE_SIZE));
  if (after !== undefined) url.searchParams.append("after", after);
  for (const name of listReadProperties(type, exclusionProperty)) url.searchParams.append("properties", name);
  if (type !== "company") url.searchParams.append("associations", PATH_NAMES.company);
  url.searchParams.append("archived", "false");
  return callExisting(`list of ${PATH_NAMES[type]}`, async () => {
    const answer = await transport.send({ method: "GET", url: url.href, urgency });
    return answer.status === 404 ? undefined : JSON.parse(answer.body);
  });
}

async function readListedLinks(
  reading: ObjectReading,
  type: ObjectType,
  wires: readonly ListedWire[],
): Promise<(wire: ListedWire) => readonly CompanyLink[]> {
  if (type === "company") return () => [];
  const longIds = wires.filter((wire) => inlineLinks(wire)?.paging !== undefined).map(readId);
  const whole = longIds.length === 0 ? undefined : await readCompanyLinks(reading, type, longIds);
  return (wire) => whole?.get(readId(wire))?.links ?? joinInline(inlineLinks(wire), type);
}

function inlineLinks(wire: ListedWire): InlineLinks | undefined {
  return wire.associations?.[PATH_NAMES.company];
}

/**
 * One link for each company. The primary label is spelled like the pair, `deal_to_company`; the plain association ends
 * in `_unlabeled`, and other labels have names of their own.
 */
function joinInline(links: InlineLinks | undefined, type: "contact" | "deal"): readonly CompanyLink[] {
  const joined: { companyId: string; isPrimary: boolean }[] = [];
  for (const link of links?.results ?? []) {
    const companyId = readId(link);
    const isPrimary = link.type === `${type}_to_company`;
    const known = joined.find((each) => each.companyId === companyId);
    if (known === undefined) joined.push({ companyId, isPrimary });
    else known.isPrimary ||= isPrimary;
  }
  return joined;
}
