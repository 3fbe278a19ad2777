import { listPipelines, listProperties, readAccount, readProperty, readTokenInfo } from "./account-routes.ts";
import type { Answer, ApiRequest } from "./api-answer.ts";
import { batchReadAssociations, listAssociationsOfOne } from "./association-routes.ts";
import type { CallKind } from "./behaviour.ts";
import { parseType, TYPE_NAMES, type SimType } from "./object-type.ts";
import { batchReadObjects, listObjects, readObject, type Call } from "./object-routes.ts";
import type { Portal } from "./portal.ts";

/** What a request asks for: its kind, the scopes it needs and the work to do. */
export interface Route {
  readonly kind: CallKind;
  readonly scopes: readonly string[];
  /** The token-info endpoint carries the token in its body. */
  readonly needsToken: boolean;
  readonly answer: (portal: Portal, call: Call) => Answer;
}

const DATED_VERSION = "2026-09";

/** The route of a request, or `undefined` for a path that HubSpot does not have. */
export function findRoute(request: ApiRequest, path: string): Route | undefined {
  const [area, ...rest] = unversioned(
    path
      .split("/")
      .filter((part) => part !== "")
      .map(decodeURIComponent),
  );
  const method = request.method.toUpperCase();
  if (method === "GET" && area === "account") {
    return { kind: "account", scopes: [], needsToken: true, answer: ({ source }) => readAccount(source) };
  }
  if (method === "POST" && area === "tokenInfo") {
    return { kind: "tokenInfo", scopes: [], needsToken: false, answer: answerTokenInfo };
  }
  if (method === "GET" && area === "pipelines" && rest.length === 1 && parseType(rest[0] ?? "") === "deal") {
    return open("pipelines", ["deal"], (call) => listPipelines(call.source));
  }
  if (method === "GET" && area === "properties") return propertyRoute(rest);
  if (area === "objects") return method === "GET" ? objectGetRoute(rest) : objectPostRoute(method, rest);
  return area === "associations" && method === "POST" ? associationRoute(rest) : undefined;
}

/** Fact: the dated paths and their v3 or v4 twins answer alike. The first part left is the area. */
function unversioned(parts: readonly string[]): readonly string[] {
  const path = parts.join("/");
  if (path === `account-info/${DATED_VERSION}/details` || path === "account-info/v3/details") return ["account"];
  if (path === "oauth/v2/private-apps/get/access-token-info") return ["tokenInfo"];
  const [crm, first, second, ...rest] = parts;
  if (crm !== "crm" || first === undefined || second === undefined) return [];
  if (second === DATED_VERSION) return [first, ...rest];
  // The v3 associations API has another shape and is not played.
  const hasArea = second === "associations" ? first === "v4" : first === "v3" || first === "v4";
  return hasArea ? [second, ...rest] : [];
}

function objectGetRoute(rest: readonly string[]): Route | undefined {
  const [typeName, id, associations, toName] = rest;
  const type = parseType(typeName ?? "");
  if (type === undefined) return undefined;
  if (id === undefined) return open("list", [type], (call) => listObjects(call, type));
  if (rest.length === 2) return open("read", [type], (call) => readObject(call, type, id));
  const to = parseType(toName ?? "");
  if (associations !== "associations" || to === undefined || rest.length > 4) return undefined;
  return open("associationsOfOne", [type, to], (call) => listAssociationsOfOne(call, { from: type, id, to }));
}

function objectPostRoute(method: string, rest: readonly string[]): Route | undefined {
  const type = parseType(rest[0] ?? "");
  const isBatchRead = method === "POST" && rest.slice(1).join("/") === "batch/read";
  if (type === undefined || !isBatchRead) return undefined;
  return open("batchRead", [type], (call) => batchReadObjects(call, type));
}

function associationRoute(rest: readonly string[]): Route | undefined {
  const [from, to] = [parseType(rest[0] ?? ""), parseType(rest[1] ?? "")];
  if (from === undefined || to === undefined || rest.slice(2).join("/") !== "batch/read") return undefined;
  return open("associations", [from, to], (call) => batchReadAssociations(call, from, to));
}

function propertyRoute(rest: readonly string[]): Route | undefined {
  const [typeName, name] = rest;
  const type = parseType(typeName ?? "");
  if (type === undefined || rest.length > 2) return undefined;
  if (name === undefined) return open("properties", [type], (call) => listProperties(call.source, type));
  return open("properties", [type], (call) => readProperty(call.source, type, name));
}

/** Fact: an object type's read scope covers its associations, pipelines and property definitions as well. */
function open(kind: CallKind, types: readonly SimType[], answer: (call: Call) => Answer): Route {
  const scopes = types.map((type) => `crm.objects.${TYPE_NAMES[type].plural}.read`);
  return { kind, scopes, needsToken: true, answer: (_portal, call) => answer(call) };
}

function answerTokenInfo(portal: Portal, call: Call): Answer {
  return readTokenInfo({ ...portal, scopes: portal.behaviour.scopes }, call.body);
}
