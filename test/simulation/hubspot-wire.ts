import * as z from "zod";
import { handleApiRequest, type ApiAnswer } from "../../infra/local/hubspot-simulator/api.ts";
import type { FaultKind } from "../../infra/local/hubspot-simulator/behaviour.ts";
import { parseType } from "../../infra/local/hubspot-simulator/object-type.ts";
import type { Portal } from "../../infra/local/hubspot-simulator/portal.ts";
import type { FetchFunction } from "../../lib/hubspot/http-transport.ts";
import type { SimProcess } from "./sim-process.ts";

/** Replicas lag by this much at most; the product assumes half a minute. Milliseconds. */
export const LONGEST_LAG_MS = 20_000;

/** What HubSpot answers now and then instead of what was asked, the frequent ones first. */
export const HUBSPOT_FAULTS: readonly FaultKind[] = [
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
  "forbidden",
];

/** What a list does wrong besides; no event-driven read is affected. */
export const LIST_FAULTS: readonly FaultKind[] = ["emptyList", "endEarly", "disorder"];

/** Of the processes that meet faults, those whose token is another account's. */
const ASTRAY_SHARE = 0.3;

interface Accounts {
  readonly portal: Portal;
  readonly otherPortal: Portal;
  /** Whether the table knows by now which account it belongs to; a fresh one takes whatever it sees first. */
  readonly isRemembered: () => Promise<boolean>;
}

/** A process' way to HubSpot: the simulated portal in process, on the virtual clock. */
export function createFetch(accounts: Accounts, process: SimProcess): FetchFunction {
  const { dice, trouble, tally } = process;
  const isAstray = dice.hits(trouble.faults * ASTRAY_SHARE);
  let chosen: Promise<Portal> | undefined;
  // Few objects fill no page of a hundred; lists that answer less than was asked for make several of them.
  const pageSize = dice.pick([2, 3, 100]) ?? 100;
  return async (url, { method, headers, body = "" }) => {
    await process.pause();
    chosen ??= choosePortal(accounts, process, isAstray);
    const portal = await chosen;
    const atMs = process.clock.now();
    const lagOf = (): number => (dice.hits(trouble.lag) ? dice.between(0, LONGEST_LAG_MS) : 0);
    const { behaviour } = portal;
    behaviour.readLagMs = lagOf();
    behaviour.associationLagMs = dice.hits(0.5) ? behaviour.readLagMs : lagOf();
    if (behaviour.readLagMs > 0) tally.count("HubSpot: read that lags");
    if (behaviour.associationLagMs > 0) tally.count("HubSpot: association read that lags");
    const fault = dice.hits(trouble.faults) ? pickFault(process, url) : undefined;
    behaviour.faults = fault === undefined ? [] : [{ fault, retryAfterSeconds: dice.between(1, 5) }];
    if (fault !== undefined) {
      process.tell(`HubSpot fails (${fault})`);
      tally.count(`HubSpot: fault ${fault}`);
    }
    const request = { method, url: url.replace("limit=100", `limit=${pageSize}`), headers: lowerCase(headers), body };
    const answer = refuse(process, request, handleApiRequest(portal, request));
    // A failed call confirms nothing, nor does what another account answers.
    const isAnswered = answer.status < 300 && (fault === undefined || fault === "partial");
    if (isAnswered && portal === accounts.portal) noteReadings(process, { url, body, answer: answer.body, atMs });
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

/** Whether HubSpot cannot answer this object while so large a share of them is refused. */
export function isRefused(id: string, share: number): boolean {
  return (Number(id) % 97) / 97 < share;
}

/** Withholds what HubSpot cannot answer: by its id, an object spoils its whole call or comes without a stamp. */
function refuse(
  { trouble, tally }: SimProcess,
  { url, body }: { readonly url: string; readonly body: string },
  answer: ApiAnswer,
): ApiAnswer {
  const refused = new Set(listIds(url, body).filter((id) => isRefused(id, trouble.refusals)));
  if (refused.size === 0) return answer;
  tally.count("HubSpot: object that it cannot answer");
  if ([...refused].some((id) => Number(id) % 2 === 0)) return { ...answer, status: 500, body: "{}" };
  const parsed: unknown = JSON.parse(answer.body, (_key, value: unknown) => {
    const isSpoiled = typeof value === "object" && value !== null && "id" in value && refused.has(String(value.id));
    return isSpoiled ? { ...value, updatedAt: undefined } : value;
  });
  return { ...answer, body: JSON.stringify(parsed) };
}

/** The objects that a call names, be it one or a batch. */
function listIds(url: string, body: string): readonly string[] {
  if (url.includes("/batch/read")) return batchRequest.parse(JSON.parse(body)).inputs.map(({ id }) => id);
  return [/\/objects\/[^/]+\/[^/]+\/(?<id>\d+)/u.exec(url)?.groups?.["id"] ?? []].flat();
}

async function choosePortal(accounts: Accounts, process: SimProcess, isAstray: boolean): Promise<Portal> {
  if (!isAstray || !(await accounts.isRemembered())) return accounts.portal;
  process.tell("has the token of another account");
  process.tally.count("HubSpot: token of another account");
  return accounts.otherPortal;
}

function pickFault({ dice }: SimProcess, url: string): FaultKind | undefined {
  const isList = /\/objects\/[^/]+\/[^/]+\?/u.test(url);
  return dice.pick(isList ? [...HUBSPOT_FAULTS, ...LIST_FAULTS] : HUBSPOT_FAULTS);
}

const batchRequest = z.object({ inputs: z.array(z.object({ id: z.coerce.string() })) });
const batchAnswer = z.object({ results: z.array(z.object({ id: z.string() })) });
const partialAnswer = z.object({
  errors: z.array(z.object({ category: z.string(), context: z.object({ ids: z.array(z.coerce.string()) }) })),
});

/** Remembers what the process was shown by batch reads, which alone may confirm that something is gone. */
function noteReadings(
  process: SimProcess,
  call: { readonly url: string; readonly body: string; readonly answer: string; readonly atMs: number },
): void {
  const path = /\/(?<api>objects|associations)\/[^/]+\/(?<from>[^/]+)\/(?:[^/]+\/)?batch\/read/u.exec(call.url)?.groups;
  const type = parseType(path?.["from"] ?? "");
  if (path === undefined || type === undefined) return;
  const failed = listFailed(call.answer);
  const inputs = listIds(call.url, call.body).filter((id) => !failed.includes(id));
  if (path["api"] === "associations") {
    for (const id of inputs) process.noteReading(`${type}/${id} companies`, { atMs: call.atMs, isLive: true });
    return;
  }
  if (call.url.includes("archived=true")) return;
  const answer = batchAnswer.safeParse(JSON.parse(call.answer));
  if (!answer.success) return;
  const live = new Set(answer.data.results.map(({ id }) => id));
  for (const id of inputs) process.noteReading(`${type}/${id}`, { atMs: call.atMs, isLive: live.has(id) });
}

/** What a batch read names as what it could not read. */
function listFailed(body: string): readonly string[] {
  const answer = partialAnswer.safeParse(JSON.parse(body));
  const errors = answer.success ? answer.data.errors : [];
  return errors.filter(({ category }) => category === "INTERNAL_ERROR").flatMap(({ context }) => context.ids);
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
