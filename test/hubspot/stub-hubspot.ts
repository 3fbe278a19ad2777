import { createHubSpotReader } from "../../lib/hubspot/hubspot-reader.ts";
import type { HubSpotReaderOptions } from "../../lib/hubspot/hubspot-reader.ts";
import type { FetchFunction } from "../../lib/hubspot/http-transport.ts";
import type { HubSpotReader } from "../../lib/sync/ports.ts";
import { VirtualClock } from "./virtual-clock.ts";

export const TOKEN = "pat-eu1-token";

/** What the stubbed wire answers: JSON unless the body is a text. */
export interface StubAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Virtual milliseconds that the answer takes. */
  readonly takesMs?: number;
}

/** A call that HubSpot does not take, and says why with personal data. */
export const REFUSAL: StubAnswer = {
  status: 400,
  body: { category: "VALIDATION_ERROR", message: "jörg@example.com" },
};

/** One request as it left. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly atMs: number;
}

export interface StubbedHubSpot {
  readonly reader: HubSpotReader;
  readonly clock: VirtualClock;
  readonly sent: readonly SentRequest[];
  readonly counts: Readonly<Record<string, number>>;
  /** Lets virtual time pass until the work is done. */
  readonly run: <T>(work: Promise<T>) => Promise<T>;
}

/** A reader whose wire is answered by a function; what it throws is a failure of the network. */
export function stubHubSpot(
  answer: (request: SentRequest) => StubAnswer,
  options: Partial<HubSpotReaderOptions> = {},
): StubbedHubSpot {
  const clock = new VirtualClock();
  const sent: SentRequest[] = [];
  const counts: Record<string, number> = {};
  const fetch: FetchFunction = async (url, init) => {
    const { pathname, searchParams } = new URL(url);
    const request = {
      method: init.method,
      path: pathname,
      query: searchParams,
      headers: init.headers,
      body: init.body === undefined ? undefined : parseBody(init.body),
      atMs: clock.now(),
    };
    sent.push(request);
    const { status = 200, headers = {}, body, takesMs = 0 } = answer(request);
    if (takesMs > 0) await clock.sleep(takesMs);
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return { status, headers: new Headers({ "content-type": "application/json", ...headers }), text: async () => text };
  };
  const reader = createHubSpotReader({
    baseUrl: "https://api.hubapi.com",
    apiVersion: "2026-09",
    accessToken: { read: async () => [TOKEN], reread: async () => [TOKEN] },
    exclusionProperty: "zep",
    clock,
    telemetry: {
      count: (metric, value) => {
        counts[metric] = (counts[metric] ?? 0) + value;
      },
    },
    random: () => 0,
    fetch,
    ...options,
  });
  return { reader, clock, sent, counts, run: (work) => clock.run(work) };
}

/** A wire object with HubSpot's stamps. */
export function wireObject(
  id: string,
  properties: Readonly<Record<string, string | null>> = {},
  rest: object = {},
): object {
  return {
    id,
    properties,
    createdAt: "2026-01-02T03:04:05.006Z",
    updatedAt: "2026-02-03T04:05:06.789Z",
    archived: false,
    ...rest,
  };
}

export const UPDATED_AT_MS = Date.UTC(2026, 1, 3, 4, 5, 6, 789);

/** A batch's answer: 207 as soon as there is an error entry. */
export function batchAnswer(results: readonly unknown[], errors: readonly unknown[] = []): StubAnswer {
  const envelope = {
    status: "COMPLETE",
    results,
    startedAt: "2026-02-03T04:05:06.789Z",
    completedAt: "2026-02-03T04:05:06.799Z",
  };
  if (errors.length === 0) return { body: envelope };
  return { status: 207, body: { ...envelope, numErrors: errors.length, errors } };
}

/** The error entry for ids that lead nowhere. */
export function notFound(...ids: readonly string[]): object {
  return { status: "error", category: "OBJECT_NOT_FOUND", message: "Could not get some objects", context: { ids } };
}

/** The ids that a batch read asks for. */
export function idsOf({ body }: SentRequest): readonly string[] {
  if (typeof body !== "object" || body === null || !("inputs" in body) || !Array.isArray(body.inputs)) return [];
  return body.inputs.map((input: { readonly id: string }) => input.id);
}

function parseBody(text: string): unknown {
  return JSON.parse(text);
}
