import * as z from "zod";
import { UsageError } from "./cli-error.ts";
import type { CliIo } from "./cli-io.ts";
import { toSafeJson } from "./terminal/display-text.ts";

/** A command as it was called. Arguments and options are texts and flags; the command parses them. */
export interface CommandCall {
  readonly io: CliIo;
  /** In the order of the command's `parameters`; optional ones may be missing. */
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** One command of `hubspot-zep`. */
export interface Command {
  /** One word, or two for a command of a group: `secrets set`. */
  readonly name: string;
  readonly summary: string;
  /** Such as `<type> <id>`, `[what]` or `<fields...>`. */
  readonly parameters?: string;
  /** Flags as commander spells them, with what they mean. */
  readonly options?: readonly (readonly [flags: string, meaning: string])[];
  /** As they are typed; a remark is on a line of its own, for not every shell takes one behind a command. */
  readonly examples: readonly string[];
  /** Answers the exit code when it is not 0. */
  readonly run: (call: CommandCall) => Promise<number | void>;
}

/**
 * Reads a command's options.
 * @throws UsageError naming the first option that holds something else
 */
export function parseOptions<T>(schema: z.ZodType<T>, options: unknown): T {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? "option");
  const flag = name.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
  const given = z.record(z.string(), z.unknown()).safeParse(options).data?.[name];
  throw new UsageError(`--${flag} is "${String(given)}"; ${issue?.message ?? "that is not understood"}.`);
}

/** Prints data for scripts with `--json`, else what people read. */
export function printResult({ io, options }: CommandCall, data: unknown, render: () => string): void {
  io.write(options["json"] === true ? `${toSafeJson(data)}\n` : render());
}
