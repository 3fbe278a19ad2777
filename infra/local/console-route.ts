import { CONSOLE_PATHS, readConsoleFile } from "../../lib/console/console-files.ts";
import { isSameMachine, OTHER_SITE_PROBLEM } from "../../lib/console/same-machine.ts";
import type { DoorRoute, HttpHandler } from "./http-door.ts";

/** Lets only this machine's own programs and pages use a door that asks for no credentials. */
export function forSameMachine(handler: HttpHandler): HttpHandler {
  return async (event) => {
    if (isSameMachine(event.headers)) return handler(event);
    return {
      statusCode: 403,
      headers: { "content-type": "application/problem+json" },
      body: JSON.stringify(OTHER_SITE_PROBLEM),
    };
  };
}

/** The web console, beside the records API that it works on. */
export const CONSOLE_ROUTES: readonly DoorRoute[] = CONSOLE_PATHS.map((path) => ({
  path,
  handler: forSameMachine(async () => {
    const file = await readConsoleFile(path);
    return { statusCode: 200, headers: { ...file?.headers }, body: file?.text ?? "" };
  }),
}));
