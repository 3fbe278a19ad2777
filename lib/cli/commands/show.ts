import { customerAnswer, projectAnswer } from "../api-answers.ts";
import { printResult, type Command, type CommandCall } from "../command.ts";
import { renderCustomer, renderProject } from "../record-text.ts";
import { parseId, parsePageNoun, PATH_OF } from "../record-words.ts";
import { openRecords, TARGET_OPTIONS } from "../target.ts";

/** Shows one customer or project. */
export const SHOW: Command = {
  name: "show",
  summary: "Shows one customer with its contact persons and projects, or one project.",
  parameters: "<type> <id>",
  options: TARGET_OPTIONS,
  examples: ["hubspot-zep show kunde 31204511000", "hubspot-zep show project 402118963000 --aws --json"],
  run: showRecord,
};

async function showRecord(call: CommandCall): Promise<void> {
  const { io, args, options } = call;
  const noun = parsePageNoun(args[0] ?? "");
  const path = `${PATH_OF[noun]}/${parseId(args[1])}`;
  const records = await openRecords(io, options);
  if (noun === "customer") {
    const { body } = await records.request({ method: "GET", path }, customerAnswer);
    printResult(call, body, () => renderCustomer(io, body));
  } else {
    const { body } = await records.request({ method: "GET", path }, projectAnswer);
    printResult(call, body, () => renderProject(io, body));
  }
}
