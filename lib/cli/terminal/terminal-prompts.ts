import { CliError } from "../cli-error.ts";
import type { Choice, Prompts } from "../cli-io.ts";

type Clack = typeof import("@clack/prompts");

/** Asks on the terminal. The library is loaded with the first question: most commands ask none. */
export function createTerminalPrompts(): Prompts {
  return {
    confirm: (message, initialValue) => ask<boolean>((clack) => clack.confirm({ message, initialValue })),
    askText: async (message, initial) => {
      const answer = await ask<string>((clack) =>
        clack.text({ message, ...(initial !== undefined && { initialValue: initial }) }),
      );
      return answer.trim();
    },
    askSecret: async (message) => (await ask<string>((clack) => clack.password({ message }))).trim(),
    choose: (message, choices) => ask<string>((clack) => clack.select({ message, options: choices.map(toOption) })),
    chooseMany: (message, choices, initial) =>
      ask<string[]>((clack) =>
        clack.multiselect({ message, options: choices.map(toOption), initialValues: [...initial], required: false }),
      ),
  };
}

async function ask<T>(question: (clack: Clack) => Promise<T | symbol>): Promise<T> {
  const answer = await question(await import("@clack/prompts"));
  if (typeof answer === "symbol") throw new CliError("Stopped; what was done so far stays done.", { exitCode: 130 });
  return answer;
}

function toOption({ value, label, hint }: Choice): Choice {
  return { value, label, ...(hint !== undefined && { hint }) };
}
