import * as z from "zod";
import type { Settings } from "../domain/settings.ts";
import { findUnknownStages, parseDealStages } from "../domain/stage-filter.ts";
import type { Pass } from "../sync/pass-ports.ts";
import { showGivenUp } from "../sync/pass/given-up-pass.ts";
import { startPass } from "../sync/pass/start-pass.ts";
import type { ApiPorts } from "./api-ports.ts";
import { viewPass, viewPassReport } from "./pass-view.ts";
import { ApiProblem } from "./problem.ts";
import { passReportSchema, passRequestSchema, passSchema, type PassRequestBody } from "./reconciliation-schemas.ts";
import { pageSchema } from "./record-schemas.ts";
import { viewPage } from "./record-views.ts";
import { defineRoute, NOTHING, type Route } from "./route.ts";

const passId = z.string().regex(/^[\w-]{1,60}$/u, "expected the id of a reconciliation");

const listQuery = z.strictObject({
  limit: z.coerce.number("expected a whole number from 1 to 100").int().min(1).max(100).default(30),
  cursor: z.string().max(500).exactOptional(),
});

const COMMON = { tag: "Reconciliation", params: NOTHING, query: NOTHING, body: NOTHING } as const;
const PASS_PAGE = pageSchema("ReconciliationPage", passSchema);

/** The routes of reconciliations. */
export function createReconciliationRoutes(ports: ApiPorts): readonly Route[] {
  return [
    defineRoute({
      ...COMMON,
      method: "post",
      path: "/v1/reconciliations",
      summary: "Compares everything with HubSpot now; 409 while another one runs",
      body: passRequestSchema,
      status: 202,
      answer: passSchema,
      handle: async ({ body }) => ({ body: viewPass(await start(ports, body)) }),
    }),
    defineRoute({
      ...COMMON,
      method: "get",
      path: "/v1/reconciliations",
      summary: "The reconciliations of the last 30 days, newest first",
      query: listQuery,
      answer: PASS_PAGE,
      handle: async ({ query }) => {
        const page = await ports.passes.listPasses(query);
        return { body: viewPage({ ...page, items: await showGivenUp(ports, page.items) }, viewPass) };
      },
    }),
    defineRoute({
      ...COMMON,
      method: "get",
      path: "/v1/reconciliations/{id}",
      summary: "One reconciliation: how far it is, or its report",
      params: z.object({ id: passId }),
      answer: passReportSchema,
      handle: async ({ params: { id } }) => {
        const found = await ports.passes.readPass(id);
        const [pass] = await showGivenUp(ports, found === undefined ? [] : [found]);
        if (pass === undefined)
          throw refuse(404, "not-found", `There is no reconciliation ${id}; reports are kept for 30 days.`);
        // After the pass, for the report is stored before its end: whoever sees the end sees the report.
        return { body: viewPassReport(pass, await ports.passes.readReport(id)) };
      },
    }),
  ];
}

/** @throws ApiProblem when another one runs, or what is asked cannot be done */
async function start(ports: ApiPorts, { dryRun, confirm, types, settings }: PassRequestBody): Promise<Pass> {
  const preview = settings === undefined ? undefined : await parsePreview(ports, settings);
  const started = await startPass(ports, {
    ...(dryRun !== undefined && { isDryRun: dryRun }),
    ...(confirm !== undefined && { confirms: confirm }),
    ...(types !== undefined && { types }),
    ...(preview !== undefined && { preview }),
  });
  if (started.kind === "refused") throw refuse(422, "refused", started.why);
  if (started.kind === "running")
    throw refuse(
      409,
      "running",
      `Reconciliation ${started.passId} is at work already; start another one when it is over.`,
    );
  const pass = await ports.passes.readPass(started.passId);
  if (pass === undefined) throw new Error(`pass ${started.passId} was started and is not stored`);
  return pass;
}

/** @throws ApiProblem 422 when the settings could not be deployed either */
async function parsePreview(
  { settings, hubspot }: ApiPorts,
  wanted: NonNullable<PassRequestBody["settings"]>,
): Promise<Settings> {
  const parsed = wanted.dealStages === undefined ? undefined : parseDealStages(wanted.dealStages);
  if (parsed?.kind === "invalid") throw refuse(422, "invalid", parsed.problem);
  const dealStages = parsed?.filter ?? settings.dealStages;
  if (dealStages.kind === "stages") {
    const known = await hubspot.listDealStages();
    const unknown = findUnknownStages(
      dealStages,
      known.map(({ stageId }) => stageId),
    );
    if (unknown.length > 0)
      throw refuse(
        422,
        "unknown-stages",
        `HubSpot knows no deal stage ${unknown.join(", ")}; "npx hubspot-zep stages" lists them by name.`,
      );
  }
  const { property, values } = settings.exclusion;
  const exclusion = { property: wanted.exclusionProperty ?? property, values: wanted.exclusionValues ?? values };
  return { dealStages, exclusion };
}

function refuse(status: 404 | 409 | 422, code: string, detail: string): ApiProblem {
  const titles = { 404: "Not found", 409: "Another one is at work", 422: "It cannot be done so" };
  return new ApiProblem({ status, code, title: titles[status], detail });
}
