import { survivorIdOf } from "../../domain/merge.ts";
import { followPointers } from "../apply-deals.ts";
import type { CustomerStates } from "../../domain/customer-states.ts";
import type { CompanyLink } from "../../domain/hubspot-object.ts";
import type { Customer } from "../../domain/record.ts";
import type { RecordStore } from "../ports.ts";
import type { StoredObject } from "./record-cursor.ts";

/** Longest chain of merges that is followed. */
const MOST_POINTERS = 10;

/**
 * The customers that contacts or deals of a page belong to: as stand-ins where the state says it all, from the store
 * where it does not (pointers of merged ones, failing ones).
 *
 * @returns looks a customer up; followed, a merged one leads to its survivor, as for deals
 * @throws RetryableError when the store fails
 */
export async function knowCustomers(
  store: Pick<RecordStore, "readCustomers">,
  states: CustomerStates,
  page: {
    readonly listed: readonly { readonly links: readonly CompanyLink[] }[];
    readonly records: readonly StoredObject[];
  },
): Promise<(companyId: string, isFollowed?: boolean) => Customer | undefined> {
  const linkedIds = page.listed.flatMap(({ links }) => links.map(({ companyId }) => companyId));
  const storedIds = page.records.flatMap((record) =>
    record.kind === "contact" ? record.contact.persons.map(({ companyId }) => companyId) : [],
  );
  const read = new Map<string, Customer>();
  let unsure = [...new Set([...linkedIds, ...storedIds])].filter((id) => states.imagine(id) === undefined);
  for (let steps = 0; unsure.length > 0 && steps < MOST_POINTERS; steps += 1) {
    const found = await store.readCustomers(unsure);
    for (const [id, customer] of found) read.set(id, states.foresee(customer));
    const survivorIds = [...found.values()].flatMap((customer) => survivorIdOf(customer) ?? []);
    unsure = [...new Set(survivorIds)].filter((id) => !read.has(id));
  }
  return (companyId, isFollowed) => {
    const imagined = states.imagine(companyId);
    if (imagined !== undefined) return imagined;
    return isFollowed === true ? followPointers(read, companyId) : read.get(companyId);
  };
}
