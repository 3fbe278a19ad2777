/** A problem as the API answers it (RFC 9457). `code` is what programs branch on; `detail` says what to do. */
export interface Problem {
  readonly status: 400 | 404 | 405 | 409 | 412 | 413 | 415 | 422 | 500 | 503;
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
export function answerProblem(problem: Problem): Response {
  const headers = { "content-type": "application/problem+json" };
  return new Response(JSON.stringify({ type: "about:blank", ...problem }), { status: problem.status, headers });
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
