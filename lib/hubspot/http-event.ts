import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { DeliveryRequest } from "../sync/ports.ts";

/**
 * Reads an HTTP API event (payload format 2.0) as the request that HubSpot sent. Outside the `$default` stage `rawPath`
 * begins with the stage, as the URL does; behind a custom domain's mapping or a proxy it is not the URL HubSpot called,
 * and `publicUrl` must say what is.
 *
 * @param publicUrl scheme, host and path, without a query
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toDeliveryRequest(event: APIGatewayProxyEventV2, publicUrl?: string): DeliveryRequest {
  const { requestContext, rawPath, rawQueryString, body = "", isBase64Encoded } = event;
  const base = publicUrl ?? `https://${requestContext.domainName}${rawPath}`;
  return {
    method: requestContext.http.method,
    url: rawQueryString === "" ? base : `${base}?${rawQueryString}`,
    headers: Object.fromEntries(Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
    deliveryId: requestContext.requestId,
  };
}
