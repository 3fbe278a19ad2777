import { App } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import * as z from "zod";
import { parseSettings } from "../../../infra/aws/settings.ts";
import { SyncStack } from "../../../infra/aws/sync-stack.ts";

export interface SynthesizedStack {
  readonly app: App;
  readonly stack: SyncStack;
  readonly template: Template;
}

/** Synthesizes the stack without bundling the functions. Slow: once per test file. */
export function synthStack(context: Readonly<Record<string, unknown>> = {}): SynthesizedStack {
  const parsed = parseSettings(context);
  if (parsed.kind === "invalid") throw new Error(parsed.problems.join("\n"));
  const app = new App({ context: { "aws:cdk:bundling-stacks": [] } });
  const stack = new SyncStack(app, "Test", { settings: parsed.settings });
  return { app, stack, template: Template.fromStack(stack) };
}

const statement = z.object({
  Effect: z.string(),
  Action: z.union([z.string().transform((action) => [action]), z.array(z.string())]),
  Resource: z.unknown(),
});
export type Statement = z.output<typeof statement>;

const policy = z.object({
  Properties: z.object({
    PolicyDocument: z.object({ Statement: z.array(statement) }),
    Roles: z.array(z.object({ Ref: z.string() })),
  }),
});

/** All statements of the policies of roles whose logical id starts with this. */
export function listStatements(template: Template, rolePrefix: string): readonly Statement[] {
  const policies = Object.values(template.findResources("AWS::IAM::Policy")).map((found) => policy.parse(found));
  return policies
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }) => Ref.startsWith(rolePrefix)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

/** Environment variables of the function whose logical id starts with this. */
export function readEnvironment(template: Template, functionPrefix: string): Readonly<Record<string, unknown>> {
  const found = Object.entries(template.findResources("AWS::Lambda::Function", Match.anyValue()));
  const [, resource] = found.find(([id]) => id.startsWith(functionPrefix)) ?? [];
  const lambda = z.object({
    Properties: z.object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) }),
  });
  return lambda.parse(resource).Properties.Environment.Variables;
}
