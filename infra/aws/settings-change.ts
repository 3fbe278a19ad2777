import { createHash } from "node:crypto";
import { Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import {
  AwsCustomResource,
  AwsCustomResourcePolicy,
  type AwsSdkCall,
  PhysicalResourceId,
} from "aws-cdk-lib/custom-resources";
import { Construct, type IConstruct } from "constructs";
import { SETTINGS_CHANGE } from "../../lib/contract.ts";
import type { DeploymentSettings } from "./settings.ts";

export interface SettingsChangeProps {
  readonly settings: DeploymentSettings;
  readonly passQueue: Queue;
  /** What must already run with the new settings when the pass starts. */
  readonly after: readonly IConstruct[];
}

/** Starts a pass after a deployment that changed a setting which decides about records. */
export class SettingsChange extends Construct {
  constructor(scope: Construct, id: string, { settings, passQueue, after }: SettingsChangeProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, "Logs", {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    const starter = new AwsCustomResource(this, "StartPass", {
      resourceType: "Custom::StartPass",
      ...buildCalls(passQueue.queueUrl, hashDecisiveSettings(settings)),
      role,
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement({
          actions: ["sqs:GetQueueAttributes", "sqs:SendMessage"],
          resources: [passQueue.queueArn],
        }),
      ]),
      logGroup,
      installLatestAwsSdk: false,
      timeout: Duration.minutes(1),
      memorySize: 256,
    });
    starter.node.addDependency(...after);
    this.acknowledgeProvider();
  }

  /** CDK runs the calls in a function of its own, a child of the stack. */
  private acknowledgeProvider(): void {
    const id = `AWS${AwsCustomResource.PROVIDER_FUNCTION_UUID.replaceAll("-", "")}`;
    const provider = Validations.of(Stack.of(this).node.findChild(id));
    const reason =
      "CDK's own function; it runs only while CloudFormation deploys, and CloudFormation reports its failures.";
    provider.acknowledge({ id: "Serverless-LambdaDLQ", reason }, { id: "Serverless-LambdaTracing", reason });
  }
}

function buildCalls(queueUrl: string, hash: string): { readonly onCreate: AwsSdkCall; readonly onUpdate: AwsSdkCall } {
  // CloudFormation calls `onUpdate` only when something of it differs, and this differs exactly with the settings.
  const physicalResourceId = PhysicalResourceId.of(hash);
  return {
    // On the first deployment the secrets are still empty and a pass could only fail: look, and start nothing.
    onCreate: {
      service: "SQS",
      action: "getQueueAttributes",
      parameters: { QueueUrl: queueUrl, AttributeNames: ["QueueArn"] },
      physicalResourceId,
    },
    onUpdate: {
      service: "SQS",
      action: "sendMessage",
      parameters: {
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify({ start: true, cause: "settings" }),
        DelaySeconds: SETTINGS_CHANGE.passDelaySeconds,
      },
      physicalResourceId,
    },
  };
}

function hashDecisiveSettings({ dealStages, exclusionProperty, exclusionValues }: DeploymentSettings): string {
  const decisive = JSON.stringify({ dealStages, exclusionProperty, exclusionValues });
  return createHash("sha256").update(decisive).digest("hex");
}
