import { note, ok, problem, type CheckLine } from "./check-line.ts";

/** How many values each secret holds; never the values. */
export interface SecretFacts {
  readonly accessTokens: number;
  readonly clientSecrets: number;
}

/** Whether both secrets are filled, and whether a rotation is under way. */
export function checkSecrets({ accessTokens, clientSecrets }: SecretFacts): readonly CheckLine[] {
  return [
    accessTokens > 0
      ? ok("secrets", "the access token is filled")
      : problem("secrets", "the access token is empty", "Run `npx hubspot-zep secrets set access-token`."),
    checkClientSecret(clientSecrets),
  ];
}

function checkClientSecret(count: number): CheckLine {
  if (count === 0) {
    const remedy = "Run `npx hubspot-zep secrets set client-secret`; until then every webhook is refused.";
    return problem("secrets", "the client secret is empty", remedy);
  }
  if (count === 1) return ok("secrets", "the client secret is filled");
  const remedy = "When HubSpot signs with the new one, run `npx hubspot-zep secrets finish-rotation`.";
  return note("secrets", `${count} client secrets are accepted: a rotation is under way`, remedy);
}
