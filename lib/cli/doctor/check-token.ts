import { REJECTED_TOKEN, REJECTED_TOKEN_REMEDY } from "../../hubspot/rejected-token.ts";
import type { FailureCode } from "../../sync/errors.ts";
import type { HubSpotReader } from "../../sync/ports.ts";
import { isOperationalFailure, toFailureSentence } from "../failure-sentence.ts";
import { ok, problem, type CheckLine } from "./check-line.ts";

const REMEDIES: Readonly<Partial<Record<FailureCode, string>>> = {
  tokenRejected: REJECTED_TOKEN_REMEDY,
  unreachable: "Check the network, a proxy, and --hubspot-url.",
  timeout: "HubSpot is slow right now; try again, and look at https://status.hubspot.com.",
  dailyLimit: "The account has used up its calls of the day; try again after midnight in the portal's time zone.",
  migrating: "HubSpot is moving the account to another data centre; try again later.",
};

/** Whether the token opens a portal, and the one whose records are already here. */
export async function checkToken(
  reader: Pick<HubSpotReader, "readAccount">,
  expectedPortalId?: string,
): Promise<readonly CheckLine[]> {
  try {
    const { portalId, uiDomain, timeZone } = await reader.readAccount();
    const opened = ok("token", `HubSpot accepts it: portal ${portalId} on ${uiDomain}, ${timeZone}`);
    return expectedPortalId === undefined ? [opened] : [opened, comparePortals(portalId, expectedPortalId)];
  } catch (error) {
    if (!isOperationalFailure(error)) throw error;
    const sentence = error.code === "tokenRejected" ? REJECTED_TOKEN : toFailureSentence(error);
    return [problem("token", sentence, REMEDIES[error.code] ?? "Try again in a few minutes.")];
  }
}

function comparePortals(portalId: string, expectedPortalId: string): CheckLine {
  if (portalId === expectedPortalId) return ok("portal", `the records are of this portal, ${portalId}`);
  return problem(
    "portal",
    `the records are of portal ${expectedPortalId}, the token opens portal ${portalId}`,
    "Use a token of the first portal, or deploy a second stack for the other one: `npx cdk deploy -c stackName=…`.",
  );
}
