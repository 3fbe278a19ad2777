import * as z from "zod";
import { UsageError } from "../cli-error.ts";
import { printResult, type Command, type CommandCall } from "../command.ts";
import { parseFieldWords } from "../field-words.ts";
import { describeBookable } from "../record-text.ts";
import { parseId, parseEditableNoun, PATH_OF } from "../record-words.ts";
import { openRecords, TARGET_OPTIONS } from "../target.ts";

/** Changes fields of a record. */
export const SET: Command = {
  name: "set",
  summary: "Changes fields of a customer or project; lists are separated by commas, nothing after = empties.",
  parameters: "<type> <id> <changes...>",
  options: TARGET_OPTIONS,
  examples: [
    "npx hubspot-zep set kunde 31204511000 kundennummer=K-100",
    'npx hubspot-zep set projekt 402118963074 kurzform=RELAUNCH vorgänge="Konzept,Umsetzung" projektmitarbeiter="mm,ab"',
    "npx hubspot-zep set project 402118963074 duration=2026-01-01..2026-12-31 billingType=hourly --aws",
  ],
  run: setFields,
};

const changedAnswer = z.looseObject({ bookable: z.boolean().optional(), missing: z.array(z.string()).optional() });

async function setFields(call: CommandCall): Promise<void> {
  const [type = "", id, ...words] = call.args;
  const noun = parseEditableNoun(type);
  const path = `${PATH_OF[noun]}/${parseId(id)}`;
  const patch = parseFieldWords(noun, words);
  if (Object.keys(patch).length === 0) throw new UsageError("Name at least one change, such as name=value.");
  const records = await openRecords(call.io, call.options);
  // Whoever changed the record between the two requests is not overwritten: the API then answers 412.
  const { etag } = await records.request({ method: "GET", path }, z.unknown());
  const { body } = await records.request(
    { method: "PATCH", path, body: patch, ...(etag !== undefined && { ifMatch: etag }) },
    changedAnswer,
  );
  printResult(call, body, () => {
    const bookable = describeBookable(body);
    const told = bookable === "" ? "" : ` Bookable: ${bookable}.`;
    return `Changed ${Object.keys(patch).join(", ")} of the ${noun} ${id}.${told}\n`;
  });
}
