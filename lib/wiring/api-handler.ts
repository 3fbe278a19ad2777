import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { Hono } from "hono";

/**
 * Creates the handler behind the records API's door. Hono's own adapter speaks to a dozen kinds of callers and is typed for
 * none of them as strictly as this project; the one kind that calls here needs no more than this.
 */
export function createApiHandler(
  app: Pick<Hono, "fetch">,
): (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2> {
  return async (event) => {
    const response = await app.fetch(toRequest(event));
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  };
}

function toRequest({ requestContext, rawPath, rawQueryString, headers, ...event }: APIGatewayProxyEventV2): Request {
  const { method } = requestContext.http;
  const url = new URL(`https://${requestContext.domainName}`);
  url.pathname = rawPath;
  url.search = rawQueryString;
  const body =
    event.body === undefined ? undefined : Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8");
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) sent.set(name, value);
  const hasBody = body !== undefined && method !== "GET" && method !== "HEAD";
  return new Request(url, { method, headers: sent, ...(hasBody && { body }) });
}
