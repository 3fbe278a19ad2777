import * as z from "zod";
import { OBJECT_TYPES } from "../../domain/hubspot-object.ts";
import { passAnswer } from "../api-answers.ts";
import { parseOptions, printResult, type Command, type CommandCall } from "../command.ts";
import { gather } from "../gather-pages.ts";
import { renderPass, renderPasses } from "../pass-text.ts";
import { OBJECT_TYPE_OF, parseNoun } from "../record-words.ts";
import { openRecords, spellCommand, TARGET_OPTIONS } from "../target.ts";
import { watchPass } from "../watch-pass.ts";

const reconcileOptions = z.looseObject({
  dryRun: z.boolean().default(false),
  type: z.string().optional(),
  confirm: z.string().optional(),
  watch: z.boolean().default(false),
});

/** Compares everything now. */
export const RECONCILE: Command = {
  name: "reconcile",
  summary: "Compares every company, contact and deal with every record now, and repairs what differs.",
  options: [
    ["--dry-run", "only count what would be done"],
    ["--type <type>", "only companies, contacts or deals (kunden, ansprechpartner, projekte)"],
    ["--confirm <id>", "carry out the deactivations that the brake held back in this pass"],
    ["--watch", "follow it to its end"],
    ...TARGET_OPTIONS,
  ],
  examples: [
    "npx hubspot-zep reconcile --watch",
    "npx hubspot-zep reconcile --dry-run --type kunden --watch",
    "npx hubspot-zep reconcile --confirm 20261103-010000-0k3f9x --aws",
  ],
  run: reconcile,
};

async function reconcile(call: CommandCall): Promise<number> {
  const { io, options } = call;
  const { dryRun, type, confirm, watch } = parseOptions(reconcileOptions, options);
  const wanted = type === undefined ? undefined : parseType(type);
  const body = {
    ...(dryRun && { dryRun }),
    ...(confirm !== undefined && { confirm }),
    ...(wanted !== undefined && { types: [wanted] }),
  };
  const records = await openRecords(io, options);
  const started = await records.request({ method: "POST", path: "/v1/reconciliations", body }, passAnswer);
  if (!watch) {
    const { id } = started.body;
    const follow = spellCommand(call, `reconciliations ${id}`);
    printResult(call, started.body, () => `Started ${id}. Follow it: ${follow}\n`);
    return 0;
  }
  const ended = await watchPass(call, records, started.body.id);
  printResult(call, ended, () => renderPass(call, ended));
  return ended.status === "succeeded" ? 0 : 1;
}

function parseType(word: string): (typeof OBJECT_TYPES)[number] {
  return OBJECT_TYPE_OF[parseNoun(word)];
}

/** Lists what ran. */
export const RECONCILIATIONS: Command = {
  name: "reconciliations",
  summary: "Lists the passes of the last 30 days, or shows one with its report.",
  parameters: "[id]",
  options: TARGET_OPTIONS,
  examples: ["npx hubspot-zep reconciliations", "npx hubspot-zep reconciliations 20261103-010000-0k3f9x --aws"],
  run: async (call) => {
    const [id] = call.args;
    const records = await openRecords(call.io, call.options);
    if (id !== undefined) {
      const path = `/v1/reconciliations/${encodeURIComponent(id)}`;
      const { body } = await records.request({ method: "GET", path }, passAnswer);
      printResult(call, body, () => renderPass(call, body));
      return;
    }
    const { items } = await gather(records, passAnswer, { path: "/v1/reconciliations" });
    printResult(call, items, () =>
      items.length === 0 ? `No pass has run yet: ${spellCommand(call, "reconcile")}\n` : renderPasses(call, items),
    );
  },
};
