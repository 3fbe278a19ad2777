import * as z from "zod";
import type { ApiAnswer, ApiRequest } from "./api-answer.ts";
import { parseJson } from "./object-routes.ts";
import { SIM_CONTROL_ROUTES } from "./sim-control-routes.ts";
import { SIM_OBJECT_ROUTES } from "./sim-object-routes.ts";
import type { SimRoute, Simulator } from "./sim-route.ts";
import { toWireJson } from "./wire-json.ts";
import { WorldError } from "./world-error.ts";

const ROUTES: readonly SimRoute[] = [...SIM_OBJECT_ROUTES, ...SIM_CONTROL_ROUTES];

/** Answers a `/_sim/` request; `GET /_sim/` answers with the list of them. */
export async function handleSimRequest(simulator: Simulator, request: ApiRequest): Promise<ApiAnswer> {
  const url = new URL(request.url, "http://simulator.invalid");
  if (url.pathname === "/_sim/" || url.pathname === "/_sim") return answer(200, { routes: ROUTES.map(describe) });
  for (const route of ROUTES) {
    const params = route.method === request.method ? match(route.path, url.pathname) : undefined;
    if (params === undefined) continue;
    const body = request.body === "" ? {} : parseJson(request.body);
    return run(route, { simulator, params, query: url.searchParams, body });
  }
  return answer(404, { error: `There is no ${request.method} ${url.pathname}; GET /_sim/ lists what there is.` });
}

async function run(route: SimRoute, call: Parameters<SimRoute["run"]>[0]): Promise<ApiAnswer> {
  try {
    return answer(200, await route.run(call));
  } catch (error) {
    if (error instanceof WorldError) return answer(400, { error: error.message });
    if (error instanceof z.ZodError) return answer(400, { error: z.prettifyError(error), example: route.exampleBody });
    throw error;
  }
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const expected = pattern.split("/");
  const actual = path.split("/");
  if (expected.length !== actual.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const value = decodeURIComponent(actual[index] ?? "");
    if (part.startsWith("{")) params[part.slice(1, -1)] = value;
    else if (part !== value) return undefined;
  }
  return params;
}

function describe(route: SimRoute): unknown {
  const { method, path, does, exampleBody } = route;
  return { method, path, does, ...(exampleBody === undefined ? {} : { exampleBody }) };
}

function answer(status: number, body: unknown): ApiAnswer {
  const headers = { "content-type": "application/json;charset=utf-8" };
  return { status, headers, body: toWireJson(body), delayMs: 0, isDropped: false };
}
