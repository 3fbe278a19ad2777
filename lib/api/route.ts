import type { Context } from "hono";
import * as z from "zod";
import { ApiProblem } from "./problem.ts";

/** A part of a request that holds nothing. */
export const NOTHING = z.object({});

/** The body of a request that asks for something with no more to say. */
export const NO_FIELDS = z.strictObject({});

/** What a route answers: a body, and the version of the record it shows. */
export interface Answer<T> {
  readonly body: T;
  readonly etag?: string;
}

/** A request, as far as its route's schemas let it through. */
export interface RouteInput<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The revision that `If-Match` names; without it, whatever is stored is changed. */
  readonly expectedRevision: number | undefined;
}

/** What documents a route. */
export interface RouteDescription {
  readonly method: "get" | "post" | "patch";
  /** As OpenAPI spells it: `/v1/customers/{companyId}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly params: z.ZodType<object>;
  readonly query: z.ZodType<object>;
  readonly body: z.ZodType<object>;
  /** Whether it takes `If-Match`. */
  readonly isVersioned?: boolean;
  readonly status?: 200 | 202;
  readonly answer: z.ZodType;
}

/** A route: what documents it and what answers it. */
export interface Route {
  readonly description: RouteDescription;
  /** @throws ApiProblem when the request is not as described */
  readonly serve: (c: Context) => Promise<Response>;
}

interface Definition<
  Params extends object,
  Query extends object,
  Body extends object,
  Result,
> extends RouteDescription {
  readonly params: z.ZodType<Params>;
  readonly query: z.ZodType<Query>;
  readonly body: z.ZodType<Body>;
  readonly answer: z.ZodType<Result>;
  readonly handle: (input: RouteInput<Params, Query, Body>) => Promise<Answer<Result>>;
}

/** Joins a route's description with its handler, which gets what the schemas let through. */
export function defineRoute<Params extends object, Query extends object, Body extends object, Result>(
  definition: Definition<Params, Query, Body, Result>,
): Route {
  const { handle, ...description } = definition;
  const { params, query, body, method, isVersioned, status = 200 } = definition;
  return {
    description,
    serve: async (c) => {
      const answer = await handle({
        params: read(params, c.req.param(), "path"),
        query: read(query, c.req.query(), "query"),
        body: read(body, method === "get" ? {} : await readJson(c), "body"),
        expectedRevision: isVersioned === true ? readIfMatch(c.req.header("if-match")) : undefined,
      });
      const headers = { "content-type": "application/json", ...(answer.etag !== undefined && { etag: answer.etag }) };
      return new Response(JSON.stringify(answer.body), { status, headers });
    },
  };
}

/** What was sent is not repeated: it may be anything. */
function read<T>(schema: z.ZodType<T>, value: unknown, part: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, 20).map((issue) => ({
    field: issue.path.length === 0 ? part : issue.path.slice(0, 5).join(".").slice(0, 100),
    message: spellIssue(schema, issue),
  }));
  const detail = errors.map(({ field, message }) => `${field}: ${message}`).join("; ");
  throw new ApiProblem({ status: 422, code: "invalid", title: "The request is not as described", detail, errors });
}

/** What is wrong, with what was expected. A schema's own sentence stands; those of its library are for programmers. */
function spellIssue(schema: z.ZodType, issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return spellUnknownField(schema, issue.path.length === 0);
  if (!/^(?:Invalid|Too) /u.test(issue.message)) return issue.message;
  if (issue.code === "invalid_value")
    return `expected ${issue.values.length === 1 ? "" : "one of "}${issue.values.join(", ")}`;
  if (issue.code === "invalid_type") return `expected ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
  if (issue.code !== "too_small" && issue.code !== "too_big") return issue.message;
  const parts = PARTS[issue.origin] ?? "";
  if (issue.code === "too_big") return `expected at most ${issue.maximum}${parts}`;
  return issue.minimum === 1 && parts !== ""
    ? "expected not to be empty"
    : `expected at least ${issue.minimum}${parts}`;
}

function spellUnknownField(schema: z.ZodType, isOuter: boolean): string {
  const known = schema instanceof z.ZodObject && isOuter ? Object.keys(schema.shape).join(", ") || "none" : "";
  return `has a field that does not exist${known && `; expected ${known}`}`;
}

const PARTS: Readonly<Record<string, string>> = { string: " characters", array: " entries" };

const TYPE_NAMES: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  object: "an object",
  string: "a text",
};

async function readJson(c: Context): Promise<unknown> {
  const text = await c.req.text();
  if (text === "") return {};
  try {
    return JSON.parse(text, mendText);
  } catch (error) {
    // Besides bad syntax: nesting so deep that the reviver's recursion ends the stack.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    const detail = `The body is not JSON (its length: ${text.length}); expected an object such as {} or {"shortForm":"RELAUNCH"}.`;
    throw new ApiProblem({ status: 400, code: "not-json", title: "The body is not JSON", detail });
  }
}

/** Half a surrogate pair cannot be stored: a number that holds one would be kept under another one. */
function mendText(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}

function readIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === "*") return undefined;
  const digits = /^\s*(?:W\/)?"(\d{1,15})"\s*$/u.exec(header)?.[1];
  if (digits !== undefined) return Number(digits);
  const detail = 'If-Match: expected the ETag of the record as it was read, such as "7".';
  throw new ApiProblem({ status: 422, code: "invalid", title: "The request is not as described", detail });
}
