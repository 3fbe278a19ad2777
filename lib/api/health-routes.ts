import * as z from "zod";
import { describeState } from "../domain/reason-text.ts";
import type { ObjectType } from "../domain/hubspot-object.ts";
import type { SyncRecord } from "../domain/record.ts";
import type { Pass } from "../sync/pass-ports.ts";
import { showGivenUp } from "../sync/pass/given-up-pass.ts";
import { MOST_COUNTED, readHealth } from "../sync/read-health.ts";
import type { ApiPorts } from "./api-ports.ts";
import { viewPass } from "./pass-view.ts";
import { passSchema } from "./reconciliation-schemas.ts";
import { API_SCHEMAS } from "./record-schemas.ts";
import { toIso } from "./record-views.ts";
import { defineRoute, NOTHING, type Route } from "./route.ts";

const stateCounts = z.record(z.string(), z.number());

const named = z.array(
  z.object({
    type: z.enum(["company", "contact", "deal"]),
    id: z.string(),
    companyId: z.string().optional(),
    reason: z.object({ code: z.string(), message: z.string() }).optional(),
    remedy: z.string().optional(),
  }),
);

const depth = z.object({ waiting: z.number(), inFlight: z.number(), delayed: z.number() });

const health = z
  .object({
    portal: z.object({ portalId: z.string(), uiDomain: z.string() }).optional(),
    counts: z
      .object({ customers: stateCounts, contactPersons: stateCounts, projects: stateCounts })
      .meta({ description: `By state; ${MOST_COUNTED} means that many or more.` }),
    excluded: named,
    failing: named,
    lastEventAt: z.iso.datetime().optional(),
    lastPass: passSchema.optional().meta({ description: "The newest one of all types, dry runs aside." }),
    lastPartialPass: passSchema.optional().meta({ description: "The newest one of some types, if it is newer." }),
    queue: depth,
    deadLetters: z.number(),
  })
  .register(API_SCHEMAS, { id: "Health" });

export type HealthView = z.infer<typeof health>;

/** The route that an admin asks first. */
export function createHealthRoutes(ports: ApiPorts): readonly Route[] {
  return [
    defineRoute({
      tag: "Health",
      method: "get",
      path: "/v1/health",
      summary: "How things stand: records by state, what fails and why, the last event and the last reconciliation",
      params: NOTHING,
      query: NOTHING,
      body: NOTHING,
      answer: health,
      handle: async () => ({ body: await viewHealth(ports) }),
    }),
  ];
}

async function viewHealth(ports: ApiPorts): Promise<z.input<typeof health>> {
  const [found, portal] = await Promise.all([readHealth(ports), ports.passes.readPortal()]);
  const { counts, excluded, failing, lastEventAtMs, queue, deadLetters } = found;
  const [lastPass, lastPartialPass] = await Promise.all([
    viewLast(ports, found.lastPass),
    viewLast(ports, found.lastPartialPass),
  ]);
  return {
    ...(portal !== undefined && { portal }),
    counts: {
      customers: { ...counts.customers },
      contactPersons: { ...counts.contactPersons },
      projects: { ...counts.projects },
    },
    excluded: excluded.map(nameWithReason),
    failing: failing.map(nameWithReason),
    ...(lastEventAtMs !== undefined && { lastEventAt: toIso(lastEventAtMs) }),
    ...(lastPass !== undefined && { lastPass }),
    ...(lastPartialPass !== undefined && { lastPartialPass }),
    queue: { ...queue },
    deadLetters: deadLetters.waiting + deadLetters.inFlight + deadLetters.delayed,
  };
}

async function viewLast(ports: ApiPorts, pass: Pass | undefined): Promise<z.input<typeof passSchema> | undefined> {
  const [shown] = pass === undefined ? [] : await showGivenUp(ports, [pass]);
  return shown && viewPass(shown);
}

function nameWithReason(record: SyncRecord) {
  const { reason, remedy } = describeState(record);
  const { type, id, companyId } = idsOf(record);
  return {
    type,
    id,
    ...(companyId !== undefined && { companyId }),
    ...(record.reason !== undefined && { reason: { code: record.reason.code, message: reason ?? record.reason.code } }),
    ...(remedy !== undefined && { remedy }),
  };
}

function idsOf(record: SyncRecord): { readonly type: ObjectType; readonly id: string; readonly companyId?: string } {
  switch (record.type) {
    case "customer":
      return { type: "company", id: record.companyId };
    case "contactPerson":
      return { type: "contact", id: record.contactId, companyId: record.companyId };
    case "project":
      return { type: "deal", id: record.dealId };
  }
}
