import * as z from "zod";
import { passAnswer, type PassAnswer } from "../api-answers.ts";
import { parseOptions, printResult, type Command, type CommandCall } from "../command.ts";
import { renderPass, sumCounts } from "../pass-text.ts";
import { openRecords, TARGET_OPTIONS } from "../target.ts";
import { paint, toPlainLine } from "../terminal/display-text.ts";
import { watchPass } from "../watch-pass.ts";

const previewOptions = z.looseObject({
  dealStages: z.string().optional(),
  exclusionProperty: z.string().optional(),
  exclusionValues: z.string().optional(),
});

/** Tries settings without writing. */
export const PREVIEW: Command = {
  name: "preview",
  summary:
    "Runs the rules with other settings, or today's, and names what they would create, release, freeze and deactivate.",
  options: [
    ["--deal-stages <list>", '"", "all" or stage ids; `npx hubspot-zep stages` lists them'],
    ["--exclusion-property <name>", "HubSpot's internal name of the property"],
    ["--exclusion-values <list>", "separated by commas"],
    ...TARGET_OPTIONS,
  ],
  examples: [
    'npx hubspot-zep preview --deal-stages "1043288713, 1043288714"',
    "npx hubspot-zep preview --exclusion-values no,nein,nie --aws --json",
    "npx hubspot-zep preview --aws",
  ],
  run: preview,
};

async function preview(call: CommandCall): Promise<number> {
  const { io, options } = call;
  const { dealStages, exclusionProperty, exclusionValues } = parseOptions(previewOptions, options);
  const settings = {
    ...(dealStages !== undefined && { dealStages }),
    ...(exclusionProperty !== undefined && { exclusionProperty }),
    ...(exclusionValues !== undefined && { exclusionValues: exclusionValues.split(",").map((value) => value.trim()) }),
  };
  const records = await openRecords(io, options);
  const started = await records.request(
    { method: "POST", path: "/v1/reconciliations", body: { settings } },
    passAnswer,
  );
  const ended = await watchPass(call, records, started.body.id);
  printResult(call, ended, () => renderPreview(call, ended));
  return ended.status === "succeeded" ? 0 : 1;
}

const HEADINGS: readonly (readonly [effect: string, heading: string])[] = [
  ["created", "Would be created"],
  ["released", "Would be released"],
  ["updated", "Would be updated"],
  ["frozen", "Would be frozen"],
  ["deactivated", "Would be deactivated"],
];

function renderPreview(call: CommandCall, pass: PassAnswer): string {
  const listed = pass.report?.listed ?? [];
  const groups = HEADINGS.flatMap(([effect, heading]) => {
    const entries = listed.filter((entry) => entry.effect === effect);
    const total = countEffect(pass, effect);
    if (total === 0) return [];
    const lines = entries.map(({ type, id, name }) => toPlainLine(`  ${type} ${id} ${name}`).trimEnd());
    const count = entries.length < total ? `${entries.length} of ${total}` : `${total}`;
    return [paint(call.io, "bold", `${heading} (${count})`), ...lines];
  });
  const told = groups.length === 0 ? ["With these settings no record would change."] : groups;
  return `${told.join("\n")}\n\nNothing was written.\n\n${renderPass(call, pass)}`;
}

/** All records of an effect; a preview names some hundred only. What is released is updated as well. */
function countEffect(pass: PassAnswer, effect: string): number {
  const total = sumCounts(pass, effect);
  return effect === "updated" ? total - sumCounts(pass, "released") : total;
}
