import * as z from "zod";
import { SCOPES, scopeOf } from "../../hubspot/app-definition.ts";
import { OBJECT_TYPES, type ObjectType } from "../../domain/hubspot-object.ts";
import { NonRetryableError } from "../../sync/errors.ts";
import type { HubSpotReader } from "../../sync/ports.ts";
import type { CliIo } from "../cli-io.ts";
import type { OpenHubSpot } from "../open-hubspot.ts";
import { note, ok, problem, type CheckLine } from "./check-line.ts";

const tokenDetails = z.looseObject({ scopes: z.array(z.string()) });
const TIMEOUT_MS = 20_000;

/** Whether the token may read everything that is synced. */
export function checkScopes(scopes: readonly string[]): readonly CheckLine[] {
  const missing = SCOPES.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) return [describeMissing(missing)];
  const writing = scopes.filter((scope) => scope.startsWith("crm.") && scope.endsWith(".write"));
  if (writing.length === 0) return [READABLE];
  return [READABLE, note("scopes", `the token may also write (${writing.join(", ")}); nothing here ever does`)];
}

const READABLE = ok("scopes", "companies, contacts and deals can be read");

function describeMissing(missing: readonly string[]): CheckLine {
  const remedy =
    "Add them to the app (project app: src/app/app-hsmeta.json, then `hs project upload`; legacy private app: tab Scopes) and use the token it shows then.";
  return problem("scopes", `the token lacks ${missing.join(", ")}`, remedy);
}

/**
 * Finds out what the token may read: from what HubSpot tells of it or, where HubSpot does not tell, by reading.
 * @throws RetryableError, NonRetryableError when HubSpot fails in another way
 */
export async function readAndCheckScopes(
  io: Pick<CliIo, "fetch">,
  hubspot: OpenHubSpot,
): Promise<readonly CheckLine[]> {
  const scopes = await readTokenScopes(io, hubspot);
  if (scopes !== undefined) return checkScopes(scopes);
  const missing: string[] = [];
  for (const type of OBJECT_TYPES) if (!(await mayRead(hubspot.reader, type))) missing.push(scopeOf(type));
  return [missing.length === 0 ? READABLE : describeMissing(missing)];
}

/** Any id will do: without the scope not even a missing object may be asked for. */
async function mayRead(reader: Pick<HubSpotReader, "readObjects">, type: ObjectType): Promise<boolean> {
  try {
    await reader.readObjects(type, ["1"]);
    return true;
  } catch (error) {
    if (error instanceof NonRetryableError && error.code === "scopeMissing") return false;
    throw error;
  }
}

/**
 * Asks HubSpot what a token may do; undefined when HubSpot does not tell, as nobody has confirmed that it does for every
 * kind of token.
 * @see https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview
 */
async function readTokenScopes(
  io: Pick<CliIo, "fetch">,
  { baseUrl, token }: Pick<OpenHubSpot, "baseUrl" | "token">,
): Promise<readonly string[] | undefined> {
  const request = {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ tokenKey: token }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  const path = "/oauth/v2/private-apps/get/access-token-info";
  const response = await io.fetch(baseUrl + path, request).catch(() => undefined);
  const body: unknown = await response?.json().catch(() => undefined);
  return response?.ok === true ? tokenDetails.safeParse(body).data?.scopes : undefined;
}
