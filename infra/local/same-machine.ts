import type { HttpHandler } from "./http-door.ts";

const OWN_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Lets only this machine's own programs and pages use a door that asks for no credentials. A page of another site, open in
 * the same browser, could otherwise send requests to 127.0.0.1, or under a name of its own that leads there (DNS rebinding).
 */
export function forSameMachine(handler: HttpHandler): HttpHandler {
  return async (event) => {
    const { host = "", origin } = event.headers;
    if (isOwn(`http://${host}`) && (origin === undefined || isOwn(origin))) return handler(event);
    const problem = {
      status: 403,
      code: "other-site",
      title: "Only this machine may ask",
      detail: "The local records API answers to 127.0.0.1 and localhost, and not to pages of other sites.",
    };
    return { statusCode: 403, headers: { "content-type": "application/problem+json" }, body: JSON.stringify(problem) };
  };
}

function isOwn(url: string): boolean {
  return URL.canParse(url) && OWN_HOSTS.has(new URL(url).hostname);
}
