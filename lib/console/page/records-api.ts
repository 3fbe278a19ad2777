/** The records API refused, or did not answer; the message is for the person at the screen. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
}

/** An answer and the version of the record in it. */
export interface ApiAnswer<T> {
  readonly body: T;
  readonly etag: string | undefined;
}

interface ApiCall {
  readonly method?: "GET" | "POST" | "PATCH";
  readonly body?: unknown;
  readonly ifMatch?: string | undefined;
}

/** Calls the records API behind this page; `T` is what its route answers. @throws ApiFailure */
export async function callApi<T>(path: string, { method = "GET", body, ifMatch }: ApiCall = {}): Promise<ApiAnswer<T>> {
  const response = await send(path, {
    method,
    headers: {
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(ifMatch !== undefined && { "if-match": ifMatch }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new ApiFailure(describeProblem(text, response.status));
  const parsed: T = JSON.parse(text);
  return { body: parsed, etag: response.headers.get("etag") ?? undefined };
}

async function send(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(`/v1${path}`, request);
  } catch (cause) {
    throw new ApiFailure("No answer. Is the program behind this page still running?", { cause });
  }
}

function describeProblem(text: string, status: number): string {
  try {
    const { detail, title }: { detail?: string; title?: string } = JSON.parse(text);
    return detail ?? title ?? `Refused with ${status}.`;
  } catch {
    return `Refused with ${status}.`;
  }
}
