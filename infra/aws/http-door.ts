import { RemovalPolicy } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import { HttpApi, HttpStage, type HttpApiProps, LogGroupLogDestination } from "aws-cdk-lib/aws-apigatewayv2";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

export interface HttpDoorProps extends HttpApiProps {
  /** Requests a second and at once, above which API Gateway answers 429 by itself. */
  readonly throttle: { readonly rateLimit: number; readonly burstLimit: number };
}

/** No addresses, user agents or identities: an access log is kept for months and must not hold personal data. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: "$context.requestId",
    requestTimeEpoch: "$context.requestTimeEpoch",
    routeKey: "$context.routeKey",
    status: "$context.status",
    responseLength: "$context.responseLength",
    responseLatency: "$context.responseLatency",
    integrationStatus: "$context.integrationStatus",
    integrationLatency: "$context.integrationLatency",
    integrationError: "$context.integrationErrorMessage",
  }),
);

/** An HTTP API with one throttled stage and an access log. */
export class HttpDoor extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;

  constructor(scope: Construct, id: string, { throttle, ...apiProps }: HttpDoorProps) {
    super(scope, id);
    this.api = new HttpApi(this, "Api", { ...apiProps, createDefaultStage: false });
    const logGroup = new LogGroup(this, "AccessLogs", {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stage = new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      // Metrics by route are paid for one by one, and each API has one route.
      detailedMetricsEnabled: false,
      throttle,
      accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: ACCESS_LOG },
    });
  }

  /** The URL without a slash at its end. */
  get url(): string {
    return this.api.apiEndpoint;
  }
}
