import { Command as Commander, CommanderError } from "commander";
import { CliError } from "./cli-error.ts";
import type { CliIo } from "./cli-io.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands/command-list.ts";
import { isOperationalFailure } from "./failure-sentence.ts";
import { toPlainLine } from "./terminal/display-text.ts";

/** Carries one command line out and answers the exit code: 0 done, 1 failed, 2 misspelt. */
export async function main(argv: readonly string[], io: CliIo): Promise<number> {
  let exitCode = 0;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv.length === 0 ? ["--help"] : argv, { from: "user" });
    return exitCode;
  } catch (error) {
    return tellFailure(io, error);
  }
}

function tellFailure(io: CliIo, error: unknown): number {
  // Commander has already printed its sentence, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const message = error instanceof Error ? error.message : String(error);
  const sentence =
    error instanceof CliError || isOperationalFailure(error)
      ? message
      : `Unexpected failure: ${message.split("\n")[0]}`;
  // A refusal may quote a name that somebody wrote into HubSpot.
  io.writeError(`${toPlainLine(sentence)}\n`);
  // For whoever reports a bug; nobody else should have to look at one.
  if (io.env["HUBSPOT_ZEP_DEBUG"] !== undefined && error instanceof Error) io.writeError(`${error.stack}\n`);
  return error instanceof CliError ? error.exitCode : 1;
}

function createProgram(io: CliIo, finish: (exitCode: number) => void): Commander {
  const program = new Commander("npx hubspot-zep")
    .description("Shows and works the ZEP records that are synced from HubSpot.")
    .helpCommand(false)
    .addHelpText(
      "after",
      "\nWithout --aws the commands work on the local stack (`npm start`) at http://127.0.0.1:8787, or at --url or " +
        "HUBSPOT_ZEP_URL.\nExamples of a command: npx hubspot-zep <command> --help",
    );
  withIo(program, io);
  const groups = new Map<string, Commander>();
  for (const command of COMMANDS) {
    const [first, second] = command.name.split(" ");
    if (second === undefined) addCommand(program, command, { io, finish });
    else addCommand(findGroup(program, groups, first ?? ""), { ...command, name: second }, { io, finish });
  }
  return program;
}

const GROUP_SUMMARIES: Readonly<Record<string, string>> = {
  secrets: "Fill the secrets in AWS: access token and client secret.",
};

function findGroup(program: Commander, groups: Map<string, Commander>, name: string): Commander {
  const group = groups.get(name) ?? program.command(name).description(GROUP_SUMMARIES[name] ?? "");
  groups.set(name, group.helpCommand(false));
  return group;
}

interface Run {
  readonly io: CliIo;
  readonly finish: (exitCode: number) => void;
}

function addCommand(parent: Commander, command: Command, { io, finish }: Run): void {
  const added = parent.command(`${command.name} ${command.parameters ?? ""}`.trim()).description(command.summary);
  added.showHelpAfterError(`How it is written: npx hubspot-zep ${command.name} --help`);
  for (const [flags, meaning] of command.options ?? []) added.option(flags, meaning);
  added.option("--json", "print JSON, for scripts");
  added.addHelpText("after", `\nExamples:\n${command.examples.map((example) => `  ${example}`).join("\n")}`);
  withIo(added, io);
  added.action(async () => {
    const options: Readonly<Record<string, unknown>> = added.opts();
    finish((await command.run({ io, args: added.args, options })) ?? 0);
  });
}

function withIo(command: Commander, io: CliIo): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.write(text),
    writeErr: (text) => io.writeError(text),
    outputError: (text, write) => write(text.replace(/^error: /u, "")),
    getOutHelpWidth: () => Math.min(io.columns, 120),
    getErrHelpWidth: () => Math.min(io.columns, 120),
    getOutHasColors: () => io.hasColour,
    getErrHasColors: () => io.hasColour,
  });
}
