import type { Clock } from "../sync/ports.ts";

/** AWS credentials with the region they are used in. */
export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
}

/** A program that the command line starts. */
export interface ProgramCall {
  readonly command: string;
  readonly args: readonly string[];
  /** Shows the program's output as it comes, instead of answering it. */
  readonly isShown: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ProgramOutcome {
  /** 127 when the program could not be started. */
  readonly exitCode: number;
  /** Empty when the output was shown. */
  readonly output: string;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

/** Questions to the person at the terminal. Every method throws `CliError` when the person gives up. */
export interface Prompts {
  readonly confirm: (question: string, initial: boolean) => Promise<boolean>;
  readonly askText: (question: string, initial?: string) => Promise<string>;
  /** What is typed is not shown. */
  readonly askSecret: (question: string) => Promise<string>;
  readonly choose: (question: string, choices: readonly Choice[]) => Promise<string>;
  readonly chooseMany: (
    question: string,
    choices: readonly Choice[],
    initial: readonly string[],
  ) => Promise<readonly string[]>;
}

/** Everything that the command line touches outside itself; the process' own in production, captured in tests. */
export interface CliIo {
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Whether the output goes to a terminal, where a line can be drawn anew. */
  readonly isTerminal: boolean;
  /** Whether a person can be asked. */
  readonly isInteractive: boolean;
  readonly hasColour: boolean;
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that file names are relative to. */
  readonly folder: string;
  readonly readInput: () => Promise<string>;
  readonly fetch: (url: string | Request, init?: RequestInit) => Promise<Response>;
  readonly clock: Clock;
  readonly prompts: Prompts;
  readonly runProgram: (call: ProgramCall) => Promise<ProgramOutcome>;
  readonly loadAwsIdentity: (choice: { readonly profile?: string; readonly region?: string }) => Promise<AwsIdentity>;
}
