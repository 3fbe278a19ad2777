import { setTimeout as sleep } from "node:timers/promises";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { WorkerConfig } from "../config.ts";
import { createMarkStore } from "../dynamodb/mark-store.ts";
import { createRecordStore } from "../dynamodb/record-store.ts";
import type { Table } from "../dynamodb/table-requests.ts";
import type { FetchFunction } from "../hubspot/http-transport.ts";
import { createHubSpotReader } from "../hubspot/hubspot-reader.ts";
import type { Pacer } from "../hubspot/pacing.ts";
import type { SecretReader } from "../secrets/secret-reader.ts";
import { createChangeQueue } from "../sqs/change-queue.ts";
import type { MarkStore } from "../sync/pass-ports.ts";
import type { Clock, Telemetry } from "../sync/ports.ts";
import type { SyncPorts } from "../sync/run.ts";
import { guardPortal } from "./portal-guard.ts";

/** What the ports are built on; only this differs between AWS and a developer's machine. */
export interface SyncWires {
  readonly config: Omit<WorkerConfig, "accessTokenArn" | "maxReceives">;
  readonly accessToken: SecretReader;
  readonly dynamoDb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly telemetry: Telemetry;
  /** One that the caller also reads; by default one of its own with the whole limit. */
  readonly pacer?: Pacer;
  /** For one request to HubSpot with its pauses; see `TransportOptions`. Milliseconds. */
  readonly hubspotBudgetMs?: number;
  /** Told what each request to the table consumed. */
  readonly onUnits?: NonNullable<Table["onUnits"]>;
  /** Real time by default. */
  readonly clock?: Clock;
  /** Node's `fetch` by default. */
  readonly fetch?: FetchFunction;
}

/** The ports, and the facts that the portal guard needs as well. */
export interface WiredPorts extends SyncPorts {
  readonly marks: MarkStore;
}

/** Real time. */
export const systemClock: Clock = { now: Date.now, sleep: (milliseconds) => sleep(milliseconds) };

/** Builds the ports that worker, pass and records API share. HubSpot is read only through the portal guard. */
export function createSyncPorts(wires: SyncWires): WiredPorts {
  const { config, accessToken, dynamoDb, sqs, telemetry, pacer, onUnits, clock = systemClock } = wires;
  const table = { client: dynamoDb, tableName: config.tableName, ...(onUnits !== undefined && { onUnits }) };
  const marks = createMarkStore(table);
  const { hubspotBaseUrl: baseUrl, hubspotApiVersion: apiVersion, requestsPerSecond, settings } = config;
  const hubspot = createHubSpotReader({
    baseUrl,
    apiVersion,
    accessToken: {
      read: accessToken.read,
      reread: async () => {
        // Another token may be another account's.
        guarded.forget();
        return accessToken.reread();
      },
    },
    exclusionProperty: settings.exclusion.property,
    clock,
    telemetry,
    requestsPerSecond,
    pacer,
    fetch: wires.fetch,
    budgetMs: wires.hubspotBudgetMs,
  });
  const guarded = guardPortal(hubspot, marks);
  return {
    hubspot: guarded,
    store: createRecordStore(table),
    queue: createChangeQueue({ client: sqs, queueUrl: config.changeQueueUrl }),
    clock,
    telemetry,
    settings,
    marks,
  };
}
