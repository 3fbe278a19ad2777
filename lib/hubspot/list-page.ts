import type { CompanyLink, ObjectType } from "../domain/hubspot-object.ts";
import type { ListedObject, ListPage } from "../sync/ports.ts";
import { badAnswer, callExisting } from "./crm-clients.ts";
import { readId } from "./object-mapping.ts";
import type { WireObject } from "./object-mapping.ts";
import { PATH_NAMES } from "./object-types.ts";
import { listReadProperties } from "./properties.ts";
import { readCompanyLinks } from "./read-associations.ts";
import type { ObjectReading } from "./read-objects.ts";

/** HubSpot's limit of one list page. */
const PAGE_SIZE = 100;

/** An object of a list, with what the list shows of its companies. */
type ListedWire = WireObject & {
  readonly associations?: Readonly<Record<string, InlineLinks | undefined>>;
};

interface InlineLinks {
  readonly results: readonly { readonly id: string; readonly type: string }[];
  readonly paging?: unknown;
}

/**
 * Reads one page of live objects, contacts and deals with their companies. Inline lists end after a hundred entries;
 * the companies of objects with more are read on their own.
 *
 * @throws RetryableError, NonRetryableError
 */
export async function listPage<T extends ObjectType>(
  reading: ObjectReading,
  type: T,
  after?: string,
): Promise<ListPage<T>> {
  const { clients, clock, mapping, exclusionProperty } = reading;
  const readAtMs = clock.now();
  const properties = [...listReadProperties(type, exclusionProperty)];
  const associations = type === "company" ? undefined : [PATH_NAMES.company];
  const answer = await callExisting(`list of ${PATH_NAMES[type]}`, () =>
    clients.objects.getPage(PATH_NAMES[type], PAGE_SIZE, after, properties, undefined, associations, false),
  );
  const wires: readonly ListedWire[] = answer.results;
  if (!Array.isArray(wires)) throw badAnswer(`HubSpot answered no results (list of ${PATH_NAMES[type]})`);
  const links = await readListedLinks(reading, type, wires);
  // An archived object among the live ones must revive nothing: it is left out, and read on its own where it is known.
  const live = wires.filter(({ archived }) => archived !== true);
  const objects = live.map((wire): ListedObject<T> => {
    const object = mapping[type](wire);
    return { object, links: links.get(object.id) ?? [] };
  });
  const next = answer.paging?.next?.after;
  return { readAtMs, objects, ...(next === undefined ? {} : { after: next }) };
}

async function readListedLinks(
  reading: ObjectReading,
  type: ObjectType,
  wires: readonly ListedWire[],
): Promise<ReadonlyMap<string, readonly CompanyLink[]>> {
  if (type === "company") return new Map();
  const inline = wires.map((wire) => ({ id: readId(wire), links: wire.associations?.[PATH_NAMES.company] }));
  const longIds = inline.filter(({ links }) => links?.paging !== undefined).map(({ id }) => id);
  const whole = longIds.length === 0 ? new Map() : await readCompanyLinks(reading, type, longIds);
  return new Map(inline.map(({ id, links }) => [id, whole.get(id)?.links ?? joinInline(links, type)]));
}

/**
 * One link for each company. The primary label is spelled like the pair, `deal_to_company`; the plain association ends
 * in `_unlabeled`, and other labels have names of their own.
 */
function joinInline(links: InlineLinks | undefined, type: "contact" | "deal"): readonly CompanyLink[] {
  const primaryByCompany = new Map<string, boolean>();
  for (const link of links?.results ?? []) {
    const companyId = readId(link);
    primaryByCompany.set(companyId, link.type === `${type}_to_company` || primaryByCompany.get(companyId) === true);
  }
  return [...primaryByCompany].map(([companyId, isPrimary]) => ({ companyId, isPrimary }));
}
