import * as z from "zod";
import { ok, type Answer } from "./api-answer.ts";
import { compareIds, TYPE_NAMES, type SimType } from "./object-type.ts";
import { batchAnswer, invalid, parseJson, type Call } from "./object-routes.ts";
import type { SimLink } from "./portal-source.ts";
import { toWireLink } from "./wire-object.ts";

/** Fact: each input pages on its own past this many. */
const PAGE_SIZE = 500;

const batchBody = z.object({ inputs: z.array(z.object({ id: z.coerce.string(), after: z.string().optional() })) });

/**
 * `POST /crm/associations/{version}/{from}/{to}/batch/read`. Facts: 1,000 inputs at most; no association is an error
 * entry of a 207 and not an empty result; an old id of a merged record has none.
 */
export function batchReadAssociations(call: Call, from: SimType, to: SimType): Answer {
  const parsed = batchBody.safeParse(parseJson(call.body));
  if (!parsed.success) return invalid("Invalid input JSON");
  const { inputs } = parsed.data;
  if (inputs.length === 0 || inputs.length > 1_000) {
    return invalid(`Batch size is ${inputs.length}, between 1 and 1000 are allowed`);
  }
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const input of inputs) {
    const page = pageOfLinks(call, { from, to, ...input });
    if (page.links.length === 0) errors.push(noAssociations(from, to, input.id));
    else results.push({ from: { id: input.id }, to: page.links.map((link) => toWireLink(from, link)), ...page.paging });
  }
  return batchAnswer(call.source, results, errors);
}

/** `GET …/{type}/{id}/associations/{toType}`: the same links for one object, and an empty list for none. */
export function listAssociationsOfOne(
  call: Call,
  request: { readonly from: SimType; readonly id: string; readonly to: SimType },
): Answer {
  const after = call.query.get("after") ?? undefined;
  const page = pageOfLinks(call, { ...request, after });
  return ok({ results: page.links.map((link) => toWireLink(request.from, link)), ...page.paging });
}

function pageOfLinks(
  call: Call,
  request: { readonly from: SimType; readonly to: SimType; readonly id: string; readonly after?: string | undefined },
): { readonly links: readonly SimLink[]; readonly paging: object } {
  const { from, to, id, after } = request;
  const all = call.source.listLinks({ type: from, id, toType: to, asOfMs: call.associationsAsOfMs });
  const rest = after === undefined ? all : all.filter((link) => compareIds(link.toId, after) > 0);
  const links = rest.slice(0, PAGE_SIZE);
  const last = links.at(-1);
  if (rest.length <= PAGE_SIZE || last === undefined) return { links, paging: {} };
  const path = `/crm/v4/objects/${TYPE_NAMES[from].plural}/${id}/associations/${TYPE_NAMES[to].plural}`;
  const next = { after: last.toId, link: `https://api.hubapi.com${path}?after=${last.toId}` };
  return { links, paging: { paging: { next } } };
}

function noAssociations(from: SimType, to: SimType, id: string): unknown {
  return {
    status: "error",
    category: "OBJECT_NOT_FOUND",
    subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND",
    message: `No ${to} is associated with ${from} ${id}.`,
    context: { fromObjectId: [id], fromObjectType: [from], toObjectType: [to] },
  };
}
