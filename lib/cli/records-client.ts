import * as z from "zod";
import { CliError } from "./cli-error.ts";

interface ApiCall {
  readonly method: "GET" | "POST" | "PATCH";
  /** Below the API's URL, with a slash in front. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** The ETag that the change is based on. */
  readonly ifMatch?: string;
}

export interface ApiAnswer<T> {
  readonly body: T;
  readonly etag?: string;
}

/** The records API, local or on AWS. */
export interface RecordsClient {
  /** Where it answers, for messages. */
  readonly url: string;
  /** @throws ApiRefusal when it answers a problem; CliError when it does not answer */
  readonly request: <T>(call: ApiCall, schema: z.ZodType<T>) => Promise<ApiAnswer<T>>;
}

export interface ApiRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The records API answered a problem (RFC 9457). */
export class ApiRefusal extends CliError {
  readonly status: number;
  readonly code: string | undefined;

  constructor(message: string, { status, code }: { readonly status: number; readonly code: string | undefined }) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The members of problem details that the command line shows. */
const problem = z.looseObject({
  title: z.string().optional(),
  detail: z.string().optional(),
  code: z.string().optional(),
  /** API Gateway's own refusals. */
  message: z.string().optional(),
});

/** Creates a client; `send` knows how to reach the API and how to sign. */
export function createRecordsClient(apiUrl: string, send: (request: ApiRequest) => Promise<Response>): RecordsClient {
  const url = apiUrl.replace(/\/+$/u, "");
  return {
    url,
    request: async ({ method, path, query = {}, body, ifMatch }, schema) => {
      const asked = new URL(url + path);
      for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.searchParams.set(name, value);
      const response = await send({
        method,
        url: asked.href,
        headers: {
          accept: "application/json",
          ...(body !== undefined && { "content-type": "application/json" }),
          ...(ifMatch !== undefined && { "if-match": ifMatch }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return readAnswer(url, response, schema);
    },
  };
}

async function readAnswer<T>(url: string, response: Response, schema: z.ZodType<T>): Promise<ApiAnswer<T>> {
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw toRefusal(url, response.status, body);
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join(".");
    throw new CliError(`${url} answered something else than the records API would (at "${where ?? ""}").`);
  }
  const etag = response.headers.get("etag");
  return { body: parsed.data, ...(etag !== null && { etag }) };
}

function toRefusal(url: string, status: number, body: unknown): ApiRefusal {
  const { data } = problem.safeParse(body);
  const code = data?.code;
  const told = data?.detail ?? data?.title;
  if (told !== undefined) return new ApiRefusal(told, { status, code });
  const refused = `AWS refused the request (${data?.message ?? status}): the credentials need execute-api:Invoke on this API.`;
  if (status === 401 || status === 403) return new ApiRefusal(refused, { status, code });
  return new ApiRefusal(`${url} answered ${status}${data?.message === undefined ? "" : `: ${data.message}`}.`, {
    status,
    code,
  });
}
