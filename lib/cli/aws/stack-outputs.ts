import { STACK } from "../../contract.ts";
import { CliError } from "../cli-error.ts";
import { AwsRefusal, type AwsAccount } from "./aws-account.ts";
import { callQuery, readPairs, readTag } from "./query-service.ts";

type OutputName = keyof typeof STACK.outputs;

/** What the deployed stack tells about itself. */
export interface StackOutputs {
  readonly stackName: string;
  /** CloudFormation's own word, such as `UPDATE_COMPLETE`. */
  readonly status: string;
  readonly find: (name: OutputName) => string | undefined;
  /** @throws CliError when the stack has no such output: it was deployed by an older version, or not to its end */
  readonly require: (name: OutputName) => string;
}

/** There is no such stack in this account and region. */
export class StackMissing extends CliError {}

/**
 * Reads the stack's outputs.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
 * @throws StackMissing, AwsRefusal
 */
export async function readStackOutputs(account: AwsAccount, stackName: string): Promise<StackOutputs> {
  const input = { StackName: stackName };
  const xml = await callQuery(account, { service: "cloudformation", action: "DescribeStacks", input }).catch(
    (error: unknown) => {
      throw explainRefusal(account, stackName, error);
    },
  );
  const status = readTag(xml, "StackStatus") ?? "";
  return toOutputs(
    { stackName, status },
    readPairs(xml, { element: "member", key: "OutputKey", value: "OutputValue" }),
  );
}

function toOutputs(
  stack: Pick<StackOutputs, "stackName" | "status">,
  values: ReadonlyMap<string, string>,
): StackOutputs {
  const find = (name: OutputName): string | undefined => values.get(STACK.outputs[name]);
  return {
    ...stack,
    find,
    require: (name) => {
      const value = find(name);
      if (value !== undefined) return value;
      throw new CliError(
        `The stack ${stack.stackName} (${stack.status}) has no output ${STACK.outputs[name]}. Run \`npx cdk deploy\` again.`,
      );
    },
  };
}

/** CloudFormation has no code of its own for a stack that is not there. */
function explainRefusal(account: AwsAccount, stackName: string, error: unknown): unknown {
  if (!(error instanceof AwsRefusal) || error.code !== "ValidationError") return error;
  const { region } = account.identity;
  return new StackMissing(
    `There is no stack ${stackName} in ${region}. Deploy it with \`npx cdk deploy\`, or name another --stack, --region or --profile.`,
    { cause: error },
  );
}
