import { styleText } from "node:util";
import { followPass } from "./follow-pass.ts";
import type { LocalStack } from "./local-stack.ts";

/** What the keys of the terminal do, for the first screen. */
export const KEYS = [
  ["d", "edits three companies in HubSpot whose webhooks get lost on the way, on purpose"],
  ["r", "runs a reconciliation: it finds and repairs them, and says why"],
  ["q", "ends it, as Ctrl-C does"],
] as const;

/** Companies of a demonstration. */
const LOST_EDITS = 3;

/** Listens to single keys; does nothing where there is no terminal. */
export function listenToKeys(
  stack: LocalStack,
  { write, end }: { write: (line: string) => void; end: () => void },
): void {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  stdin.on("data", (key) => {
    void press(stack, String(key), { write, end }).catch((error: unknown) => {
      write(styleText("red", error instanceof Error ? error.message : String(error)));
    });
  });
}

async function press(
  stack: LocalStack,
  key: string,
  { write, end }: { readonly write: (line: string) => void; readonly end: () => void },
): Promise<void> {
  switch (key) {
    case "r": {
      const started = await stack.reconcile();
      if (started.kind === "running") write(`Reconciliation ${started.passId} is still at work.`);
      if (started.kind === "started") write(await followPass(stack, started.passId));
      return;
    }
    case "d":
      write(await editUnheard(stack));
      return;
    case "q":
    case "\u0003":
      end();
      return;
    default:
      write(KEYS.map(([name, effect]) => `${styleText("cyan", name)}  ${effect}`).join("\n"));
  }
}

/** Edits companies while HubSpot's webhooks are dropped. */
export async function editUnheard({ simulated }: Pick<LocalStack, "simulated">): Promise<string> {
  if (simulated === undefined) return "Only the simulated portal can lose webhooks on purpose.";
  const { simulator } = simulated;
  const everything = { afterId: undefined, limit: LOST_EDITS, isArchived: false, asOfMs: Date.now() };
  const companies = simulator.world.listObjects("company", everything);
  simulator.behaviour.dropShare = 1;
  try {
    for (const { id } of companies) {
      const name = `Unbemerkt ${new Date().toISOString().slice(11, 19)} GmbH`;
      await fetch(`${simulator.url}/_sim/objects/company/${id}`, {
        method: "PATCH",
        body: JSON.stringify({ properties: { name } }),
      });
    }
  } finally {
    simulator.behaviour.dropShare = 0;
  }
  const ids = companies.map(({ id }) => id).join(", ");
  return `Companies ${ids} have new names in HubSpot, and nobody was told. Press r.`;
}
