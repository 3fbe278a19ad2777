/** What a 401 of HubSpot means, in people's words. */
export const REJECTED_TOKEN = "HubSpot does not accept the access token";

/** What helps against it. */
export const REJECTED_TOKEN_REMEDY =
  "Copy the access token again (project app: Development > Projects > the project > the app > Auth; legacy private app: Settings > Integrations > Private Apps > the app > Auth) and store it with `npx hubspot-zep secrets set access-token --aws`, or in HUBSPOT_ACCESS_TOKEN where it comes from there.";
