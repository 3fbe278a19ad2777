import * as z from "zod";
import { openViews, type ApiPorts } from "./api-ports.ts";
import { listFitting, listQueryOf } from "./list-query.ts";
import { refuseUnknown } from "./problem.ts";
import { contactPersonSchema, hubspotId, listQuerySchema, pageSchema } from "./record-schemas.ts";
import { viewContactPerson, viewPage } from "./record-views.ts";
import { defineRoute, NOTHING, type Route } from "./route.ts";

const COMMON = {
  tag: "Contact persons",
  method: "get",
  body: NOTHING,
  answer: pageSchema("ContactPersonPage", contactPersonSchema),
} as const;

/** The routes of contact persons; they are changed in HubSpot only. */
export function createContactPersonRoutes(ports: ApiPorts): readonly Route[] {
  return [
    defineRoute({
      ...COMMON,
      path: "/v1/contact-persons",
      summary: "Contact persons (Ansprechpartner) in ascending order of their contact ids",
      params: NOTHING,
      query: listQuerySchema,
      handle: async ({ query }) => {
        const [page, views] = await Promise.all([
          listFitting(ports.store.listContactPersons, listQueryOf(query)),
          openViews(ports),
        ]);
        return { body: viewPage(page, (item) => viewContactPerson(item, views)) };
      },
    }),
    defineRoute({
      ...COMMON,
      path: "/v1/contact-persons/{contactId}",
      summary: "A contact, once for each of its companies",
      params: z.object({ contactId: hubspotId }),
      query: NOTHING,
      handle: async ({ params: { contactId } }) => {
        const [found, views] = await Promise.all([ports.store.readContacts([contactId]), openViews(ports)]);
        const persons = found.get(contactId)?.persons ?? [];
        if (persons.length === 0) refuseUnknown(`contact person of contact ${contactId}`);
        return { body: { items: persons.map((person) => viewContactPerson(person, views)) } };
      },
    }),
  ];
}
