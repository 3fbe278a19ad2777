import * as z from "zod";
import { parseOptions, printResult, type Command, type CommandCall } from "../command.ts";
import { describeState } from "../record-text.ts";
import { parseId, parseEditableNoun, PATH_OF } from "../record-words.ts";
import { openRecords, spellCommand, TARGET_OPTIONS } from "../target.ts";

const stateAnswer = z.looseObject({
  state: z.string(),
  reason: z.looseObject({ code: z.string(), message: z.string().optional() }).optional(),
});

/** Ends the sync of one record. */
export const DETACH: Command = {
  name: "detach",
  summary: "Ends the sync of one record; all its fields can be edited from then on.",
  parameters: "<type> <id>",
  options: TARGET_OPTIONS,
  examples: ["npx hubspot-zep detach kunde 31204511000", "npx hubspot-zep detach project 402118963074 --aws"],
  run: async (call) => {
    const noun = parseEditableNoun(call.args[0] ?? "");
    const id = parseId(call.args[1]);
    const records = await openRecords(call.io, call.options);
    const { body } = await records.request({ method: "POST", path: `${PATH_OF[noun]}/${id}/detach` }, stateAnswer);
    printResult(call, body, () => {
      const back = `Way back: ${spellCommand(call, `attach ${noun} ${id}`)}`;
      return `The ${noun} ${id} is detached: all its fields can be edited, and nothing comes from HubSpot.\n${back}\n`;
    });
  },
};

/** Restores the sync of one record. */
export const ATTACH: Command = {
  name: "attach",
  summary: "Lets HubSpot lead a record again; its values overwrite, numbers and ZEP's own fields stay.",
  parameters: "<type> <id>",
  options: [["--to <id>", "attach it to another company or deal of HubSpot"], ...TARGET_OPTIONS],
  examples: [
    "npx hubspot-zep attach kunde 31204511000",
    "npx hubspot-zep attach project 402118963074 --to 402118963037 --aws",
  ],
  run: attachRecord,
};

async function attachRecord(call: CommandCall): Promise<void> {
  const noun = parseEditableNoun(call.args[0] ?? "");
  const id = parseId(call.args[1]);
  const { to } = parseOptions(z.looseObject({ to: z.string().optional() }), call.options);
  const body = to === undefined ? {} : { [noun === "customer" ? "companyId" : "dealId"]: parseId(to) };
  const records = await openRecords(call.io, call.options);
  const answer = await records.request({ method: "POST", path: `${PATH_OF[noun]}/${id}/attach`, body }, stateAnswer);
  printResult(call, answer.body, () => {
    const name = to === undefined ? `The ${noun} ${id}` : `The ${noun} ${id} goes on as ${to}, which`;
    if (answer.body.state === "linked") return `${name} is linked: HubSpot leads it again.\n`;
    if (answer.body.state === "detached")
      return `${name} is still detached; HubSpot is asked again in a few seconds.\n`;
    return `${name} is no longer detached, but ${describeState(answer.body)}.\n`;
  });
}
