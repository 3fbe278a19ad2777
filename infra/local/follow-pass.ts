import { setTimeout as sleep } from "node:timers/promises";
import { spellReason, sumCauses, sumCounts } from "../../lib/cli/pass-text.ts";
import type { Pass } from "../../lib/sync/pass-ports.ts";
import { optionsOf } from "./stack-url.ts";
import type { LocalStack } from "./local-stack.ts";

/** How often a running pass is looked at. Milliseconds. */
const LOOK_MS = 200;

/** Waits for the end of a pass, and says in a line what it repaired and why it had to. */
export async function followPass(
  { readPass, url }: Pick<LocalStack, "readPass" | "url">,
  passId: string,
): Promise<string> {
  for (;;) {
    const pass = await readPass(passId);
    if (pass === undefined) throw new Error(`pass ${passId} was started and is not stored`);
    if (pass.status !== "running") return describeEnd(pass, url);
    await sleep(LOOK_MS);
  }
}

function describeEnd(pass: Pass, url: string): string {
  const causes = [...sumCauses(pass)].map(([cause, count]) => `${count} ${cause}`).join(", ");
  const why =
    pass.reason === undefined ? "" : ` (${spellReason({ options: optionsOf(url) }, pass.passId, pass.reason)})`;
  const repaired = `${sumCounts(pass, "repaired")} repaired${causes === "" ? "" : ` (${causes})`}`;
  return `Reconciliation ${pass.status}${why}: ${sumCounts(pass, "read")} objects read, ${repaired}.`;
}
