import * as z from "zod";
import { OBJECT_TYPES } from "../domain/hubspot-object.ts";
import type { AppliedByHand } from "../sync/apply-by-hand.ts";
import { explainObject } from "../sync/explain-record.ts";
import { resyncObject } from "../sync/resync-object.ts";
import { openViews, runByAdmin, type ApiPorts } from "./api-ports.ts";
import { API_SCHEMAS, contactPersonSchema, customerSchema, hubspotId, projectSchema } from "./record-schemas.ts";
import { linkToHubSpot, toIso, viewRecord } from "./record-views.ts";
import { defineRoute, NOTHING, type Route } from "./route.ts";

const objectType = z.enum(OBJECT_TYPES);
const anyRecord = z.union([customerSchema, contactPersonSchema, projectSchema]);
const fieldChange = z.object({ field: z.string(), from: z.string().optional(), to: z.string().optional() });

const hubspotSide = z.object({
  observed: z.enum(["live", "archived", "absorbed", "missing"]),
  readAt: z.iso.datetime(),
  updatedAt: z.iso.datetime().optional(),
  survivorId: hubspotId.optional(),
  exclusion: z.string().optional(),
  stageId: z.string().optional(),
  companies: z.array(z.object({ companyId: hubspotId, isPrimary: z.boolean() })).optional(),
});

const explanation = z
  .object({
    type: objectType,
    id: hubspotId,
    explanation: z.string(),
    hubspotUrl: z.string().optional(),
    hubspot: hubspotSide,
    stored: z.array(anyRecord),
    pending: z
      .array(z.object({ record: anyRecord, changes: z.array(fieldChange) }))
      .meta({ description: "What the rules would change now; empty when all is as it should be." }),
  })
  .register(API_SCHEMAS, { id: "Explanation" });

const resynced = z
  .object({
    outcome: z
      .enum(["changed", "unchanged", "lookingAgain"])
      .meta({ description: "`lookingAgain`: HubSpot's answer looks old; it is read once more in a few seconds." }),
    records: z.array(anyRecord),
  })
  .register(API_SCHEMAS, { id: "Resynced" });

interface ObjectId {
  readonly type: z.output<typeof objectType>;
  readonly id: string;
}

/** The routes about one object in HubSpot, whatever is stored of it. */
export function createObjectRoutes(ports: ApiPorts): readonly Route[] {
  return [
    defineRoute({
      tag: "Objects",
      method: "get",
      path: "/v1/explain/{type}/{id}",
      summary: "Reads HubSpot and the records now, and tells why they are as they are and what would change them",
      params: z.object({ type: objectType, id: hubspotId }),
      query: NOTHING,
      body: NOTHING,
      answer: explanation,
      handle: ({ params }) => explain(ports, params),
    }),
    defineRoute({
      tag: "Objects",
      method: "post",
      path: "/v1/resync",
      summary: "Reads one company, contact or deal from HubSpot now and applies the rules",
      params: NOTHING,
      query: NOTHING,
      body: z.strictObject({ type: objectType, id: hubspotId }),
      answer: resynced,
      handle: ({ body }) => resync(ports, body),
    }),
  ];
}

async function explain(ports: ApiPorts, { type, id }: ObjectId) {
  const { hubspot, stored, ruled, summary } = await explainObject(runByAdmin(ports), { type, id });
  // The portal is known at the latest now that HubSpot was read.
  const views = await openViews(ports);
  const hubspotUrl = linkToHubSpot(views.portal, type, id);
  const { readAtMs, updatedAtMs, companies, ...side } = hubspot;
  const body = {
    type,
    id,
    explanation: summary,
    ...(hubspotUrl !== undefined && { hubspotUrl }),
    hubspot: {
      ...side,
      readAt: toIso(readAtMs),
      ...(updatedAtMs !== undefined && { updatedAt: toIso(updatedAtMs) }),
      ...(companies !== undefined && { companies: companies.map((link) => ({ ...link })) }),
    },
    stored: stored.map((record) => viewRecord(record, views)),
    pending: ruled
      .filter(({ changes }) => changes.length > 0)
      .map(({ record, changes }) => ({
        record: viewRecord(record, views),
        changes: changes.map((one) => ({ ...one })),
      })),
  };
  return { body };
}

async function resync(ports: ApiPorts, object: ObjectId) {
  const { outcome, records } = await resyncObject(runByAdmin(ports), object);
  const views = await openViews(ports);
  return { body: { outcome: nameOutcome(outcome), records: records.map((record) => viewRecord(record, views)) } };
}

function nameOutcome(outcome: AppliedByHand): "changed" | "unchanged" | "lookingAgain" {
  if (outcome.kind === "lookingAgain") return "lookingAgain";
  return outcome.writes > 0 ? "changed" : "unchanged";
}
