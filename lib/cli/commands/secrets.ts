import * as z from "zod";
import { AWS_OPTIONS, openDeployment, type Deployment } from "../aws/deployment.ts";
import { readStoredSecret, writeStoredSecret } from "../aws/stored-secret.ts";
import { CliError, UsageError } from "../cli-error.ts";
import type { CliIo } from "../cli-io.ts";
import { parseOptions, printResult, type Command, type CommandCall } from "../command.ts";

const SECRETS = {
  "access-token": { output: "accessTokenArn", label: "access token" },
  "client-secret": { output: "clientSecretArn", label: "client secret" },
} as const;
type SecretName = keyof typeof SECRETS;

/** Fills a secret on AWS. */
export const SECRETS_SET: Command = {
  name: "secrets set",
  summary: "Fills a secret on AWS; the value is asked for, or read from standard input, and never shown.",
  parameters: "<name>",
  options: [
    ["--add", "client-secret only: accept the new one beside the present one, while HubSpot changes over"],
    ["--aws", "always so"],
    ...AWS_OPTIONS,
  ],
  examples: [
    "npx hubspot-zep secrets set access-token",
    "npx hubspot-zep secrets set client-secret --add",
    "npx hubspot-zep secrets set access-token < token.txt",
  ],
  run: setSecret,
};

/** Ends a rotation. */
export const SECRETS_FINISH: Command = {
  name: "secrets finish-rotation",
  summary: "Ends the rotation of the client secret: only the newest one is accepted from then on.",
  options: [["--aws", "always so"], ...AWS_OPTIONS],
  examples: ["npx hubspot-zep secrets finish-rotation", "npx hubspot-zep secrets finish-rotation --profile production"],
  run: finishRotation,
};

async function setSecret(call: CommandCall): Promise<void> {
  const { io, options } = call;
  const name = parseSecretName(call.args[0] ?? "");
  const { add } = parseOptions(z.looseObject({ add: z.boolean().default(false) }), options);
  if (add && name === "access-token") {
    throw new UsageError("--add is for the client secret; HubSpot keeps the old access token alive by itself.");
  }
  const deployment = await openDeployment(io, options);
  const value = await readValue(io, name);
  const kept = add ? await keepPresent(deployment, name, value) : [];
  await writeStoredSecret(deployment.account, deployment.outputs.require(SECRETS[name].output), [value, ...kept]);
  printResult(call, { secret: name, values: 1 + kept.length }, () => describeStored(name, kept.length > 0));
}

/** A value that cannot be the secret. The message shows nothing of it. */
export class BadSecret extends CliError {}

/**
 * Stores `value` for a secret of a stack in place of what it holds.
 * @throws BadSecret
 */
export async function storeSecret(deployment: Deployment, name: SecretName, value: string): Promise<void> {
  const arn = deployment.outputs.require(SECRETS[name].output);
  await writeStoredSecret(deployment.account, arn, [checkValue(name, value)]);
}

async function keepPresent(
  { account, outputs }: Deployment,
  name: SecretName,
  value: string,
): Promise<readonly string[]> {
  const present = await readStoredSecret(account, outputs.require(SECRETS[name].output));
  // The one before last is of no use any more; a value given twice is one.
  return present.filter((one) => one !== value).slice(0, 1);
}

async function finishRotation(call: CommandCall): Promise<void> {
  const { account, outputs } = await openDeployment(call.io, call.options);
  const arn = outputs.require("clientSecretArn");
  const [newest, ...older] = await readStoredSecret(account, arn);
  if (newest === undefined)
    throw new CliError("The client secret is empty. Run `npx hubspot-zep secrets set client-secret`.");
  if (older.length > 0) await writeStoredSecret(account, arn, [newest]);
  const told = older.length > 0 ? "Only the newest client secret is accepted now." : "No rotation is under way.";
  printResult(call, { removed: older.length }, () => `${told}\n`);
}

function parseSecretName(word: string): SecretName {
  if (word === "access-token" || word === "client-secret") return word;
  throw new UsageError(`"${word}" is no secret; the secrets are access-token and client-secret.`);
}

async function readValue(io: CliIo, name: SecretName): Promise<string> {
  const { label } = SECRETS[name];
  const typed = io.isInteractive ? await io.prompts.askSecret(`The ${label} (not shown)`) : await io.readInput();
  return checkValue(name, typed);
}

/** Whatever else a token may look like, it has to fit into a header and must not be read back as two. Shows nothing of it. */
function checkValue(name: SecretName, typed: string): string {
  const value = typed.trim();
  const { label } = SECRETS[name];
  if (value === "") throw new BadSecret(`The ${label} is empty; nothing was stored.`);
  const flaw = findFlaw(value);
  if (flaw !== undefined) throw new BadSecret(`The ${label} ${flaw}; nothing was stored.`);
  return value;
}

function findFlaw(value: string): string | undefined {
  if (/\s/u.test(value)) return "has spaces or line breaks in it";
  if (/[^\x21-\x7E]/u.test(value)) return "has characters in it that a keyboard does not type";
  if (/^[[{]/u.test(value)) return "looks like JSON, expected the bare value";
  return /^["']|["']$/u.test(value) ? "is in quotation marks, expected the bare value" : undefined;
}

function describeStored(name: SecretName, isBeside: boolean): string {
  const { label } = SECRETS[name];
  const next =
    "The functions take it up with their next refused call, within a minute. Check: npx hubspot-zep doctor --aws";
  if (!isBeside) return `Stored the ${label}. ${next}\n`;
  return `Stored the ${label} beside the present one. When HubSpot uses it: npx hubspot-zep secrets finish-rotation\n`;
}
