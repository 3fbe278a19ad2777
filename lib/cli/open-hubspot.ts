import * as z from "zod";
import { API_VERSION, DEFAULTS } from "../contract.ts";
import { createHubSpotReader } from "../hubspot/hubspot-reader.ts";
import type { HubSpotReader, Telemetry } from "../sync/ports.ts";
import { CliError } from "./cli-error.ts";
import type { CliIo } from "./cli-io.ts";
import { parseOptions } from "./command.ts";
import { readGivenUrl } from "./given-url.ts";

/** Options of commands that read HubSpot directly. */
export const HUBSPOT_OPTIONS = [
  ["--hubspot-url <url>", `HubSpot's API (default: HUBSPOT_BASE_URL, else ${DEFAULTS.hubspotBaseUrl})`],
  ["--hubspot-version <version>", `version of its paths (default: ${DEFAULTS.hubspotApiVersion}; v3 for older ones)`],
] as const;

const hubspotOptions = z.looseObject({
  hubspotUrl: z.url({ protocol: /^https?$/u, error: "expected an http or https URL" }).optional(),
  hubspotVersion: z
    .string()
    .regex(API_VERSION, "expected a version such as 2026-09, or v3")
    .default(DEFAULTS.hubspotApiVersion),
});

/** HubSpot, read with one access token. */
export interface OpenHubSpot {
  readonly baseUrl: string;
  readonly token: string;
  readonly reader: HubSpotReader;
}

/** The access token in HUBSPOT_ACCESS_TOKEN; undefined when there is none. */
export function readGivenToken({ env }: Pick<CliIo, "env">): string | undefined {
  return env["HUBSPOT_ACCESS_TOKEN"]?.trim() || undefined;
}

/**
 * Finds the access token: in HUBSPOT_ACCESS_TOKEN, else by asking.
 * @throws CliError when it is nowhere and nobody can be asked
 */
export async function findAccessToken(io: CliIo): Promise<string> {
  const given = readGivenToken(io);
  if (given !== undefined) return given;
  if (io.isInteractive) return io.prompts.askSecret("Access token of the HubSpot app (not shown)");
  throw new CliError("No access token: set HUBSPOT_ACCESS_TOKEN, or run this in a terminal to be asked for it.");
}

/** Where HubSpot answers: `--hubspot-url`, else HUBSPOT_BASE_URL, else HubSpot's own address. Without a slash at its end. */
export function chooseHubSpotUrl({ io, options }: Caller): string {
  const { hubspotUrl } = parseOptions(hubspotOptions, options);
  return (hubspotUrl ?? readGivenUrl(io, "HUBSPOT_BASE_URL") ?? DEFAULTS.hubspotBaseUrl).replace(/\/+$/u, "");
}

interface Caller {
  readonly io: Pick<CliIo, "env" | "clock">;
  readonly options: unknown;
}

/** Opens HubSpot with a token. Nothing is called yet. */
export function openHubSpot(
  { io, options }: Caller,
  token: string,
  exclusionProperty: string = DEFAULTS.exclusionProperty,
): OpenHubSpot {
  const { hubspotVersion } = parseOptions(hubspotOptions, options);
  const baseUrl = chooseHubSpotUrl({ io, options });
  const values = [token];
  const reader = createHubSpotReader({
    baseUrl,
    apiVersion: hubspotVersion,
    accessToken: { read: () => Promise.resolve(values), reread: () => Promise.resolve(values) },
    exclusionProperty,
    clock: io.clock,
    telemetry: SILENT,
  });
  return { baseUrl, token, reader };
}

/** Retries and pacing are no news to a person who waits for one answer. */
const SILENT: Telemetry = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  count: () => undefined,
};
