import type * as z from "zod";
import type { ListQuery } from "../sync/ports.ts";
import type { listQuerySchema } from "./record-schemas.ts";

/** The store's query for what a list route was asked. */
export function listQueryOf({ customer, ...query }: z.output<typeof listQuerySchema>): ListQuery {
  return { ...query, ...(customer !== undefined && { companyId: customer }) };
}
