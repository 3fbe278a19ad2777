import { handleApiRequest } from "../../infra/local/hubspot-simulator/api.ts";
import type { FaultKind } from "../../infra/local/hubspot-simulator/behaviour.ts";
import type { Portal } from "../../infra/local/hubspot-simulator/portal.ts";
import type { FetchFunction } from "../../lib/hubspot/http-transport.ts";
import type { SimProcess } from "./sim-process.ts";

/** Replicas lag by this much at most; the product assumes half a minute. Milliseconds. */
export const LONGEST_LAG_MS = 20_000;

/** What HubSpot answers now and then instead of what was asked, the frequent ones first. */
const FAULTS: readonly FaultKind[] = [
  "tenSecondly",
  "bare429",
  "internalError",
  "badGateway",
  "unavailable",
  "locked",
  "cutJson",
  "partial",
  "drop",
  "slow",
  "slow",
  "migrating",
  "daily",
  "unauthorized",
];

/** A process' way to HubSpot: the simulated portal in process, on the virtual clock. */
export function createFetch(portal: Portal, process: SimProcess): FetchFunction {
  const { dice, trouble } = process;
  return async (url, { method, headers, body = "" }) => {
    await process.pause();
    const lagOf = (): number => (dice.hits(trouble.lag) ? dice.between(0, LONGEST_LAG_MS) : 0);
    portal.behaviour.readLagMs = lagOf();
    portal.behaviour.associationLagMs = dice.hits(0.5) ? portal.behaviour.readLagMs : lagOf();
    const fault = dice.hits(trouble.faults) ? dice.pick(FAULTS) : undefined;
    portal.behaviour.faults = fault === undefined ? [] : [{ fault, retryAfterSeconds: dice.between(1, 5) }];
    if (fault !== undefined) process.tell(`HubSpot fails (${fault})`);
    const answer = handleApiRequest(portal, { method, url, headers: lowerCase(headers), body });
    await process.pause();
    if (fault === "slow") {
      // The work was done, nobody waited for it.
      await process.rest(10_000);
      throw new DOMException("The operation was aborted due to timeout", "TimeoutError");
    }
    if (answer.isDropped) throw new TypeError("fetch failed");
    return {
      status: answer.status,
      headers: new Headers(answer.headers),
      text: () => Promise.resolve(answer.body),
    };
  };
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
