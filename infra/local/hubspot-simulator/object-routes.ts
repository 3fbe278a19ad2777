import * as z from "zod";
import { fail, ok, type Answer } from "./api-answer.ts";
import { compareIds, parseType, TYPE_NAMES, type SimType } from "./object-type.ts";
import type { PortalSource, SimObject } from "./portal-source.ts";
import { toIso, toWireObject, type Selection } from "./wire-object.ts";

/** A parsed call of an object or association endpoint. */
export interface Call {
  readonly source: PortalSource;
  readonly query: URLSearchParams;
  readonly body: string;
  /** The moment objects are read as of. */
  readonly asOfMs: number;
  /** The same for associations. */
  readonly associationsAsOfMs: number;
  readonly afterStyle: "id" | "opaque";
}

const OPAQUE_PREFIX = "page-";

/** `GET /crm/objects/{version}/{type}`: ascending ids, at most 100 a page, archived ones only when asked for. */
export function listObjects(call: Call, type: SimType): Answer {
  const limit = Number(call.query.get("limit") ?? "10");
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) return invalid("limit must be between 1 and 100");
  const after = parseAfter(call);
  if (after === "invalid") return invalid("after is not a paging token of this endpoint");
  const isArchived = call.query.get("archived") === "true";
  const request = { afterId: after, limit: limit + 1, isArchived, asOfMs: call.asOfMs };
  const found = call.source.listObjects(type, request);
  const page = found.slice(0, limit);
  const selection = selectionOf(call, type);
  const results = page.map((object) => toWireObject(call.source, object, selection));
  const last = page.at(-1);
  if (found.length <= limit || last === undefined) return ok({ results });
  const token = call.afterStyle === "id" ? last.id : toOpaque(last.id);
  const link = `https://api.hubapi.com/crm/v3/objects/${TYPE_NAMES[type].plural}?after=${encodeURIComponent(token)}`;
  return ok({ results, paging: { next: { after: token, link } } });
}

/** `GET …/{type}/{id}`. Fact: an id that was merged away answers the winner, under the winner's id, without an error. */
export function readObject(call: Call, type: SimType, id: string): Answer {
  const isArchived = call.query.get("archived") === "true";
  const object = findVisible(call, { type, id, isArchived });
  if (object === undefined) return fail(404, "OBJECT_NOT_FOUND", "Object not found. objectId are usually numeric.");
  return ok(toWireObject(call.source, object, selectionOf(call, type)));
}

const batchBody = z.object({
  inputs: z.array(z.object({ id: z.coerce.string() })),
  properties: z.array(z.string()).optional(),
});

/**
 * `POST …/{type}/batch/read`. Facts: 100 inputs at most; one duplicate fails all; ids that lead nowhere lack in
 * `results` and share one error entry of a 207; `archived=true` reads archived ones only; no associations.
 * Unknown, so made awkward: results come in id order, and a winner that several inputs lead to comes once.
 */
export function batchReadObjects(call: Call, type: SimType): Answer {
  const parsed = batchBody.safeParse(parseJson(call.body));
  if (!parsed.success) return invalid("Invalid input JSON");
  const ids = parsed.data.inputs.map((input) => input.id);
  if (ids.length === 0 || ids.length > 100)
    return invalid(`Batch size is ${ids.length}, between 1 and 100 are allowed`);
  if (new Set(ids).size < ids.length) return invalid("Duplicate IDs found in batch input. IDs must be unique");
  const isArchived = call.query.get("archived") === "true";
  const found = new Map<string, SimObject>();
  const missing: string[] = [];
  for (const id of ids) {
    const object = findVisible(call, { type, id, isArchived });
    if (object === undefined) missing.push(id);
    else found.set(object.id, object);
  }
  const selection: Selection = {
    type,
    properties: parsed.data.properties ?? [],
    associations: [],
    associationsAsOfMs: call.associationsAsOfMs,
  };
  const objects = [...found.values()].toSorted((left, right) => compareIds(left.id, right.id));
  const results = objects.map((object) => toWireObject(call.source, object, selection));
  return batchAnswer(call.source, results, missing.length === 0 ? [] : [notFound(type, missing)]);
}

/** A batch's envelope: 200 when complete, 207 when an error entry is in it. */
export function batchAnswer(source: PortalSource, results: readonly unknown[], errors: readonly unknown[]): Answer {
  const time = toIso(source.now());
  const envelope = { status: "COMPLETE", results, startedAt: time, completedAt: time };
  if (errors.length === 0) return ok(envelope);
  return { status: 207, body: { ...envelope, numErrors: errors.length, errors } };
}

export function invalid(message: string): Answer {
  return fail(400, "VALIDATION_ERROR", message);
}

/** Parsed JSON, or `undefined` for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function findVisible(
  call: Call,
  wanted: { readonly type: SimType; readonly id: string; readonly isArchived: boolean },
): SimObject | undefined {
  const object = call.source.findObject(wanted.type, wanted.id, call.asOfMs);
  if (object === undefined || (object.archivedAtMs !== undefined) !== wanted.isArchived) return undefined;
  // Fact: a merged-away id is neither live nor archived, so the archived view never follows a merge.
  return wanted.isArchived && object.id !== wanted.id ? undefined : object;
}

function notFound(type: SimType, ids: readonly string[]): unknown {
  return {
    status: "error",
    category: "OBJECT_NOT_FOUND",
    message: `Could not get some ${type.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`,
    context: { ids },
  };
}

function selectionOf(call: Call, type: SimType): Selection {
  const associations = words(call.query, "associations").flatMap((word) => parseType(word) ?? []);
  return {
    type,
    properties: words(call.query, "properties"),
    associations,
    associationsAsOfMs: call.associationsAsOfMs,
  };
}

/** Lists come comma-separated or as repeated parameters. */
function words(query: URLSearchParams, name: string): string[] {
  return query.getAll(name).flatMap((value) => value.split(",").filter((word) => word !== ""));
}

function parseAfter(call: Call): string | undefined {
  const after = call.query.get("after");
  if (after === null || after === "") return undefined;
  const id = call.afterStyle === "id" ? after : fromOpaque(after);
  return /^\d+$/u.test(id) ? id : "invalid";
}

function toOpaque(id: string): string {
  return Buffer.from(`${OPAQUE_PREFIX}${id}`).toString("base64url");
}

function fromOpaque(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  return text.startsWith(OPAQUE_PREFIX) ? text.slice(OPAQUE_PREFIX.length) : "";
}
