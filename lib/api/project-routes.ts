import * as z from "zod";
import type { Project } from "../domain/record.ts";
import { attachProjectRecord } from "../sync/attach-record.ts";
import { detachProjectRecord } from "../sync/detach-record.ts";
import { editProjectRecord } from "../sync/edit-record.ts";
import { openViews, runByAdmin, type ApiPorts } from "./api-ports.ts";
import { listFitting, listQueryOf } from "./list-query.ts";
import { refuseUnknown } from "./problem.ts";
import { hubspotId, listQuerySchema, pageSchema, projectEditSchema, projectSchema } from "./record-schemas.ts";
import { etagOf, viewPage, viewProject } from "./record-views.ts";
import { requireDone } from "./refusals.ts";
import { defineRoute, NO_FIELDS, NOTHING, type Route } from "./route.ts";

const COMMON = { tag: "Projects", query: NOTHING, body: NOTHING, answer: projectSchema } as const;
const ONE = { ...COMMON, params: z.object({ dealId: hubspotId }), isVersioned: true } as const;
const PROJECT_PAGE = pageSchema("ProjectPage", projectSchema);

/** The routes of projects. */
export function createProjectRoutes(ports: ApiPorts): readonly Route[] {
  const run = runByAdmin(ports);
  const answer = async (record: Project) => ({
    body: viewProject(record, await openViews(ports)),
    etag: etagOf(record),
  });
  return [
    defineRoute({
      ...COMMON,
      method: "get",
      path: "/v1/projects",
      summary: "Projects (Projekte) in ascending order of their deal ids",
      params: NOTHING,
      query: listQuerySchema,
      answer: PROJECT_PAGE,
      handle: async ({ query }) => {
        const [page, views] = await Promise.all([
          listFitting(ports.store.listProjects, listQueryOf(query)),
          openViews(ports),
        ]);
        return { body: viewPage(page, (item) => viewProject(item, views)) };
      },
    }),
    defineRoute({
      ...ONE,
      method: "get",
      path: "/v1/projects/{dealId}",
      summary: "One project with what is left to make it bookable, and its last changes",
      handle: async ({ params: { dealId } }) => {
        const found = (await ports.store.readProjects([dealId])).get(dealId);
        return answer(found ?? refuseUnknown(`project of deal ${dealId}`));
      },
    }),
    defineRoute({
      ...ONE,
      method: "patch",
      path: "/v1/projects/{dealId}",
      summary: "Changes what ZEP owns; description and customer once the project is detached",
      body: projectEditSchema,
      handle: async ({ params, body: edit, expectedRevision }) =>
        answer(requireDone(await editProjectRecord(run, { id: params.dealId, edit, expectedRevision }))),
    }),
    defineRoute({
      ...ONE,
      method: "post",
      path: "/v1/projects/{dealId}/detach",
      summary: "Ends the sync of a project: all its fields can be edited, nothing comes from HubSpot any more",
      body: NO_FIELDS,
      handle: async ({ params, expectedRevision }) =>
        answer(requireDone(await detachProjectRecord(run, { id: params.dealId, expectedRevision }))),
    }),
    defineRoute({
      ...ONE,
      method: "post",
      path: "/v1/projects/{dealId}/attach",
      summary: "Lets HubSpot lead the project again, or another deal lead it (Aus HubSpot importieren)",
      body: z.strictObject({ dealId: hubspotId.exactOptional() }),
      handle: async ({ params, body, expectedRevision }) => {
        const request = { id: params.dealId, ontoId: body.dealId, expectedRevision };
        return answer(requireDone(await attachProjectRecord(run, request)));
      },
    }),
  ];
}
