import * as z from "zod";
import { STACK } from "../../contract.ts";
import type { CliIo } from "../cli-io.ts";
import { parseOptions } from "../command.ts";
import { readCdkSettings } from "../cdk-settings.ts";
import { createAwsAccount, type AwsAccount } from "./aws-account.ts";
import { readStackOutputs, type StackOutputs } from "./stack-outputs.ts";

/** Options that choose the stack on AWS. */
export const AWS_OPTIONS = [
  ["--stack <name>", `name of the stack on AWS (default: stackName in cdk.json, else ${STACK.name})`],
  ["--profile <name>", "AWS profile of your AWS configuration"],
  ["--region <name>", "AWS region, such as eu-central-1"],
] as const;

const awsOptions = z.looseObject({
  stack: z.string().min(1).optional(),
  profile: z.string().exactOptional(),
  region: z.string().exactOptional(),
});

/** A stack on AWS, opened with the admin's credentials. */
export interface Deployment {
  readonly account: AwsAccount;
  readonly outputs: StackOutputs;
}

/** Which of the admin's credentials to use; the usual ones when nothing is named. */
export interface AwsChoice {
  readonly profile?: string;
  readonly region?: string;
}

/** @throws UsageError */
export function parseAwsChoice(options: unknown): AwsChoice {
  const { profile, region } = parseOptions(awsOptions, options);
  return { ...(profile !== undefined && { profile }), ...(region !== undefined && { region }) };
}

/**
 * Opens the account that the options name.
 * @throws CliError without credentials or region
 */
export async function openAwsAccount(io: CliIo, options: unknown): Promise<AwsAccount> {
  return createAwsAccount(io, await io.loadAwsIdentity(parseAwsChoice(options)));
}

/**
 * The stack that the options name, else that of cdk.json.
 * @throws CliError when cdk.json cannot be read
 */
export async function chooseStackName(io: Pick<CliIo, "folder">, options: unknown): Promise<string> {
  return parseOptions(awsOptions, options).stack ?? (await readCdkSettings(io.folder)).stackName;
}

/**
 * Opens the stack that the options name.
 * @throws CliError when there is none, or no credentials for it
 */
export async function openDeployment(io: CliIo, options: unknown): Promise<Deployment> {
  const account = await openAwsAccount(io, options);
  return { account, outputs: await readStackOutputs(account, await chooseStackName(io, options)) };
}
