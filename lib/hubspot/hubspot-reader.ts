import type { Clock, HubSpotReader, ReadApart, Telemetry } from "../sync/ports.ts";
import { createCrmClients } from "./crm-clients.ts";
import { createTransport } from "./http-transport.ts";
import type { AccessToken, ApiRequest, FetchFunction } from "./http-transport.ts";
import { listPage } from "./list-page.ts";
import { createObjectMapping } from "./object-mapping.ts";
import { createPacer } from "./pacing.ts";
import type { Pacer } from "./pacing.ts";
import { hasCompanyProperty, listDealStages, readAccount } from "./read-account.ts";
import { readCompanyLinks, readDependantIds } from "./read-associations.ts";
import { readObjects } from "./read-objects.ts";
import type { ObjectReading } from "./read-objects.ts";

/** What a reader is built of. */
export interface HubSpotReaderOptions {
  /** Without a slash at the end; `https://api.hubapi.com` in all of HubSpot's regions. */
  readonly baseUrl: string;
  /** A dated version such as `2026-09`, or `v3` for the older paths. */
  readonly apiVersion: string;
  readonly accessToken: AccessToken;
  /** HubSpot's name of the company property that excludes a company. */
  readonly exclusionProperty: string;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, "count">;
  /** Upper bound of this process' calls, when there is no `pacer`. */
  readonly requestsPerSecond?: number | undefined;
  /** A pacer that the caller also reads; one of its own with the whole limit otherwise. */
  readonly pacer?: Pacer | undefined;
  /** Node's `fetch` by default. */
  readonly fetch?: FetchFunction | undefined;
  /** From 0 to below 1; `Math.random` by default. */
  readonly random?: (() => number) | undefined;
  /** For one attempt. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Attempts of one request. Default 4. */
  readonly attempts?: number | undefined;
  /** For one request with its pauses. Default 30,000. */
  readonly budgetMs?: number | undefined;
}

/** Creates the reader of a HubSpot account on HubSpot's generated clients. */
export function createHubSpotReader(options: HubSpotReaderOptions): HubSpotReader {
  const { baseUrl, exclusionProperty, clock, requestsPerSecond } = options;
  const transport = createTransport({
    ...options,
    pacer: options.pacer ?? createPacer({ clock, requestsPerSecond, share: 1 }),
    fetch: options.fetch ?? fetch,
    random: options.random ?? Math.random,
  });
  const account = { transport, baseUrl };
  const clients = createCrmClients(transport, baseUrl);
  const reading = { clients, clock, exclusionProperty, mapping: createObjectMapping(exclusionProperty) };
  const readingApart = (apart: ReadApart | undefined): ObjectReading => {
    const leftMs = apart?.leftMs;
    if (leftMs === undefined) return { ...reading, apart };
    const timely = { send: (request: ApiRequest) => transport.send({ ...request, leftMs }) };
    return { ...reading, apart, clients: createCrmClients(timely, baseUrl) };
  };
  return {
    readAccount: () => readAccount(account),
    listDealStages: () => listDealStages(account),
    hasCompanyProperty: (name) => hasCompanyProperty(account, name),
    readObjects: (type, ids, apart) => readObjects(readingApart(apart), type, ids),
    readCompanyLinks: (type, ids, apart) => readCompanyLinks(readingApart(apart), type, ids),
    readDependantIds: (type, companyIds, apart) => readDependantIds(readingApart(apart), type, companyIds),
    listPage: (type, after, urgency) => listPage({ ...reading, ...account }, type, { after, urgency }),
  };
}
