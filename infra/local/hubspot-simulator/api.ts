import { fail, missingScopes, type Answer, type ApiAnswer, type ApiRequest } from "./api-answer.ts";
import { findRoute, type Route } from "./api-route.ts";
import type { CallKind, FaultRule } from "./behaviour.ts";
import { answerInstead, pickFault, spoilAnswer } from "./faults.ts";
import { parseJson } from "./object-routes.ts";
import type { Portal } from "./portal.ts";
import { rateLimited } from "./rate-limit-answer.ts";
import { createUuid } from "./seeded-random.ts";
import { toWireJson } from "./wire-json.ts";

export type { ApiAnswer, ApiRequest } from "./api-answer.ts";

/** Longest URL that is taken; HubSpot's own limit is not published. */
const MAX_URL_LENGTH = 16_000;

/**
 * Answers one request as HubSpot's API would. Knows no sockets: the HTTP server and an in-process caller both use it.
 * Order: route, token, limits, faults, scopes, work.
 */
export function handleApiRequest(portal: Portal, request: ApiRequest): ApiAnswer {
  const url = new URL(request.url, "http://hubspot.invalid");
  const route = request.url.length > MAX_URL_LENGTH ? undefined : findRoute(request, url.pathname);
  const kind = route?.kind ?? "other";
  const nowMs = portal.source.now();
  const refusal = refuse(portal, request, route);
  const fault = refusal === undefined ? pickFault(portal.behaviour, kind, portal.random) : undefined;
  const answer = refusal ?? work(portal, { request, query: url.searchParams, route, fault });
  count(portal, { kind, body: request.body, status: answer.status });
  const isDropped = fault?.fault === "drop";
  const slowMs = fault?.fault === "slow" ? (fault.delayMs ?? 60_000) : 0;
  const headers = { ...portal.limiter.headers(kind, nowMs), ...answer.headers };
  const delayMs = portal.behaviour.latencyMs + slowMs;
  return { ...serialise(portal, answer, fault), headers: contentHeaders(answer, headers), delayMs, isDropped };
}

/** What is refused before anything is done. */
function refuse(portal: Portal, request: ApiRequest, route: Route | undefined): Answer | undefined {
  if (request.url.length > MAX_URL_LENGTH)
    return { status: 414, body: "<html><body>Request-URI Too Large</body></html>" };
  if (route === undefined) return fail(404, "OBJECT_NOT_FOUND", "resource not found");
  if (route.needsToken && request.headers["authorization"] !== `Bearer ${portal.accessToken}`) {
    return fail(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.");
  }
  const admission = portal.limiter.admit(route.kind, portal.source.now());
  return admission === "admitted" ? undefined : rateLimited(admission);
}

function work(
  portal: Portal,
  asked: {
    readonly request: ApiRequest;
    readonly query: URLSearchParams;
    readonly route: Route | undefined;
    readonly fault: FaultRule | undefined;
  },
): Answer {
  const { request, query, route, fault } = asked;
  if (route === undefined) return fail(404, "OBJECT_NOT_FOUND", "resource not found");
  const instead = fault === undefined ? undefined : answerInstead(fault);
  if (instead !== undefined) return instead;
  const { behaviour, source } = portal;
  const lacking = route.scopes.filter((scope) => !behaviour.scopes.includes(scope));
  if (lacking.length > 0) return missingScopes(lacking);
  const nowMs = source.now();
  const answer = route.answer(portal, {
    source,
    query,
    body: request.body,
    asOfMs: nowMs - behaviour.readLagMs,
    associationsAsOfMs: nowMs - behaviour.associationLagMs,
    afterStyle: behaviour.afterStyle,
  });
  return fault === undefined ? answer : spoilAnswer(fault, answer);
}

/** Fact: every error carries a correlation id, which is the one part of it that may be logged. */
function serialise(portal: Portal, answer: Answer, fault: FaultRule | undefined) {
  if (typeof answer.body === "string") return { status: answer.status, body: answer.body };
  const isError = answer.status >= 400;
  const json = toWireJson(
    isError ? { ...toRecord(answer.body), correlationId: createUuid(portal.random) } : answer.body,
  );
  return { status: answer.status, body: fault?.fault === "cutJson" ? json.slice(0, json.length / 2) : json };
}

function toRecord(body: unknown): object {
  return typeof body === "object" && body !== null ? body : {};
}

function contentHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Record<string, string> {
  const type = typeof answer.body === "string" ? "text/html" : "application/json;charset=utf-8";
  return { ...headers, "content-type": type };
}

function count(
  portal: Portal,
  call: { readonly kind: CallKind; readonly body: string; readonly status: number },
): void {
  const { calls } = portal;
  calls.total += 1;
  calls.byKind[call.kind] = (calls.byKind[call.kind] ?? 0) + 1;
  calls.byStatus[call.status] = (calls.byStatus[call.status] ?? 0) + 1;
  if (call.status === 429) calls.rateLimited += 1;
  if (call.kind !== "batchRead" && call.kind !== "associations") return;
  calls.inputsByKind[call.kind] = (calls.inputsByKind[call.kind] ?? 0) + countInputs(call.body);
}

function countInputs(body: string): number {
  const parsed = parseJson(body);
  if (typeof parsed !== "object" || parsed === null || !("inputs" in parsed)) return 0;
  return Array.isArray(parsed.inputs) ? parsed.inputs.length : 0;
}
