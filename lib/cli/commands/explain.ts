import * as z from "zod";
import { printResult, type Command } from "../command.ts";
import { OBJECT_TYPE_OF, parseId, parseNoun } from "../record-words.ts";
import { openRecords, TARGET_OPTIONS } from "../target.ts";
import { paint, toPlainLine } from "../terminal/display-text.ts";

const explanation = z.looseObject({ explanation: z.string(), hubspotUrl: z.string().optional() });

/** Tells why a record is as it is. */
export const EXPLAIN: Command = {
  name: "explain",
  summary: "Reads HubSpot and the record now, and tells why it is as it is and what would change that.",
  parameters: "<type> <id>",
  options: TARGET_OPTIONS,
  examples: ["npx hubspot-zep explain kunde 31204511222", "npx hubspot-zep explain deal 402118963111 --aws"],
  run: async (call) => {
    const path = `/v1/explain/${OBJECT_TYPE_OF[parseNoun(call.args[0] ?? "")]}/${parseId(call.args[1])}`;
    const records = await openRecords(call.io, call.options);
    const { body } = await records.request({ method: "GET", path }, explanation);
    printResult(call, body, () => {
      const { hubspotUrl } = body;
      const link = hubspotUrl === undefined ? "" : `${paint(call.io, "dim", toPlainLine(hubspotUrl))}\n`;
      return `${toPlainLine(body.explanation)}\n${link}`;
    });
  },
};
