import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as z from "zod";
import type { ApiPorts } from "./api-ports.ts";
import { createContactPersonRoutes } from "./contact-person-routes.ts";
import { createCustomerRoutes } from "./customer-routes.ts";
import { createHealthRoutes } from "./health-routes.ts";
import { createObjectRoutes } from "./object-routes.ts";
import { describeApi, type ApiDescription } from "./openapi.ts";
import { answerProblem, ApiProblem, type Problem } from "./problem.ts";
import { createProjectRoutes } from "./project-routes.ts";
import { createReconciliationRoutes } from "./reconciliation-routes.ts";
import { describeOutage } from "./refusals.ts";
import { defineRoute, NOTHING, type Route } from "./route.ts";

/** Far above any real request. Bytes. */
const MOST_BODY_BYTES = 256 * 1024;

/** Creates the records API. Who may call it is settled before a request gets here: by IAM, or by listening on 127.0.0.1. */
export function createApi(ports: ApiPorts): Hono {
  const routes: Route[] = [
    ...createHealthRoutes(ports),
    ...createCustomerRoutes(ports),
    ...createContactPersonRoutes(ports),
    ...createProjectRoutes(ports),
    ...createObjectRoutes(ports),
    ...createReconciliationRoutes(ports),
  ];
  routes.push(createDescriptionRoute(() => describeApi(routes)));
  const app = new Hono();
  app.use(bodyLimit({ maxSize: MOST_BODY_BYTES, onError: () => answerProblem(TOO_LARGE) }));
  app.use(async (c, next) => {
    await next();
    c.header("cache-control", "no-store");
  });
  for (const { description, serve } of routes)
    app.on(description.method.toUpperCase(), description.path.replaceAll(/\{(\w+)\}/gu, ":$1"), serve);
  app.notFound((c) => answerUnrouted(routes, c.req.path));
  app.onError((error) => answerProblem(describeError(ports, error)));
  return app;
}

const TOO_LARGE: Problem = {
  status: 413,
  code: "too-large",
  title: "The body is too large",
  detail: `Expected at most ${MOST_BODY_BYTES} bytes.`,
};

function createDescriptionRoute(describe: () => ApiDescription): Route {
  return defineRoute({
    tag: "Description",
    method: "get",
    path: "/v1/openapi.json",
    summary: "This description, in OpenAPI 3.1",
    params: NOTHING,
    query: NOTHING,
    body: NOTHING,
    answer: z.looseObject({ openapi: z.string() }),
    handle: () => Promise.resolve({ body: describe() }),
  });
}

/** Tells a wrong method from a wrong path. */
function answerUnrouted(routes: readonly Route[], path: string): Response {
  const methods = routes
    .filter(({ description }) => toPattern(description.path).test(path))
    .map(({ description }) => description.method.toUpperCase());
  if (methods.length === 0) return answerProblem(NO_ROUTE);
  const allow = methods.join(", ");
  const detail = `${path} takes ${allow}.`;
  return answerProblem({ status: 405, code: "no-such-method", title: "Not this method", detail }, { allow });
}

function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/gu, "[^/]+")}$`, "u");
}

const NO_ROUTE: Problem = {
  status: 404,
  code: "no-such-path",
  title: "There is no such path",
  detail: "GET /v1/openapi.json lists paths and methods.",
};

function describeError({ telemetry }: ApiPorts, error: Error): Problem {
  if (error instanceof ApiProblem) return error.problem;
  const outage = describeOutage(error);
  if (outage !== undefined) {
    if (outage.status === 503) telemetry.warn("request failed", { error });
    return outage;
  }
  telemetry.error("request crashed", { error });
  return { status: 500, code: "bug", title: "This is a bug", detail: "The log of records-api says more." };
}
