import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { createApi } from "../../lib/api/create-api.ts";
import { DEFAULTS, QUEUE } from "../../lib/contract.ts";
import type { SecretReader } from "../../lib/secrets/secret-reader.ts";
import { createChangeQueue } from "../../lib/sqs/change-queue.ts";
import type { StartPorts } from "../../lib/sync/pass/start-pass.ts";
import { createApiHandler } from "../../lib/wiring/api-handler.ts";
import { createApiPorts } from "../../lib/wiring/api-ports.ts";
import { createChangeHandler } from "../../lib/wiring/change-handler.ts";
import { createDeliveryHandler } from "../../lib/wiring/delivery-handler.ts";
import { createPassHandler } from "../../lib/wiring/pass-handler.ts";
import { createPassPorts } from "../../lib/wiring/pass-ports.ts";
import { createSyncPorts, type WiredPorts } from "../../lib/wiring/sync-ports.ts";
import type { HttpHandler } from "./http-door.ts";
import type { LocalAws } from "./local-aws.ts";
import type { LocalStackOptions } from "./stack-options.ts";

/** The functions as they run in AWS, on this machine's wires. */
export interface LocalFunctions {
  readonly receiveWebhook: HttpHandler;
  readonly processChanges: (event: SQSEvent) => Promise<SQSBatchResponse>;
  readonly reconcile: (event: SQSEvent) => Promise<void>;
  readonly recordsApi: HttpHandler;
  /** The worker's ports, for whoever looks over its shoulder. */
  readonly ports: WiredPorts;
  readonly starter: StartPorts;
}

/** Lambda's longest run, for a pass; nothing ends an invocation here. Milliseconds. */
const INVOCATION_MS = 900_000;

/** Builds all functions; only secrets and endpoints differ from AWS. */
export function createLocalFunctions(
  options: LocalStackOptions,
  aws: LocalAws,
  hubspotBaseUrl: string,
): LocalFunctions {
  const { portal, telemetry, telemetryOf, dealStages } = options;
  const config = {
    tableName: aws.tableName,
    changeQueueUrl: aws.changes.queueUrl,
    deadLetterQueueUrl: aws.changes.deadLetterQueueUrl,
    passQueueUrl: aws.passes.queueUrl,
    settings: {
      dealStages,
      exclusion: { property: DEFAULTS.exclusionProperty, values: DEFAULTS.exclusionValues },
    },
    brakePercent: DEFAULTS.brakePercent,
    brakeMinimum: DEFAULTS.brakeMinimum,
    timeZone: DEFAULTS.reconcileTimeZone,
    hubspotBaseUrl,
    hubspotApiVersion: portal.kind === "remote" ? portal.apiVersion : DEFAULTS.hubspotApiVersion,
  };
  const { dynamoDb, sqs } = aws;
  const wires = { config, accessToken: holdSecret(portal.accessToken), dynamoDb, sqs, telemetry };
  const ports = createSyncPorts(wires);
  const passPorts = createPassPorts(wires);
  const reconcile = createPassHandler(passPorts);
  const process = createChangeHandler({ ports, marks: ports.marks, maxReceives: QUEUE.maxReceives, telemetryOf });
  return {
    receiveWebhook: createWebhookRoute(options, aws),
    processChanges: (event) => process(event, { getRemainingTimeInMillis: () => Infinity }),
    reconcile: (event) => reconcile(event, { getRemainingTimeInMillis: () => INVOCATION_MS }),
    recordsApi: createApiHandler(createApi(createApiPorts(wires))),
    ports,
    starter: passPorts,
  };
}

/** A secret that is known already. */
function holdSecret(value: string): SecretReader {
  const values = [value];
  return { read: () => Promise.resolve(values), reread: () => Promise.resolve(values) };
}

/** HubSpot signs the URL it calls, which a tunnel or another name of this machine makes differ from request to request. */
function createWebhookRoute(options: LocalStackOptions, aws: LocalAws): HttpHandler {
  const wires = {
    clientSecrets: holdSecret(options.clientSecret),
    queue: createChangeQueue({ client: aws.sqs, queueUrl: aws.changes.queueUrl }),
    clock: { now: Date.now },
    telemetryOf: () => options.telemetry,
  };
  return (event) => {
    const scheme = event.headers["x-forwarded-proto"] ?? "http";
    const publicUrl = options.publicUrl ?? `${scheme}://${event.requestContext.domainName}${event.rawPath}`;
    return createDeliveryHandler({ ...wires, publicUrl })(event);
  };
}
