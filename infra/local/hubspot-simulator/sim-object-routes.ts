import * as z from "zod";
import { fillGenerated } from "./generated-import.ts";
import type { PortalEvent } from "./portal-event.ts";
import type { SimObject } from "./portal-source.ts";
import { endSchema, idOf, idSchema, typeOf, typeSchema, type SimCall, type SimRoute } from "./sim-route.ts";
import { toIso } from "./wire-object.ts";
import { listAllLinks, listAllObjects } from "./portal-listing.ts";
import type { End, Mutation } from "./world.ts";
import { WorldError } from "./world-error.ts";

const properties = z.record(z.string(), z.string());
const createBody = z.strictObject({
  id: idSchema.optional(),
  properties,
  associations: z.array(z.strictObject({ to: endSchema, isPrimary: z.boolean() })).optional(),
});
const mergeBody = z.strictObject({
  type: typeSchema,
  primaryId: idSchema,
  mergedIds: z.array(idSchema).min(1),
  style: z.enum(["newId", "survivingId"]),
  newId: idSchema.optional(),
});
const pairBody = z.strictObject({ from: endSchema, to: endSchema, isPrimary: z.boolean() });
const importBody = z.strictObject({
  companies: z.int().min(0),
  contacts: z.int().min(0),
  deals: z.int().min(0),
});

/** Routes that read and change the portal; each change sends its webhooks. */
export const SIM_OBJECT_ROUTES: readonly SimRoute[] = [
  {
    method: "GET",
    path: "/_sim/objects/{type}",
    does: "Lists all live objects with their associations.",
    run: (call) => listAllObjects(call.simulator.world, typeOf(call)).map((object) => show(call, object)),
  },
  {
    method: "GET",
    path: "/_sim/objects/{type}/{id}",
    does: "Shows one object; a merged id shows the record it was merged into.",
    run: (call) => show(call, find(call)),
  },
  {
    method: "POST",
    path: "/_sim/objects/{type}",
    does: "Creates an object; `id` and `associations` may be left out.",
    exampleBody: {
      properties: { dealname: "Relaunch", dealstage: "1043288714" },
      associations: [{ to: { type: "company", id: "31204500512" }, isPrimary: true }],
    },
    run: create,
  },
  {
    method: "PATCH",
    path: "/_sim/objects/{type}/{id}",
    does: 'Changes properties; "" clears one.',
    exampleBody: { properties: { name: "Müller & Söhne GmbH", zep: "nein" } },
    run: (call) => {
      const body = z.strictObject({ properties }).parse(call.body);
      return send(call, call.simulator.world.update(typeOf(call), idOf(call), body.properties));
    },
  },
  {
    method: "DELETE",
    path: "/_sim/objects/{type}/{id}",
    does: "Deletes an object: it lies in the bin for 90 days.",
    run: (call) => send(call, call.simulator.world.delete(typeOf(call), idOf(call))),
  },
  {
    method: "POST",
    path: "/_sim/objects/{type}/{id}/restore",
    does: "Takes an object out of the bin, with its associations.",
    run: (call) => send(call, call.simulator.world.restore(typeOf(call), idOf(call))),
  },
  {
    method: "POST",
    path: "/_sim/merge",
    does: "Merges records into a third one (`newId`), or into the primary one (`survivingId`, as older merges did).",
    exampleBody: { type: "company", primaryId: "1001", mergedIds: ["1002"], style: "newId" },
    run: merge,
  },
  {
    method: "POST",
    path: "/_sim/associate",
    does: "Associates two objects; `isPrimary` makes it the contact's or deal's primary company.",
    exampleBody: { from: { type: "deal", id: "3001" }, to: { type: "company", id: "1001" }, isPrimary: true },
    run: (call) => send(call, call.simulator.world.associate(pairBody.parse(call.body))),
  },
  {
    method: "POST",
    path: "/_sim/dissociate",
    does: "Removes an association; with `isPrimary` only its primary label.",
    exampleBody: { from: { type: "deal", id: "3001" }, to: { type: "company", id: "1001" }, isPrimary: false },
    run: (call) => send(call, call.simulator.world.dissociate(pairBody.parse(call.body))),
  },
  {
    method: "POST",
    path: "/_sim/erase",
    does: "Erases a contact for good (GDPR).",
    exampleBody: { contactId: "2001" },
    run: (call) => {
      const { contactId } = z.strictObject({ contactId: idSchema }).parse(call.body);
      return send(call, call.simulator.world.erase(contactId));
    },
  },
  {
    method: "POST",
    path: "/_sim/import",
    does: "Creates many objects with generated values, each with the webhooks of a creation.",
    exampleBody: { companies: 100, contacts: 200, deals: 50 },
    run: (call) => {
      const { ids, events } = fillGenerated(call.simulator.world, importBody.parse(call.body));
      return { ids, ...send(call, { id: "", events }) };
    },
  },
];

function create(call: SimCall): unknown {
  const { world } = call.simulator;
  const { associations, id, properties } = createBody.parse(call.body);
  const type = typeOf(call);
  const created = world.create(type, id === undefined ? { properties } : { id, properties });
  const from: End = { type, id: created.id };
  const links = (associations ?? []).map((link) => world.associate({ from, ...link }));
  return send(call, { id: created.id, events: [...created.events, ...links.flatMap((link) => link.events)] });
}

function merge(call: SimCall): unknown {
  const { type, newId, ...request } = mergeBody.parse(call.body);
  return send(call, call.simulator.world.merge(type, newId === undefined ? request : { ...request, newId }));
}

function send(call: SimCall, mutation: Mutation): { readonly id: string; readonly events: readonly PortalEvent[] } {
  const { queue, sender } = call.simulator;
  queue.enqueue(mutation.events);
  sender.wake();
  return { id: mutation.id, events: mutation.events };
}

function find(call: SimCall): SimObject {
  const { world } = call.simulator;
  const object = world.findObject(typeOf(call), idOf(call), world.now());
  if (object === undefined) throw new WorldError(`${typeOf(call)} ${idOf(call)} is not there`);
  return object;
}

function show(call: SimCall, object: SimObject): unknown {
  const { id, properties, createdAtMs, updatedAtMs, archivedAtMs } = object;
  return {
    id,
    properties,
    createdAt: toIso(createdAtMs),
    updatedAt: toIso(updatedAtMs),
    ...(archivedAtMs === undefined ? {} : { archivedAt: toIso(archivedAtMs) }),
    associations: listAllLinks(call.simulator.world, { type: typeOf(call), id }),
  };
}
