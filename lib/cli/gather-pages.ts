import type * as z from "zod";
import { pageOf } from "./api-answers.ts";
import type { RecordsClient } from "./records-client.ts";

/** Most items that the API puts on a page. */
const PAGE_LIMIT = 100;

/** What was gathered of a list. */
export interface Listing<T> {
  readonly items: readonly T[];
  /** Whether the list goes on. */
  readonly isCut: boolean;
}

interface ListToGather {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Most items to gather. Default: all. */
  readonly limit?: number;
}

/** Follows the pages; one may be empty and still not be the last. */
export async function gather<T>(
  records: RecordsClient,
  item: z.ZodType<T>,
  { path, query = {}, limit = Number.POSITIVE_INFINITY }: ListToGather,
): Promise<Listing<T>> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await records.request(
      { method: "GET", path, query: { ...query, limit: String(Math.min(PAGE_LIMIT, limit - items.length)), cursor } },
      pageOf(item),
    );
    items.push(...body.items);
    cursor = body.cursor;
  } while (cursor !== undefined && items.length < limit);
  return { items, isCut: cursor !== undefined };
}
