import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { loadAwsIdentity } from "./aws/load-aws-identity.ts";
import { CliError } from "./cli-error.ts";
import type { CliIo, ProgramCall, ProgramOutcome } from "./cli-io.ts";
import { createTerminalPrompts } from "./terminal/terminal-prompts.ts";

/** The shell's own code for a program that is not there. */
const NOT_STARTED = 127;

/** Binds the command line to the process it runs in. */
export function createProcessIo(): CliIo {
  const { stdin, stdout, stderr, env } = process;
  stdout.on("error", endWithReader);
  return {
    write: (line) => void stdout.write(line),
    writeError: (line) => void stderr.write(line),
    isTerminal: stdout.isTTY,
    isInteractive: stdin.isTTY && stdout.isTTY,
    // `hasColors` heeds NO_COLOR and FORCE_COLOR; a pipe has no such method.
    hasColour: stdout.isTTY && stdout.hasColors(),
    columns: stdout.isTTY ? stdout.columns : 120,
    env,
    folder: process.cwd(),
    readInput: readPipe,
    fetch: (url, init) => fetch(url, init),
    clock: {
      now: Date.now,
      sleep: (milliseconds) =>
        new Promise((resolve) => {
          setTimeout(resolve, milliseconds);
        }),
    },
    prompts: createTerminalPrompts(),
    runProgram,
    loadAwsIdentity,
  };
}

/** Whoever read our output has seen enough, such as `| head`: no failure of ours. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit();
}

/** A terminal would show what is typed, and what is read like this may be a secret. */
function readPipe(): Promise<string> {
  if (!process.stdin.isTTY) return text(process.stdin);
  throw new CliError("Nothing is piped in, and nobody can be asked while the output goes elsewhere.");
}

/** What no program that is started here has to know. */
const SECRET_VARIABLES = ["HUBSPOT_ACCESS_TOKEN", "HUBSPOT_CLIENT_SECRET"];

function runProgram({ command, args, isShown, env = {} }: ProgramCall): Promise<ProgramOutcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...withoutSecrets(process.env), ...env },
      stdio: isShown ? "inherit" : ["ignore", "pipe", "pipe"],
      // npm's programs are batch files on Windows, which only its shell can start.
      shell: process.platform === "win32",
    });
    let output = "";
    const gather = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout?.on("data", gather);
    child.stderr?.on("data", gather);
    child.once("error", () => resolve({ exitCode: NOT_STARTED, output }));
    child.once("close", (code) => resolve({ exitCode: code ?? 1, output }));
  });
}

function withoutSecrets(env: CliIo["env"]): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRET_VARIABLES.includes(name)));
}
