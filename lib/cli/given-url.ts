import { UsageError } from "./cli-error.ts";
import type { CliIo } from "./cli-io.ts";

/**
 * The URL in an environment variable; undefined when it is not set, or empty.
 * @throws UsageError
 */
export function readGivenUrl({ env }: Pick<CliIo, "env">, name: string): string | undefined {
  const text = env[name]?.trim() || undefined;
  if (text === undefined || (URL.canParse(text) && /^https?:$/u.test(new URL(text).protocol))) return text;
  throw new UsageError(`${name} is "${text}"; expected an http or https URL.`);
}
