import * as z from "zod";
import { fail, ok, type Answer } from "./api-answer.ts";
import type { SimType } from "./object-type.ts";
import { invalid, parseJson } from "./object-routes.ts";
import type { PortalSource, PropertyDefinition } from "./portal-source.ts";
import { toIso } from "./wire-object.ts";

/** Stages and properties of a portal were made long before anything in it. */
const MADE_AT = toIso(Date.UTC(2024, 0, 15));

/** `GET /account-info/{version}/details`; needs no scope. */
export function readAccount(source: PortalSource): Answer {
  const { portalId, uiDomain, timeZone } = source.identity;
  return ok({
    portalId,
    accountType: "STANDARD",
    timeZone,
    companyCurrency: "EUR",
    additionalCurrencies: [],
    utcOffset: "+01:00",
    utcOffsetMilliseconds: 3_600_000,
    uiDomain,
    dataHostingLocation: "eu1",
  });
}

/** `GET /crm/pipelines/{version}/deals`. Fact: `probability` and `isClosed` are strings. */
export function listPipelines(source: PortalSource): Answer {
  const times = { createdAt: MADE_AT, updatedAt: MADE_AT, archived: false };
  const results = source.pipelines().map((pipeline, displayOrder) => ({
    id: pipeline.id,
    label: pipeline.label,
    displayOrder,
    ...times,
    stages: pipeline.stages.map((stage, order) => ({ ...stage, displayOrder: order, ...times })),
  }));
  return ok({ results });
}

/** `GET /crm/properties/{version}/{type}`. */
export function listProperties(source: PortalSource, type: SimType): Answer {
  return ok({ results: [...source.propertyDefinitions(type).values()].map(toWireProperty) });
}

/** `GET /crm/properties/{version}/{type}/{name}`. */
export function readProperty(source: PortalSource, type: SimType, name: string): Answer {
  const definition = source.propertyDefinitions(type).get(name);
  if (definition !== undefined) return ok(toWireProperty(definition));
  return fail(404, "OBJECT_NOT_FOUND", `Property "${name}" does not exist`);
}

const tokenBody = z.object({ tokenKey: z.string() });

/** `POST /oauth/v2/private-apps/get/access-token-info`: what the token may do. What a wrong token gets is unknown. */
export function readTokenInfo(
  portal: { readonly source: PortalSource; readonly accessToken: string; readonly scopes: readonly string[] },
  body: string,
): Answer {
  const parsed = tokenBody.safeParse(parseJson(body));
  if (!parsed.success) return invalid("tokenKey is required");
  if (parsed.data.tokenKey !== portal.accessToken) return fail(404, "OBJECT_NOT_FOUND", "The token does not exist");
  const { portalId, appId } = portal.source.identity;
  return ok({ userId: 75_514_748, hubId: portalId, appId, scopes: portal.scopes });
}

function toWireProperty(definition: PropertyDefinition): Record<string, unknown> {
  return {
    ...definition,
    options: definition.options.map((option, displayOrder) => ({ ...option, displayOrder, hidden: false })),
    description: "",
    groupName: "information",
    displayOrder: -1,
    hasUniqueValue: false,
    hidden: false,
    formField: true,
    archived: false,
    createdAt: MADE_AT,
    updatedAt: MADE_AT,
  };
}
