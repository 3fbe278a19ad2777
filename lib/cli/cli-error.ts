/** A failure that the person at the terminal can understand: one clear sentence, no stack trace. */
export class CliError extends Error {
  override readonly name = "CliError";
  /** 1 when something failed, 2 when the command was misspelt. */
  readonly exitCode: number;

  constructor(message: string, { exitCode = 1, cause }: { readonly exitCode?: number; readonly cause?: unknown } = {}) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

/** A command that was written in a way nobody can carry out. */
export class UsageError extends CliError {
  constructor(message: string) {
    super(message, { exitCode: 2 });
  }
}
