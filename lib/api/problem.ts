import * as z from "zod";
import { API_SCHEMAS } from "./record-schemas.ts";

/** How problems are described; members beyond these are allowed. */
export const problemSchema = z
  .looseObject({
    type: z.string().meta({ description: "A name for the kind of problem, as a URN; it ends in `code`." }),
    status: z.int(),
    code: z.string().meta({ description: "What programs branch on." }),
    title: z.string(),
    detail: z.string().meta({ description: "What was wrong and what to do." }),
    fields: z.array(z.string()).optional().meta({ description: "With `hubspot-leads`: every field that was refused." }),
    errors: z
      .array(
        z.object({
          field: z.string(),
          message: z.string().optional(),
          length: z.int().optional(),
          limit: z.int().optional(),
        }),
      )
      .optional()
      .meta({ description: "Field by field, what is wrong; lengths in characters." }),
    number: z.string().optional(),
    holder: z
      .object({ id: z.string(), name: z.string() })
      .optional()
      .meta({ description: "With `number-taken`: whose number it is." }),
    etag: z.string().optional().meta({ description: "With `changed-meanwhile`: the record's present version." }),
  })
  .register(API_SCHEMAS, { id: "Problem" });

/** A problem as the API answers it (RFC 9457). `code` is what programs branch on; `detail` says what to do. */
export interface Problem {
  readonly status: 400 | 404 | 405 | 409 | 412 | 413 | 422 | 500 | 503;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** More members, such as the fields that were refused. */
  readonly [member: string]: unknown;
}

/** Ends a request with a problem. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** The problem as a response. */
export function answerProblem(problem: Problem, more: Readonly<Record<string, string>> = {}): Response {
  const headers = { ...more, "content-type": "application/problem+json" };
  const type = `urn:hubspot-zep-sync:problem:${problem.code}`;
  return new Response(JSON.stringify({ type, ...problem }), { status: problem.status, headers });
}

/** @throws ApiProblem 404 */
export function refuseUnknown(what: string): never {
  throw new ApiProblem({
    status: 404,
    code: "not-found",
    title: "Not found",
    detail: `There is no ${what} here. If HubSpot has it, a resync fetches it.`,
  });
}
