import type { CdkSettings } from "../cdk-settings.ts";
import type { CliIo } from "../cli-io.ts";
import type { OpenHubSpot } from "../open-hubspot.ts";
import { checkExclusionProperty } from "./check-exclusion-property.ts";
import { guardCheck, note, type CheckLine } from "./check-line.ts";
import { readAndCheckScopes } from "./check-scopes.ts";
import { checkStages } from "./check-stages.ts";
import { checkToken } from "./check-token.ts";

/** What the HubSpot part of the doctor looks at. */
export interface HubSpotSubject {
  readonly io: CliIo;
  readonly hubspot: OpenHubSpot;
  readonly settings: CdkSettings;
  /** The portal whose records are here; absent when there are none, or nobody knows. */
  readonly expectedPortalId?: string;
}

const SCOPE_REMEDY = "Mend what the line on the token or the scopes says, then run doctor again.";

/** All checks that need an access token. Without a valid one the others say nothing and are left out. */
export async function checkHubSpot(subject: HubSpotSubject): Promise<readonly CheckLine[]> {
  const { io, hubspot, settings, expectedPortalId } = subject;
  const { reader } = hubspot;
  const token = await checkToken(reader, expectedPortalId);
  if (token[0]?.status === "problem") {
    return [...token, note("scopes", "scopes, exclusion property and stages: not checked without the token")];
  }
  return [
    ...token,
    ...(await guardCheck("scopes", SCOPE_REMEDY, () => readAndCheckScopes(io, hubspot))),
    ...(await guardCheck("exclusion", SCOPE_REMEDY, () => checkExclusionProperty(reader, settings))),
    ...(await guardCheck("stages", SCOPE_REMEDY, () => checkStages(reader, settings.dealStages))),
  ];
}
