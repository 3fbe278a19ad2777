import * as z from "zod";
import type { CliIo } from "../cli-io.ts";
import { CliError } from "../cli-error.ts";
import { note, ok, problem, type CheckLine } from "./check-line.ts";

/** Scopes that cover everything this project reads; the HubSpot app asks for the same. */
export const REQUIRED_SCOPES = [
  "crm.objects.companies.read",
  "crm.objects.contacts.read",
  "crm.objects.deals.read",
] as const;

const tokenDetails = z.looseObject({ scopes: z.array(z.string()) });
const TIMEOUT_MS = 20_000;

/** Whether the token may read everything that is synced. */
export function checkScopes(scopes: readonly string[]): readonly CheckLine[] {
  const missing = REQUIRED_SCOPES.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) {
    const remedy =
      "Add them to the app (project app: src/app/app-hsmeta.json, then `hs project upload`; old private app: Scopes tab) and use the token it shows then.";
    return [problem("scopes", `the token lacks ${missing.join(", ")}`, remedy)];
  }
  const writing = scopes.filter((scope) => scope.startsWith("crm.") && scope.endsWith(".write"));
  const found = ok("scopes", `companies, contacts and deals can be read`);
  if (writing.length === 0) return [found];
  return [found, note("scopes", `the token may also write (${writing.join(", ")}); nothing here ever does`)];
}

/**
 * Asks HubSpot what a token may do.
 * @see https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview
 * @throws CliError when HubSpot does not tell
 */
export async function readTokenScopes(
  io: Pick<CliIo, "fetch">,
  hubspot: { readonly baseUrl: string; readonly token: string },
): Promise<readonly string[]> {
  const path = "/oauth/v2/private-apps/get/access-token-info";
  const response = await io
    .fetch(hubspot.baseUrl + path, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${hubspot.token}` },
      body: JSON.stringify({ tokenKey: hubspot.token }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    .catch((cause: unknown) => {
      throw new CliError(`No answer from ${hubspot.baseUrl}`, { cause });
    });
  const parsed = tokenDetails.safeParse(await response.json().catch(() => undefined));
  if (response.ok && parsed.success) return parsed.data.scopes;
  throw new CliError(`HubSpot answered ${response.status} when asked for the token's scopes`);
}
