import type { APIGatewayProxyEventV2 } from "aws-lambda";

/** An HTTP API event (payload format 2.0) of an empty delivery on the `$default` stage. */
export function httpEvent(overrides: Partial<APIGatewayProxyEventV2> = {}): APIGatewayProxyEventV2 {
  const path = "/webhook";
  return {
    version: "2.0",
    routeKey: `POST ${path}`,
    rawPath: path,
    rawQueryString: "",
    headers: { "content-type": "application/json" },
    requestContext: {
      accountId: "123456789012",
      apiId: "abc123",
      domainName: "abc123.execute-api.eu-central-1.amazonaws.com",
      domainPrefix: "abc123",
      http: { method: "POST", path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "HubSpot Connect 2.0" },
      requestId: "request-1",
      routeKey: `POST ${path}`,
      stage: "$default",
      time: "25/Jul/2019:04:00:00 +0000",
      timeEpoch: 1_564_113_600_000,
    },
    body: "[]",
    isBase64Encoded: false,
    ...overrides,
  };
}
