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

/** The headers that the API reads. Others may hold what a `Request` refuses. */
const READ_HEADERS = ["if-match"] as const;

/** Methods of HTTP that a `Request` takes; of the others the API has no route either. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** A path that no route has. */
const NOWHERE = "/";

function toRequest({ requestContext, rawPath, rawQueryString, headers, ...event }: APIGatewayProxyEventV2): Request {
  const { method } = requestContext.http;
  // Routes are found by path alone, and the host may be anything the caller wrote.
  const url = new URL("https://records-api");
  url.pathname = rawPath;
  url.search = rawQueryString;
  // IAM has judged the path as it was written: `/v1/customers/../health` must not lead to what a policy closes.
  const isAsWritten = url.pathname === rawPath && METHODS.has(method);
  if (!isAsWritten) return new Request(new URL(NOWHERE, url));
  const body =
    event.body === undefined ? undefined : Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8");
  const hasBody = body !== undefined && method !== "GET" && method !== "HEAD";
  return new Request(url, { method, headers: readHeaders(headers), ...(hasBody && { body }) });
}

/** What no header can hold becomes a question mark: an `If-Match` must be refused then, not overlooked. */
function readHeaders(headers: APIGatewayProxyEventV2["headers"]): Headers {
  const read = new Headers();
  for (const name of READ_HEADERS) {
    const value = headers[name];
    if (value !== undefined) read.set(name, value.replaceAll(/[^\x20-\x7e]/gu, "?"));
  }
  return read;
}
