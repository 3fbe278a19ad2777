import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { API_VERSION, DEFAULTS } from "../../lib/contract.ts";
import { parseDealStages } from "../../lib/domain/stage-filter.ts";
import type { StageFilter } from "../../lib/domain/settings.ts";
import type { Environment } from "../../lib/config.ts";
import { GERMAN_PIPELINE } from "./hubspot-simulator/property-definitions.ts";
import { UsageError } from "./usage-error.ts";

/** A HubSpot portal that the stack works on. */
export type PortalChoice =
  | { readonly kind: "simulated"; readonly port: number; readonly accessToken: string; readonly isSample: boolean }
  | {
      readonly kind: "remote";
      readonly baseUrl: string;
      readonly apiVersion: string;
      readonly accessToken: string;
      /** Whether a reconciliation reads it at the start. */
      readonly isRead: boolean;
    };

/** What `npm start` was asked for. */
export interface LocalOptions {
  readonly port: number;
  /** Keeps everything between starts; without it all is in memory. */
  readonly folder?: string;
  readonly portal: PortalChoice;
  readonly clientSecret: string;
  /** Whether the client secret came from outside, so that it is not for the screen. */
  readonly isSecretGiven: boolean;
  readonly dealStages: StageFilter;
  /** The URL that HubSpot calls, when a tunnel or proxy stands before the door. */
  readonly publicUrl?: string;
  readonly dynamoDbEndpoint?: string;
  readonly sqsEndpoint?: string;
  /** Whether the environment holds AWS credentials for those endpoints. */
  readonly hasCredentials: boolean;
  readonly region: string;
}

/** The token of the simulated portal. */
export const SIMULATED_TOKEN = "pat-local-simulator";

/** The client secret of the simulated app. */
export const SIMULATED_SECRET = "local-client-secret";

/** What the sample portal transfers unless told otherwise: late stages, so that the filter has something to do. */
export const SAMPLE_STAGES = `${GERMAN_PIPELINE.stages[2].id}, ${GERMAN_PIPELINE.stages[3].id}`;

export const HELP = `Starts the whole product on this machine: HubSpot simulator, webhook door, queue, worker, table and records API.

  npm start -- [options]

  --port N            port of the webhook door and the records API (default 8787)
  --hubspot-port N    port of the HubSpot simulator (default 8788)
  --data DIR          keep everything in DIR between starts (default: in memory)
  --no-demo           begin with an empty portal instead of the sample portal; do not read a real one at the start
  --deal-stages "…"   which deals become projects: "" none, "all", or stage ids

Environment, to work on other servers than the embedded ones:
  HUBSPOT_ACCESS_TOKEN, HUBSPOT_CLIENT_SECRET   a real portal
  HUBSPOT_BASE_URL, HUBSPOT_API_VERSION         another HubSpot server; "v3" for the older paths
  PUBLIC_URL                                    what HubSpot calls, through a tunnel
  AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_SQS
`;

/**
 * Reads the command line and the environment.
 * @returns "help" when that is what was asked for
 * @throws UsageError
 */
export function parseLocalOptions(argv: readonly string[], env: Environment): LocalOptions | "help" {
  const flags = parseFlags(argv);
  if (flags.help) return "help";
  const set = (name: string): string | undefined => env[name]?.trim() || undefined;
  const portal = choosePortal(flags, set);
  const port = parsePort("--port", flags.port);
  if (port !== 0 && portal.kind === "simulated" && portal.port === port)
    throw new UsageError(`--port and --hubspot-port are both ${port}; give two different ones.`);
  const secret = set("HUBSPOT_CLIENT_SECRET");
  const isSample = portal.kind === "simulated" && portal.isSample;
  const publicUrl = parseUrl("PUBLIC_URL", set("PUBLIC_URL"));
  const dynamoDbEndpoint = parseUrl("AWS_ENDPOINT_URL_DYNAMODB", set("AWS_ENDPOINT_URL_DYNAMODB"));
  const sqsEndpoint = parseUrl("AWS_ENDPOINT_URL_SQS", set("AWS_ENDPOINT_URL_SQS"));
  return {
    port,
    portal,
    clientSecret: secret ?? SIMULATED_SECRET,
    isSecretGiven: secret !== undefined,
    dealStages: parseStages(flags["deal-stages"] ?? (isSample ? SAMPLE_STAGES : DEFAULTS.dealStages)),
    ...(flags.data !== undefined && { folder: parseFolder(flags.data) }),
    ...(publicUrl !== undefined && { publicUrl }),
    ...(dynamoDbEndpoint !== undefined && { dynamoDbEndpoint }),
    ...(sqsEndpoint !== undefined && { sqsEndpoint }),
    hasCredentials: set("AWS_ACCESS_KEY_ID") !== undefined || set("AWS_PROFILE") !== undefined,
    region: set("AWS_REGION") ?? set("AWS_DEFAULT_REGION") ?? "eu-central-1",
  };
}

interface Flags {
  readonly port: string;
  readonly "hubspot-port": string;
  readonly data?: string | undefined;
  readonly "no-demo": boolean;
  readonly "deal-stages"?: string | undefined;
  readonly help: boolean;
}

function parseFlags(argv: readonly string[]): Flags {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: "string", default: "8787" },
        "hubspot-port": { type: "string", default: "8788" },
        data: { type: "string" },
        "no-demo": { type: "boolean", default: false },
        "deal-stages": { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    const why = error instanceof Error ? error.message.split(". ")[0] : "Unknown option";
    throw new UsageError(`${why}. \`npm start -- --help\` lists the options.`, { cause: error });
  }
}

function choosePortal(flags: Flags, set: (name: string) => string | undefined): PortalChoice {
  const accessToken = set("HUBSPOT_ACCESS_TOKEN");
  const baseUrl = parseUrl("HUBSPOT_BASE_URL", set("HUBSPOT_BASE_URL"));
  if (accessToken === undefined && baseUrl === undefined) {
    const port = parsePort("--hubspot-port", flags["hubspot-port"]);
    return { kind: "simulated", port, accessToken: SIMULATED_TOKEN, isSample: !flags["no-demo"] };
  }
  return {
    kind: "remote",
    baseUrl: baseUrl ?? DEFAULTS.hubspotBaseUrl,
    apiVersion: parseVersion(set("HUBSPOT_API_VERSION") ?? DEFAULTS.hubspotApiVersion),
    // Another simulator; a real portal refuses it with a clear answer.
    accessToken: accessToken ?? SIMULATED_TOKEN,
    isRead: !flags["no-demo"],
  };
}

function parseFolder(text: string): string {
  // The current folder would be a surprise: an unset variable in a script ends in this.
  if (text.trim() === "") throw new UsageError("--data is empty; name a folder, such as --data ./local-data.");
  return resolve(text);
}

function parseVersion(text: string): string {
  if (API_VERSION.test(text)) return text;
  throw new UsageError(
    `HUBSPOT_API_VERSION is "${text}"; give a version such as ${DEFAULTS.hubspotApiVersion}, or v3.`,
  );
}

function parsePort(flag: string, text: string): number {
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(`${flag} is "${text}"; give a port from 0 (any free one) to 65535.`);
}

function parseStages(text: string): StageFilter {
  const parsed = parseDealStages(text);
  if (parsed.kind === "parsed") return parsed.filter;
  throw new UsageError(parsed.problem);
}

function parseUrl(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const isUrl = URL.canParse(text) && /^https?:$/u.test(new URL(text).protocol);
  if (!isUrl) throw new UsageError(`${name} is "${text}"; give an http or https URL, such as http://127.0.0.1:8000.`);
  return text.replace(/\/+$/u, "");
}
