import { handleApiRequest } from "../../../infra/local/hubspot-simulator/api.ts";
import type { Portal } from "../../../infra/local/hubspot-simulator/portal.ts";
import { classifyCall } from "../../../lib/hubspot/api-paths.ts";
import type { FetchFunction } from "../../../lib/hubspot/http-transport.ts";
import type { CallKind } from "../../../lib/hubspot/pacing.ts";

/** One call to HubSpot as it was on the wire. */
export interface HubSpotCall {
  readonly kind: CallKind;
  /** HubSpot's plural name of what was read, such as `companies`; of the left side for associations. */
  readonly objects: string;
  readonly isArchived: boolean;
  /** The ids that a batch asks for. */
  readonly ids: readonly string[];
  readonly status: number;
  readonly answerBytes: number;
}

/** A way to the simulated portal in this process that writes down every call. */
export class HubSpotRecorder {
  readonly fetch: FetchFunction;
  #calls: HubSpotCall[] = [];

  constructor(portal: Portal) {
    this.fetch = async (url, { method, headers, body = "" }) => {
      const answer = handleApiRequest(portal, { method, url, headers: lowerCase(headers), body });
      this.#calls.push({ ...describeCall(url, body), status: answer.status, answerBytes: answer.body.length });
      return {
        status: answer.status,
        headers: new Headers(answer.headers),
        text: () => Promise.resolve(answer.body),
      };
    };
  }

  /** The calls since the last time. */
  take(): readonly HubSpotCall[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }
}

/** What a call asks for, told by its URL and body. */
export function describeCall(url: string, body: string): Omit<HubSpotCall, "status" | "answerBytes"> {
  const { pathname, searchParams } = new URL(url);
  const parsed: { readonly inputs?: readonly { readonly id: string }[] } = body === "" ? {} : JSON.parse(body);
  return {
    kind: classifyCall(pathname),
    objects: pathname.split("/")[4] ?? "",
    isArchived: searchParams.get("archived") === "true",
    ids: (parsed.inputs ?? []).map(({ id }) => id),
  };
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
