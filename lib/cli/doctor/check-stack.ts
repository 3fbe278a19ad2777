import type { StackOutputs } from "../aws/stack-outputs.ts";
import { note, ok, problem, type CheckLine } from "./check-line.ts";

/** Whether the stack is deployed to its end. */
export function checkStack(
  { stackName, status }: Pick<StackOutputs, "stackName" | "status">,
  region: string,
): readonly CheckLine[] {
  const where = `${stackName} in ${region}`;
  if (/^(?:CREATE|UPDATE|IMPORT)_COMPLETE$/u.test(status)) return [ok("stack", `${where} is deployed`)];
  if (status === "UPDATE_ROLLBACK_COMPLETE") {
    const remedy = "The version before it is at work. `npx cdk deploy` tries again and shows why it fails.";
    return [note("stack", `the last deployment of ${where} failed and was taken back`, remedy)];
  }
  if (status.endsWith("_IN_PROGRESS")) {
    return [note("stack", `${where} is being changed right now (${status})`, "Run doctor again when that is done.")];
  }
  const remedy =
    "The CloudFormation console shows the first event that failed. A stack whose creation failed has to be deleted before `npx cdk deploy`.";
  return [problem("stack", `${where} is ${status}`, remedy)];
}
