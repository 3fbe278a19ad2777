import { fileURLToPath } from "node:url";
import { Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, LoggingFormat, RecursiveLoop, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { FUNCTION_BUNDLING } from "./function-bundling.ts";

export interface SyncFunctionProps {
  /** File in `functions/`, without `.ts`. */
  readonly file: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Whether it hands work back to the queue that it is called by. Lambda takes that for a runaway loop and after some 16
   * rounds moves the message to the dead letters, without a call that could say why. AWS docs: Lambda, recursive loop
   * detection.
   */
  readonly handsBack?: boolean;
}

/** Where `functions/` is. */
const FUNCTIONS_FOLDER = fileURLToPath(new URL("../../functions/", import.meta.url));
const LOCK_FILE = fileURLToPath(new URL("../../package-lock.json", import.meta.url));

/** One function with a role and a log group of its own; `allow` adds what it may do. */
export class SyncFunction extends Construct {
  readonly lambda: NodejsFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: SyncFunctionProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, "Logs", {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Not the managed AWSLambdaBasicExecutionRole: it may write to every log group of the account.
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    this.logGroup.grantWrite(role);
    this.lambda = new NodejsFunction(this, "Lambda", {
      description: props.description,
      entry: `${FUNCTIONS_FOLDER}${props.file}.ts`,
      depsLockFilePath: LOCK_FILE,
      bundling: FUNCTION_BUNDLING,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: props.timeout,
      memorySize: props.memoryMegabytes,
      role,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      recursiveLoop: props.handsBack === true ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      environment: {
        NODE_OPTIONS: "--enable-source-maps",
        // Becomes the metrics' dimension, so that several deployments in one account keep their alarms apart.
        POWERTOOLS_SERVICE_NAME: Stack.of(this).stackName,
        ...props.environment,
      },
    });
    this.acknowledgeRules(role);
  }

  /** Allows actions on exactly these resources. */
  allow(actions: readonly string[], resourceArns: readonly string[]): void {
    this.lambda.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [...resourceArns] }));
  }

  private acknowledgeRules(role: Role): void {
    Validations.of(role).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason:
        "Only X-Ray's two write actions, which IAM cannot narrow to a resource; a test holds every other statement to named resources.",
    });
    Validations.of(this.lambda).acknowledge({
      id: "Serverless-LambdaDLQ",
      reason: "API Gateway calls it synchronously or SQS is polled for it; Lambda's own queue is never used.",
    });
    Validations.of(this.lambda).acknowledge({
      id: "Serverless-LambdaEventSourceMappingDestination",
      reason: "SQS sources know no destination; the queue's redrive policy does the same.",
    });
  }
}
