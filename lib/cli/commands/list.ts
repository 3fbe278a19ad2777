import * as z from "zod";
import { contactPersonAnswer, customerAnswer, pageOf, projectAnswer } from "../api-answers.ts";
import type { CliIo } from "../cli-io.ts";
import { parseOptions, printResult, type Command, type CommandCall } from "../command.ts";
import { parseId, parseNoun, parseState, PATH_OF, PLURAL_OF, type Noun } from "../record-words.ts";
import { renderContactPersons, renderCustomers, renderProjects } from "../record-text.ts";
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
  limit: z.coerce.number("expected a whole number from 1").int().min(1).default(DEFAULT_LIMIT),
});

/** Lists records of one kind. */
export const LIST: Command = {
  name: "list",
  summary: "Lists customers (kunden), projects (projekte) or contact persons (ansprechpartner).",
  parameters: "[what]",
  options: [
    ["--state <state>", "only records in this state; also shows records that were never transferred"],
    ["--prefix <text>", "only records whose name or number starts so"],
    ["--customer <companyId>", "only what belongs to this customer"],
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
  const noun = parseNoun(args[0] ?? "customers");
  const { state, prefix, customer, limit } = parseOptions(listOptions, options);
  const query = {
    ...(state !== undefined && { state: parseState(state) }),
    ...(prefix !== undefined && { prefix }),
    ...(customer !== undefined && { customer: parseId(customer) }),
  };
  const records = await openRecords(io, options);
  const list = async <T>(item: z.ZodType<T>, render: (io: CliIo, items: readonly T[]) => string): Promise<void> => {
    const listing = await gather(records, item, { path: PATH_OF[noun], query, limit });
    printResult(call, listing.items, () => renderListing(call, noun, { ...listing, render }));
  };
  switch (noun) {
    case "customer":
      return list(customerAnswer, renderCustomers);
    case "project":
      return list(projectAnswer, renderProjects);
    case "contactPerson":
      return list(contactPersonAnswer, renderContactPersons);
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

function renderListing<T>(
  { io, options }: CommandCall,
  noun: Noun,
  { items, isCut, render }: Listing<T> & { readonly render: (io: CliIo, items: readonly T[]) => string },
): string {
  const isNarrowed = ["state", "prefix", "customer"].some((name) => options[name] !== undefined);
  if (items.length === 0) return `There are no ${PLURAL_OF[noun]}${isNarrowed ? " like that" : ""}.\n`;
  const count = items.length === 1 ? "1 record" : `${items.length} records`;
  const foot = isCut ? `${count}, and there are more: raise --limit.` : `${count}.`;
  return `${render(io, items)}${paint(io, "dim", foot)}\n`;
}
