import * as z from "zod";
import { printResult, type Command } from "../command.ts";
import { OBJECT_TYPE_OF, parseId, parseNoun } from "../record-words.ts";
import { openRecords, spellCommand, TARGET_OPTIONS } from "../target.ts";

const resynced = z.looseObject({
  outcome: z.enum(["changed", "unchanged", "lookingAgain"]),
  records: z.array(z.unknown()),
});

const OUTCOMES = {
  changed: "was read anew, and its records were brought up to date.",
  unchanged: "was read anew; its records were right.",
  lookingAgain: "is read once more in a few seconds: HubSpot's answer does not fit what is known of it.",
} as const;

/** Reads one object from HubSpot again. */
export const RESYNC: Command = {
  name: "resync",
  summary: "Reads one company, contact or deal from HubSpot again, within seconds.",
  parameters: "<type> <id>",
  options: TARGET_OPTIONS,
  examples: ["npx hubspot-zep resync kunde 31204511000", "npx hubspot-zep resync ansprechpartner 118330742000 --aws"],
  run: async (call) => {
    const type = OBJECT_TYPE_OF[parseNoun(call.args[0] ?? "")];
    const id = parseId(call.args[1]);
    const records = await openRecords(call.io, call.options);
    const { body } = await records.request({ method: "POST", path: "/v1/resync", body: { type, id } }, resynced);
    const isNothing = body.outcome === "unchanged" && body.records.length === 0;
    const told = isNothing
      ? `was read anew; nothing of it belongs here. Why: ${spellCommand(call, `explain ${type} ${id}`)}`
      : OUTCOMES[body.outcome];
    printResult(call, body, () => `The ${type} ${id} ${told}\n`);
  },
};
