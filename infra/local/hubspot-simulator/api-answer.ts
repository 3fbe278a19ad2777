/** A request as either the HTTP server or an in-process caller hands it in. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query, with or without a host. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** An answer. A caller in process honours `delayMs` on its own clock and fails like the network when `isDropped`. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly delayMs: number;
  readonly isDropped: boolean;
}

/** What a handler answers before headers, faults and serialisation. A string is sent as it is. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** HubSpot's error body. `correlationId` is added where it is sent. */
export function fail(status: number, category: string, message: string): Answer {
  return { status, body: { status: "error", message, category } };
}

/** Fact: a 403 names the scopes the app lacks. */
export function missingScopes(scopes: readonly string[]): Answer {
  const message = "This app hasn't been granted all required scopes to make this call.";
  const errors = [
    {
      message: "One or more of the following scopes are required.",
      context: { requiredGranularScopes: scopes },
    },
  ];
  return { status: 403, body: { status: "error", message, category: "MISSING_SCOPES", errors } };
}
