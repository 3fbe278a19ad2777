import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { readConsoleFile } from "./console-files.ts";
import { isSameMachine, OTHER_SITE_PROBLEM } from "./same-machine.ts";

/** A request to the records API, as the page made it. */
export interface ApiRequest {
  readonly method: string;
  /** With the query, from the slash on. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A running console. */
export interface ConsoleServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Headers that the API and the page need of each other; all others end here. */
const PASSED_ON = ["accept", "content-type", "if-match"] as const;
const PASSED_BACK = ["content-type", "etag"] as const;

/** The API takes no larger body either. Characters. */
const MOST_BODY = 256 * 1024;

/**
 * Serves the web console on 127.0.0.1 and hands what it asks of the records API on to `send`, which signs it.
 *
 * @param port 0 takes a free one
 * @throws the server's error when it cannot listen, with `code` `EADDRINUSE` if the port is taken
 */
export async function startConsoleServer(options: {
  readonly port: number;
  readonly send: (request: ApiRequest) => Promise<Response>;
}): Promise<ConsoleServer> {
  const server = createServer((request, response) => {
    void answer(options.send, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : options.port;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  send: (request: ApiRequest) => Promise<Response>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { url: path = "/", method = "GET" } = request;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]),
  );
  if (!isSameMachine(headers)) return refuse(response, OTHER_SITE_PROBLEM);
  const file = await readConsoleFile(path.split("?")[0] ?? "/");
  if (file !== undefined) {
    response.writeHead(200, file.headers).end(file.text);
    return;
  }
  if (!path.startsWith("/v1/")) return refuse(response, { status: 404, title: "There is no such page" });
  const body = await text(request);
  if (body.length > MOST_BODY) return refuse(response, { status: 413, title: "The body is too large" });
  await passOn(response, () =>
    send({ method, path, headers: pick(PASSED_ON, (name) => headers[name]), ...(body !== "" && { body }) }),
  );
}

async function passOn(response: ServerResponse, send: () => Promise<Response>): Promise<void> {
  let answered: Response;
  try {
    answered = await send();
  } catch (error) {
    // What cannot be reached says so in one sentence; the page shows it.
    const detail = error instanceof Error ? error.message : "The records API did not answer.";
    refuse(response, { status: 502, title: "No answer", detail });
    return;
  }
  response.writeHead(
    answered.status,
    pick(PASSED_BACK, (name) => answered.headers.get(name)),
  );
  response.end(await answered.text());
}

function pick(
  names: readonly string[],
  valueOf: (name: string) => string | null | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(names.flatMap((name) => [[name, valueOf(name)] as const]).filter(isGiven));
}

function isGiven(entry: readonly [string, string | null | undefined]): entry is readonly [string, string] {
  return typeof entry[1] === "string";
}

function refuse(
  response: ServerResponse,
  problem: { readonly status: number; readonly title: string; readonly detail?: string },
): void {
  response.writeHead(problem.status, { "content-type": "application/problem+json" }).end(JSON.stringify(problem));
}
