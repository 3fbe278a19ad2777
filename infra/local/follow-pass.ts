import { setTimeout as sleep } from "node:timers/promises";
import { sumCauses, sumCounts } from "../../lib/cli/pass-text.ts";
import type { Pass } from "../../lib/sync/pass-ports.ts";
import type { LocalStack } from "./local-stack.ts";

/** How often a running pass is looked at. Milliseconds. */
const LOOK_MS = 200;

/** Waits for the end of a pass, and says in a line what it repaired and why it had to. */
export async function followPass({ readPass }: Pick<LocalStack, "readPass">, passId: string): Promise<string> {
  for (;;) {
    const pass = await readPass(passId);
    if (pass === undefined) throw new Error(`pass ${passId} was started and is not stored`);
    if (pass.status !== "running") return describeEnd(pass);
    await sleep(LOOK_MS);
  }
}

function describeEnd(pass: Pass): string {
  const causes = [...sumCauses(pass)].map(([cause, count]) => `${count} ${cause}`).join(", ");
  const why = pass.reason === undefined ? "" : ` (${pass.reason})`;
  const repaired = `${sumCounts(pass, "repaired")} repaired${causes === "" ? "" : ` (${causes})`}`;
  return `Reconciliation ${pass.status}${why}: ${sumCounts(pass, "read")} objects read, ${repaired}.`;
}
