import * as z from "zod";
import { customerAnswer, pageOf, projectAnswer } from "../api-answers.ts";
import { parseOptions, printResult, type Command, type CommandCall } from "../command.ts";
import { parseId, parsePageNoun, parseState, PATH_OF } from "../record-words.ts";
import { renderCustomers, renderProjects } from "../record-text.ts";
import type { RecordsClient } from "../records-client.ts";
import { openRecords, TARGET_OPTIONS } from "../target.ts";
import { paint } from "../terminal/display-text.ts";

const DEFAULT_LIMIT = 50;
/** Most records that the API puts on a page. */
const PAGE_LIMIT = 100;

const listOptions = z.looseObject({
  state: z.string().optional(),
  prefix: z.string().optional(),
  customer: z.string().optional(),
  limit: z.coerce.number("expected a number").int().min(1).default(DEFAULT_LIMIT),
});

/** Lists customers or projects. */
export const LIST: Command = {
  name: "list",
  summary: "Lists customers (kunden) or projects (projekte).",
  parameters: "[what]",
  options: [
    ["--state <state>", "only records in this state; also shows records that were never transferred"],
    ["--prefix <text>", "only records whose name or number starts so"],
    ["--customer <companyId>", "only projects of this customer"],
    ["--limit <count>", `most records to list (default: ${DEFAULT_LIMIT})`],
    ...TARGET_OPTIONS,
  ],
  examples: [
    "hubspot-zep list kunden --prefix Müller",
    "hubspot-zep list projects --state waiting",
    "hubspot-zep list customers --limit 1000 --json --aws",
  ],
  run: listRecords,
};

interface Listing<T> {
  readonly items: readonly T[];
  readonly isCut: boolean;
}

async function listRecords(call: CommandCall): Promise<void> {
  const { io, args, options } = call;
  const noun = parsePageNoun(args[0] ?? "customers");
  const { state, prefix, customer, limit } = parseOptions(listOptions, options);
  const query = {
    ...(state !== undefined && { state: parseState(state) }),
    ...(prefix !== undefined && { prefix }),
    ...(customer !== undefined && { customer: parseId(customer) }),
  };
  const records = await openRecords(io, options);
  const ask = { path: PATH_OF[noun], query, limit };
  if (noun === "customer") {
    const listing = await gather(records, customerAnswer, ask);
    printResult(call, listing.items, () => renderCustomers(io, listing.items) + renderFoot(call, listing));
  } else {
    const listing = await gather(records, projectAnswer, ask);
    printResult(call, listing.items, () => renderProjects(io, listing.items) + renderFoot(call, listing));
  }
}

/** Follows the pages; one may be empty and still not be the last. */
async function gather<T>(
  records: RecordsClient,
  item: z.ZodType<T>,
  { path, query, limit }: { readonly path: string; readonly query: Record<string, string>; readonly limit: number },
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

function renderFoot({ io }: CommandCall, { items, isCut }: Listing<unknown>): string {
  const count = items.length === 1 ? "1 record" : `${items.length} records`;
  return paint(io, "dim", isCut ? `${count}, and there are more: raise --limit.` : `${count}.`) + "\n";
}
