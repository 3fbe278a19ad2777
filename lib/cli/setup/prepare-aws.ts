import * as z from "zod";
import { AwsRefusal, type AwsAccount } from "../aws/aws-account.ts";
import { chooseStackName, openAwsAccount, parseAwsChoice, type Deployment } from "../aws/deployment.ts";
import { callQuery, readTag } from "../aws/query-service.ts";
import { readStackOutputs, StackMissing } from "../aws/stack-outputs.ts";
import { isCdkFolder } from "../cdk-settings.ts";
import { CliError } from "../cli-error.ts";
import type { CliIo } from "../cli-io.ts";
import type { CommandCall } from "../command.ts";
import { callCdk, openCdk, type CdkProgram } from "./cdk-program.ts";
import { announce, say } from "./narration.ts";

/** An AWS account that CDK can deploy to. */
export interface PreparedAws {
  readonly account: AwsAccount;
  readonly cdk: CdkProgram;
  readonly stackName: string;
  /** The stack, when it is deployed already. */
  readonly deployment: Deployment | undefined;
}

/**
 * Makes sure that everything is there to deploy with.
 * @throws CliError saying what is missing
 */
export async function prepareAws(call: CommandCall): Promise<PreparedAws> {
  const { io, options } = call;
  announce(io, "Prerequisites");
  await checkPrograms(io);
  const account = await openAwsAccount(io, options);
  const accountId = await sayWho(io, account);
  const choice = parseAwsChoice(options);
  const cdk = await openCdk(io, { options, choice, region: account.identity.region });
  await bootstrap(io, { account, accountId, cdk });
  const stackName = await chooseStackName(io, options);
  const deployment = await findDeployment(account, stackName);
  say(
    io,
    deployment === undefined ? `The stack ${stackName} is not deployed yet.` : `The stack ${stackName} is there.`,
  );
  return { account, cdk, stackName, deployment };
}

/** Node.js runs type stripping without a flag from here on; CDK starts the deployment's description with it. */
const LEAST_NODE = [22, 18] as const;

async function checkPrograms(io: CliIo): Promise<void> {
  if (!(await isCdkFolder(io.folder))) {
    throw new CliError(`There is no cdk.json to deploy from in ${io.folder}: run setup in this project's own folder.`);
  }
  const node = await io.runProgram({ command: "node", args: ["--version"], isShown: false });
  const [, major = "0", minor = "0"] = /^v(\d+)\.(\d+)/u.exec(node.output.trim()) ?? [];
  const isOld = Number(major) < LEAST_NODE[0] || (Number(major) === LEAST_NODE[0] && Number(minor) < LEAST_NODE[1]);
  if (node.exitCode !== 0 || isOld) {
    throw new CliError(
      `Node.js ${LEAST_NODE.join(".")} or newer is needed, found ${node.output.trim() || "none"}. Run \`npm ci\` and start this with npx.`,
    );
  }
  const cdk = await io.runProgram({ ...callCdk(["--version"]), isShown: false });
  if (cdk.exitCode !== 0) throw new CliError("CDK is not installed here. Run `npm ci`, then setup again.");
  say(io, `Node.js ${major}.${minor} and CDK ${cdk.output.trim()} are there.`);
}

async function sayWho(io: CliIo, account: AwsAccount): Promise<string> {
  const xml = await callQuery(account, { service: "sts", action: "GetCallerIdentity" });
  const accountId = readTag(xml, "Account") ?? "";
  say(io, `AWS account ${accountId} in ${account.identity.region}, as ${readTag(xml, "Arn") ?? ""}.`);
  return accountId;
}

async function bootstrap(
  io: CliIo,
  aws: { readonly account: AwsAccount; readonly accountId: string; readonly cdk: CdkProgram },
): Promise<void> {
  if (await isBootstrapped(aws.account)) {
    say(io, "CDK is prepared in this account and region.");
    return;
  }
  const args = ["bootstrap", `aws://${aws.accountId}/${aws.account.identity.region}`];
  say(
    io,
    `CDK is not prepared here. \`${aws.cdk.spell(args)}\` creates the bucket and the roles that it deploys with.`,
  );
  if (!(await io.prompts.confirm("Run it now?", true))) {
    throw new CliError(
      `Stopped: nothing can be deployed without it. Run \`${aws.cdk.spell(args)}\`, then setup again.`,
    );
  }
  await aws.cdk.run(args);
}

/**
 * Where `cdk bootstrap` keeps its version, and `cdk deploy` looks for it.
 * @see https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
 */
const BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version";

async function isBootstrapped(account: AwsAccount): Promise<boolean> {
  try {
    await account.call({ service: "ssm", action: "GetParameter", input: { Name: BOOTSTRAP_VERSION } }, z.unknown());
    return true;
  } catch (error) {
    if (error instanceof AwsRefusal && error.code === "ParameterNotFound") return false;
    throw error;
  }
}

/** The stack; undefined when there is none. */
export async function findDeployment(account: AwsAccount, stackName: string): Promise<Deployment | undefined> {
  try {
    return { account, outputs: await readStackOutputs(account, stackName) };
  } catch (error) {
    if (error instanceof StackMissing) return undefined;
    throw error;
  }
}
