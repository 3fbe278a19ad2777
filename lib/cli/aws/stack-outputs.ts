import { STACK } from "../../contract.ts";
import { CliError } from "../cli-error.ts";
import { AwsRefusal, type AwsAccount } from "./aws-account.ts";

type OutputName = keyof typeof STACK.outputs;

/** What the deployed stack tells about itself. */
export interface StackOutputs {
  readonly stackName: string;
  readonly find: (name: OutputName) => string | undefined;
  /** @throws CliError when the stack has no such output: it was deployed by an older version */
  readonly require: (name: OutputName) => string;
}

/**
 * Reads the stack's outputs.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
 * @throws CliError when there is no such stack in this account and region
 */
export async function readStackOutputs(account: AwsAccount, stackName: string): Promise<StackOutputs> {
  const response = await account.sendSigned({
    service: "cloudformation",
    method: "POST",
    url: `${account.endpointOf("cloudformation")}/`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ Action: "DescribeStacks", StackName: stackName, Version: "2010-05-15" }).toString(),
  });
  const xml = await response.text();
  if (!response.ok) throw explainRefusal(account, stackName, xml);
  return toOutputs(stackName, parseOutputs(xml));
}

function toOutputs(stackName: string, values: ReadonlyMap<string, string>): StackOutputs {
  const find = (name: OutputName): string | undefined => values.get(STACK.outputs[name]);
  return {
    stackName,
    find,
    require: (name) => {
      const value = find(name);
      if (value !== undefined) return value;
      throw new CliError(`The stack ${stackName} has no output ${STACK.outputs[name]}. Run \`npx cdk deploy\` again.`);
    },
  };
}

function explainRefusal(account: AwsAccount, stackName: string, xml: string): CliError {
  const code = readTag(xml, "Code") ?? "an error";
  const message = readTag(xml, "Message") ?? "";
  const { region } = account.identity;
  if (code !== "ValidationError") return new AwsRefusal("cloudformation", code, message);
  return new CliError(
    `There is no stack ${stackName} in ${region}. Deploy it with \`npx cdk deploy\`, or name another --stack, --region or --profile.`,
  );
}

/** CloudFormation answers XML; keys and values are the only two tags that matter here. */
function parseOutputs(xml: string): ReadonlyMap<string, string> {
  const outputs = new Map<string, string>();
  for (const [member] of xml.matchAll(/<member>(?:(?!<\/?member>)[\s\S])*<\/member>/gu)) {
    const key = readTag(member, "OutputKey");
    const value = readTag(member, "OutputValue");
    if (key !== undefined && value !== undefined) outputs.set(key, value);
  }
  return outputs;
}

function readTag(xml: string, tag: string): string | undefined {
  const [, text] = new RegExp(`<${tag}>([^<]*)</${tag}>`, "u").exec(xml) ?? [];
  return text?.replaceAll(/&(lt|gt|quot|apos|amp);/gu, (_, name: string) => ENTITIES[name] ?? "");
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
