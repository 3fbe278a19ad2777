import * as z from "zod";
import { problemSchema } from "./problem.ts";
import { API_SCHEMAS } from "./record-schemas.ts";
import type { Route, RouteDescription } from "./route.ts";

/** An OpenAPI document, as far as anybody here looks into it. */
export interface ApiDescription {
  readonly openapi: string;
  readonly [member: string]: unknown;
}

/** The OpenAPI 3.1 document of the routes, made of the schemas that read their requests and type their answers. */
export function describeApi(routes: readonly Route[]): ApiDescription {
  const paths: Record<string, Record<string, object>> = {};
  for (const { description } of routes)
    paths[description.path] = { ...paths[description.path], [description.method]: describeOperation(description) };
  const { schemas } = z.toJSONSchema(API_SCHEMAS, { uri: (id) => `#/components/schemas/${id}`, io: "output" });
  return {
    openapi: "3.1.0",
    info: { title: "hubspot-zep-sync records API", version: "1" },
    security: [{ iam: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        iam: {
          type: "apiKey",
          in: "header",
          name: "Authorization",
          description: "AWS Signature Version 4; none locally.",
        },
      },
    },
  };
}

function describeOperation(description: RouteDescription): object {
  const { tag, summary, params, query, body, status = 200, answer, isVersioned } = description;
  const bodySchema = toSchema(body);
  return {
    operationId: nameOperation(description),
    tags: [tag],
    summary,
    parameters: [
      ...describeParameters(params, "path"),
      ...describeParameters(query, "query"),
      ...(isVersioned === true ? [IF_MATCH] : []),
    ],
    ...(hasProperties(bodySchema) && { requestBody: { content: { "application/json": { schema: bodySchema } } } }),
    responses: {
      [status]: {
        description: summary,
        ...(isVersioned === true && { headers: { ETag: VERSION } }),
        content: { "application/json": { schema: refOf(answer) } },
      },
      default: {
        description: "A problem (RFC 9457)",
        content: { "application/problem+json": { schema: refOf(problemSchema) } },
      },
    },
  };
}

/** Answers are named in the registry, so that a client generated from the document has names for them. */
function refOf(answer: z.ZodType): object {
  const id = API_SCHEMAS.get(answer)?.id;
  return id === undefined ? toSchema(answer) : { $ref: `#/components/schemas/${id}` };
}

function toSchema(schema: z.ZodType): object {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, { io: "input" });
  return described;
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

function hasProperties(schema: ObjectSchema): boolean {
  return Object.keys(schema.properties ?? {}).length > 0;
}

function describeParameters(schema: z.ZodType, place: "path" | "query"): readonly object[] {
  const { properties = {}, required = [] }: ObjectSchema = toSchema(schema);
  return Object.entries(properties).map(([name, described]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: described,
  }));
}

const IF_MATCH = {
  name: "If-Match",
  in: "header",
  required: false,
  description: "The ETag of the record as it was read; 412 if it was changed meanwhile.",
  schema: { type: "string" },
};

const VERSION = { description: "The record's version, for `If-Match`.", schema: { type: "string" } };

/** Such as `postCustomersByCompanyIdDetach`. */
function nameOperation({ method, path }: RouteDescription): string {
  const words = path
    .replace("/v1/", "")
    .replaceAll("{", "by-")
    .split(/\W+/u)
    .filter((word) => word !== "");
  return method + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
}
