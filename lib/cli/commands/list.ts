import * as z from "zod";
import { contactPersonAnswer, customerAnswer, projectAnswer } from "../api-answers.ts";
import type { CliIo } from "../cli-io.ts";
import { parseOptions, printResult, type Command, type CommandCall } from "../command.ts";
import { gather, type Listing } from "../gather-pages.ts";
import { parseId, parseNoun, parseState, PATH_OF, PLURAL_OF, type Noun } from "../record-words.ts";
import { renderContactPersons, renderCustomers, renderProjects } from "../record-text.ts";
import { openRecords, TARGET_OPTIONS } from "../target.ts";
import { paint } from "../terminal/display-text.ts";

const DEFAULT_LIMIT = 50;

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
    "npx hubspot-zep list kunden --prefix Müller",
    "npx hubspot-zep list projects --state waiting",
    "npx hubspot-zep list customers --limit 1000 --json --aws",
  ],
  run: listRecords,
};

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
