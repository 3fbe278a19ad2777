import { isUtf8 } from "node:buffer";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

/** A function behind the door. */
export type HttpHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** A path, or with a trailing `*` everything that begins with it, and the function that answers it. */
export interface DoorRoute {
  readonly path: string;
  readonly handler: HttpHandler;
}

/** A running door. */
export interface HttpDoor {
  /** Without a trailing slash. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** API Gateway refuses larger bodies itself. Bytes. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/**
 * Opens an HTTP port on 127.0.0.1 that hands each request to a function as API Gateway's HTTP API does: as an event of
 * payload format 2.0.
 *
 * @param port 0 takes a free one
 * @throws the server's error when it cannot listen, with `code` `EADDRINUSE` if the port is taken
 */
export async function openHttpDoor(options: {
  readonly port: number;
  readonly routes: readonly DoorRoute[];
  readonly onCrash: (error: unknown) => void;
}): Promise<HttpDoor> {
  const server = createServer((request, response) => {
    void serve(options, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : options.port;
  return { url: urlOf(port), close: () => close(server) };
}

/** The address as clients call and sign it: they leave port 80 out. */
export function urlOf(port: number): string {
  return new URL(`http://127.0.0.1:${port}`).origin;
}

async function serve(
  { routes, onCrash }: { readonly routes: readonly DoorRoute[]; readonly onCrash: (error: unknown) => void },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    send(response, await answer(routes, request));
  } catch (error) {
    // The client went away in the middle, or a handler has a bug; API Gateway answers 500 and hides why, too.
    if (!request.destroyed || request.complete) onCrash(error);
    if (response.headersSent) response.destroy();
    else send(response, problem(500, "The function failed"));
  }
}

async function answer(
  routes: readonly DoorRoute[],
  request: IncomingMessage,
): Promise<APIGatewayProxyStructuredResultV2> {
  const body = await readBody(request);
  if (body === undefined) return problem(413, "The body is too large");
  const event = toHttpEvent(request, body);
  const route = routes.find(({ path }) =>
    path.endsWith("*") ? event.rawPath.startsWith(path.slice(0, -1)) : path === event.rawPath,
  );
  return route === undefined ? problem(404, `There is no ${event.rawPath}`) : route.handler(event);
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    // The rest is read and dropped, so that the client gets to see the answer.
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}

/**
 * A request as API Gateway describes it to a function.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toHttpEvent(
  request: Pick<IncomingMessage, "method" | "url" | "headers">,
  body: Buffer,
): APIGatewayProxyEventV2 {
  const [rawPath = "/", rawQueryString = ""] = splitOnce(request.url ?? "/");
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]),
  );
  const query = Object.fromEntries(new URLSearchParams(rawQueryString));
  const isText = isTextType(headers["content-type"] ?? "") && isUtf8(body);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers,
    ...(rawQueryString !== "" && { queryStringParameters: query }),
    requestContext: describeRequest(request, { rawPath, domainName: headers["host"] ?? "127.0.0.1" }),
    ...(body.length > 0 && { body: body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

function describeRequest(
  { method = "GET", headers }: Pick<IncomingMessage, "method" | "headers">,
  { rawPath, domainName }: { readonly rawPath: string; readonly domainName: string },
): APIGatewayProxyEventV2["requestContext"] {
  const now = new Date();
  return {
    accountId: "000000000000",
    apiId: "local",
    domainName,
    domainPrefix: "local",
    http: {
      method,
      path: rawPath,
      protocol: "HTTP/1.1",
      sourceIp: "127.0.0.1",
      userAgent: headers["user-agent"] ?? "",
    },
    requestId: randomUUID(),
    routeKey: "$default",
    stage: "$default",
    time: now.toISOString(),
    timeEpoch: now.getTime(),
  };
}

function isTextType(contentType: string): boolean {
  return contentType === "" || /^text\/|[/+](?:json|xml|javascript)\b/iu.test(contentType);
}

function splitOnce(url: string): readonly string[] {
  const at = url.indexOf("?");
  return at === -1 ? [url] : [url.slice(0, at), url.slice(at + 1)];
}

function send(response: ServerResponse, result: APIGatewayProxyStructuredResultV2): void {
  const { statusCode = 200, headers = {}, body = "", isBase64Encoded = false, cookies = [] } = result;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value));
  if (cookies.length > 0) response.setHeader("set-cookie", cookies);
  response.writeHead(statusCode).end(Buffer.from(body, isBase64Encoded ? "base64" : "utf8"));
}

function problem(status: number, title: string): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: { "content-type": "application/problem+json" },
    body: JSON.stringify({ status, title }),
  };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  await Promise.race([closed, afterGrace().then(() => server.closeAllConnections())]);
  await closed;
}

/** How long requests in flight may take to finish once the door closes. Milliseconds. */
const GRACE_MS = 2_000;

async function afterGrace(): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, GRACE_MS).unref();
  });
}
