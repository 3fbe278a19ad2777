import type { CallKind } from "./pacing.ts";

/**
 * The same path under another API version. The generated clients know HubSpot's v3 and v4 paths only; in the dated ones
 * the version follows the area: `/crm/v3/objects/deals` is `/crm/objects/2026-09/deals`.
 *
 * @param apiVersion a dated version, or `v3` for the paths as they are
 * @see https://developers.hubspot.com/changelog/legacy-apis-and-legacy-apps-whats-going-unsupported-and-when
 */
export function versionPath(path: string, apiVersion: string): string {
  if (apiVersion === "v3") return path;
  return path
    .replace(/^\/crm\/v[34]\/(objects|associations|pipelines|properties)\//u, `/crm/$1/${apiVersion}/`)
    .replace(/^\/account-info\/v3\//u, `/account-info/${apiVersion}/`);
}

/** What a call is for, told by its versioned or unversioned path. */
export function classifyCall(path: string): CallKind {
  if (/^\/crm\/(?:v4\/associations|associations\/[^/]+)\//u.test(path)) return "associations";
  const rest = /^\/crm\/(?:v3\/objects|objects\/[^/]+)\/[^/]+(.*)$/u.exec(path)?.[1];
  if (rest === undefined) return "settings";
  if (rest === "") return "list";
  return rest === "/batch/read" ? "batchRead" : "object";
}
