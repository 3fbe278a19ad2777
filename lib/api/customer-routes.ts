import * as z from "zod";
import { attachCustomerRecord } from "../sync/attach-record.ts";
import { detachCustomerRecord } from "../sync/detach-record.ts";
import { editCustomerRecord } from "../sync/edit-record.ts";
import type { Customer } from "../domain/record.ts";
import { openViews, runByAdmin, type ApiPorts } from "./api-ports.ts";
import { listFitting, listQueryOf } from "./list-query.ts";
import { refuseUnknown } from "./problem.ts";
import { customerEditSchema, customerSchema, hubspotId, listQuerySchema, pageSchema } from "./record-schemas.ts";
import { etagOf, viewContactPerson, viewCustomer, viewPage, viewProject } from "./record-views.ts";
import { requireDone } from "./refusals.ts";
import { defineRoute, NO_FIELDS, NOTHING, type Route } from "./route.ts";

const COMMON = { tag: "Customers", query: NOTHING, body: NOTHING, answer: customerSchema } as const;
const ONE = { ...COMMON, params: z.object({ companyId: hubspotId }), isVersioned: true } as const;
const CUSTOMER_PAGE = pageSchema("CustomerPage", customerSchema);

/** Contact persons and projects that a customer's page shows. */
const MOST_SHOWN = 100;

/** The routes of customers. */
export function createCustomerRoutes(ports: ApiPorts): readonly Route[] {
  const run = runByAdmin(ports);
  const answer = async (record: Customer) => ({
    body: viewCustomer(record, await openViews(ports)),
    etag: etagOf(record),
  });
  return [
    defineRoute({
      ...COMMON,
      method: "get",
      path: "/v1/customers",
      summary: "Customers (Kunden) in ascending order of their company ids",
      params: NOTHING,
      query: listQuerySchema,
      answer: CUSTOMER_PAGE,
      handle: async ({ query }) => {
        const [page, views] = await Promise.all([
          listFitting(ports.store.listCustomers, listQueryOf(query)),
          openViews(ports),
        ]);
        return { body: viewPage(page, (item) => viewCustomer(item, views)) };
      },
    }),
    defineRoute({
      ...ONE,
      method: "get",
      path: "/v1/customers/{companyId}",
      summary: "One customer with its contact persons, projects and last changes",
      handle: ({ params }) => readCustomer(ports, params.companyId),
    }),
    defineRoute({
      ...ONE,
      method: "patch",
      path: "/v1/customers/{companyId}",
      summary: "Changes the customer number; the other fields once the customer is detached",
      body: customerEditSchema,
      handle: async ({ params, body: edit, expectedRevision }) =>
        answer(requireDone(await editCustomerRecord(run, { id: params.companyId, edit, expectedRevision }))),
    }),
    defineRoute({
      ...ONE,
      method: "post",
      path: "/v1/customers/{companyId}/detach",
      summary: "Ends the sync of a customer: all its fields can be edited, nothing comes from HubSpot any more",
      body: NO_FIELDS,
      handle: async ({ params, expectedRevision }) =>
        answer(requireDone(await detachCustomerRecord(run, { id: params.companyId, expectedRevision }))),
    }),
    defineRoute({
      ...ONE,
      method: "post",
      path: "/v1/customers/{companyId}/attach",
      summary: "Lets HubSpot lead the customer again, or another company lead it (Aus HubSpot importieren)",
      body: z.strictObject({ companyId: hubspotId.exactOptional() }),
      handle: async ({ params, body, expectedRevision }) => {
        const request = { id: params.companyId, ontoId: body.companyId, expectedRevision };
        return answer(requireDone(await attachCustomerRecord(run, request)));
      },
    }),
  ];
}

async function readCustomer(ports: ApiPorts, companyId: string) {
  const [found, persons, projects, views] = await Promise.all([
    ports.store.readCustomers([companyId]),
    listFitting(ports.store.listContactPersons, { companyId, limit: MOST_SHOWN }),
    listFitting(ports.store.listProjects, { companyId, limit: MOST_SHOWN }),
    openViews(ports),
  ]);
  const record = found.get(companyId) ?? refuseUnknown(`customer of company ${companyId}`);
  const body = {
    ...viewCustomer(record, views),
    contactPersons: persons.items.map((item) => viewContactPerson(item, views)),
    projects: projects.items.map((item) => viewProject(item, views)),
  };
  return { body, etag: etagOf(record) };
}
