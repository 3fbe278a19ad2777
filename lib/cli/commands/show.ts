import { contactAnswer, customerAnswer, projectAnswer } from "../api-answers.ts";
import { printResult, type Command, type CommandCall } from "../command.ts";
import { renderContactPerson, renderCustomer, renderProject } from "../record-text.ts";
import { parseId, parseNoun, PATH_OF } from "../record-words.ts";
import { openRecords, TARGET_OPTIONS } from "../target.ts";

/** Shows one record. */
export const SHOW: Command = {
  name: "show",
  summary: "Shows one customer with its contact persons and projects, one project, or one contact person.",
  parameters: "<type> <id>",
  options: TARGET_OPTIONS,
  examples: [
    "npx hubspot-zep show kunde 31204511000",
    "npx hubspot-zep show project 402118963074 --aws --json",
    "npx hubspot-zep show ansprechpartner 118330742000",
  ],
  run: showRecord,
};

async function showRecord(call: CommandCall): Promise<void> {
  const { io, args, options } = call;
  const noun = parseNoun(args[0] ?? "");
  const path = `${PATH_OF[noun]}/${parseId(args[1])}`;
  const records = await openRecords(io, options);
  switch (noun) {
    case "customer": {
      const { body } = await records.request({ method: "GET", path }, customerAnswer);
      return printResult(call, body, () => renderCustomer(io, body));
    }
    case "project": {
      const { body } = await records.request({ method: "GET", path }, projectAnswer);
      return printResult(call, body, () => renderProject(io, body));
    }
    case "contactPerson": {
      const { body } = await records.request({ method: "GET", path }, contactAnswer);
      return printResult(call, body.items, () => body.items.map((item) => renderContactPerson(io, item)).join("\n"));
    }
  }
}
