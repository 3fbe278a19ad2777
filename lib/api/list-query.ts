import type * as z from "zod";
import type { ListQuery, Page } from "../sync/ports.ts";
import type { listQuerySchema } from "./record-schemas.ts";

/** The store's query for what a list route was asked. */
export function listQueryOf({ customer, ...query }: z.output<typeof listQuerySchema>): ListQuery {
  return { ...query, ...(customer !== undefined && { companyId: customer }) };
}

/**
 * JSON of one page, more only if one record alone is longer. A function's answer ends at 6 MB, in which quotes and line breaks
 * may take twice the room, and a customer's page shows two lists besides itself. Bytes.
 */
const MOST_PAGE_BYTES = 1_000_000;

/**
 * A page of a list that fits into an answer: HubSpot's texts may have 65,536 characters. What is left out comes with the
 * next page.
 *
 * @throws BadCursorError; RetryableError when the store fails
 */
export async function listFitting<R>(list: (query: ListQuery) => Promise<Page<R>>, query: ListQuery): Promise<Page<R>> {
  const page = await list(query);
  const fitting = countFitting(page.items);
  return fitting === page.items.length ? page : list({ ...query, limit: fitting });
}

/** How many of the first records fit; one always does. */
function countFitting(items: readonly unknown[]): number {
  let bytes = 0;
  const index = items.findIndex((item) => {
    bytes += Buffer.byteLength(JSON.stringify(item));
    return bytes > MOST_PAGE_BYTES;
  });
  return index === -1 ? items.length : Math.max(1, index);
}
