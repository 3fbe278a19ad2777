import * as z from "zod";
import { AWS_OPTIONS, openDeployment, type Deployment } from "./aws/deployment.ts";
import { CliError, UsageError } from "./cli-error.ts";
import type { CliIo } from "./cli-io.ts";
import { parseOptions, type CommandCall } from "./command.ts";
import { readGivenUrl } from "./given-url.ts";
import { createRecordsClient, type RecordsClient } from "./records-client.ts";
import { LOCAL_URL } from "./local-url.ts";

/** Options of every command that works on records. */
export const TARGET_OPTIONS = [
  ["--url <url>", `records API without signature (default: ${LOCAL_URL})`],
  ["--aws", "work on AWS with your own credentials"],
  ...AWS_OPTIONS,
] as const;

const targetOptions = z.looseObject({
  url: z.url({ protocol: /^https?$/u, error: "expected an http or https URL" }).optional(),
  aws: z.boolean().optional(),
  stack: z.string().optional(),
  profile: z.string().optional(),
  region: z.string().optional(),
});

const TIMEOUT_MS = 60_000;

/** Whether the options choose AWS. */
export function isAwsChosen(options: unknown): boolean {
  return parseOptions(targetOptions, options).aws === true;
}

/** Whether a records API was named, rather than the local stack's taken for granted. */
export function isTargetNamed(io: Pick<CliIo, "env">, options: unknown): boolean {
  return parseOptions(targetOptions, options).url !== undefined || readGivenUrl(io, "HUBSPOT_ZEP_URL") !== undefined;
}

/** The options that lead to the same records, as they are typed; empty where none was given. */
export function spellTarget(options: unknown): string {
  const { aws, url, stack, profile, region } = parseOptions(targetOptions, options);
  const named = Object.entries(aws === true ? { stack, profile, region } : { url });
  return [
    ...(aws === true ? ["--aws"] : []),
    ...named.flatMap(([name, value]) => (value === undefined ? [] : `--${name} ${quoteForShell(value)}`)),
  ].join(" ");
}

/** A command that goes on with the same records, to be copied as it is printed. */
export function spellCommand({ options }: Pick<CommandCall, "options">, command: string): string {
  return `npx hubspot-zep ${command} ${spellTarget(options)}`.trimEnd();
}

function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : JSON.stringify(word);
}

/**
 * Opens the records API that the options name: the local stack's unless told otherwise.
 * @throws UsageError when two targets are named; CliError when AWS cannot be reached
 */
export async function openRecords(io: CliIo, options: unknown): Promise<RecordsClient> {
  const { aws, url } = parseOptions(targetOptions, options);
  if (aws === true && url !== undefined) throw new UsageError("Use either --aws or --url, not both.");
  if (aws === true) return openDeployedRecords(await openDeployment(io, options));
  refuseAwsOptions(options);
  return openLocalRecords(io, url ?? readGivenUrl(io, "HUBSPOT_ZEP_URL") ?? LOCAL_URL);
}

/**
 * Whoever names a profile means AWS, and must not take the local stack's answer for its.
 * @throws UsageError naming the first option that is about AWS alone
 */
export function refuseAwsOptions(options: unknown): void {
  const { stack, profile, region } = parseOptions(targetOptions, options);
  const [named] = Object.entries({ stack, profile, region }).find(([, value]) => value !== undefined) ?? [];
  if (named !== undefined) throw new UsageError(`--${named} is about AWS: add --aws, or leave it out.`);
}

/** The records API of a stack on AWS; requests are signed with the admin's credentials. */
export function openDeployedRecords({ account, outputs }: Deployment): RecordsClient {
  return createRecordsClient(outputs.require("recordsApiUrl"), (request) =>
    account.sendSigned({ ...request, service: "execute-api" }),
  );
}

function openLocalRecords(io: CliIo, url: string): RecordsClient {
  return createRecordsClient(url, async ({ url: asked, ...request }) => {
    try {
      return await io.fetch(asked, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (cause) {
      const hint = "Start the local stack with `npm start`, name another --url, or use --aws.";
      throw new CliError(`No answer from ${url}. ${hint}`, { cause });
    }
  });
}
