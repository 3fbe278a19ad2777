import { Duration, Validations } from "aws-cdk-lib";
import { HttpMethod } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { ENV } from "../../lib/contract.ts";
import { HttpDoor } from "./http-door.ts";
import { SyncFunction } from "./sync-function.ts";

export interface WebhookDoorProps {
  readonly changeQueue: Queue;
  readonly clientSecret: ISecret;
  readonly publicUrl: string | undefined;
}

/** The one public door: HubSpot's webhooks, authenticated by their signature. */
export class WebhookDoor extends Construct {
  readonly door: HttpDoor;
  readonly receiver: SyncFunction;

  constructor(scope: Construct, id: string, props: WebhookDoorProps) {
    super(scope, id);
    this.receiver = new SyncFunction(this, "Receiver", {
      file: "receive-webhook",
      description: "Verifies HubSpot's webhooks and queues the changes they tell of",
      // HubSpot gives up after five seconds; an answer of our own must come before. HubSpot docs: webhooks.
      timeout: Duration.seconds(4),
      memoryMegabytes: 512,
      environment: {
        [ENV.changeQueueUrl]: props.changeQueue.queueUrl,
        [ENV.clientSecretArn]: props.clientSecret.secretArn,
        ...(props.publicUrl === undefined ? {} : { [ENV.publicUrl]: props.publicUrl }),
      },
    });
    this.receiver.allow(["sqs:SendMessage"], [props.changeQueue.queueArn]);
    this.receiver.allow(["secretsmanager:GetSecretValue"], [props.clientSecret.secretArn]);

    // HubSpot has at most ten requests in flight; the rest is room for retries and for a workflow's storm.
    this.door = new HttpDoor(this, "Door", { throttle: { rateLimit: 100, burstLimit: 200 } });
    const routes = this.door.api.addRoutes({
      path: "/webhook",
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration("Receive", this.receiver.lambda),
    });
    for (const route of routes) {
      Validations.of(route).acknowledge({
        id: "AwsSolutions-APIG4",
        reason: "HubSpot cannot sign with IAM; receive-webhook verifies its v3 signature over the raw bytes.",
      });
    }
  }
}
