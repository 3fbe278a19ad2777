import type { ApiPorts } from "../api/api-ports.ts";
import type { ApiConfig } from "../config.ts";
import { PASS_SCHEMAS } from "../dynamodb/pass-schemas.ts";
import { createPassStore } from "../dynamodb/pass-store.ts";
import { createChangeQueue } from "../sqs/change-queue.ts";
import { createPassQueue } from "../sqs/pass-queue.ts";
import { createSyncPorts, type SyncWires } from "./sync-ports.ts";

/** What the records API is built on. */
export interface ApiWires extends SyncWires {
  readonly config: Omit<ApiConfig, "accessTokenArn" | "maxReceives">;
}

/**
 * What one request to HubSpot may take with its pauses, but for an attempt begun before: API Gateway waits half a minute
 * for the whole answer, and whoever asks shall read why there is none. Milliseconds.
 */
const HUBSPOT_BUDGET_MS = 15_000;

/** Builds the ports of the records API. */
export function createApiPorts(wires: ApiWires): ApiPorts {
  const { config, dynamoDb, sqs } = wires;
  return {
    ...createSyncPorts({ ...wires, hubspotBudgetMs: HUBSPOT_BUDGET_MS }),
    passes: createPassStore({ client: dynamoDb, tableName: config.tableName, schemas: PASS_SCHEMAS }),
    passQueue: createPassQueue({ client: sqs, queueUrl: config.passQueueUrl }),
    deadLetters: createChangeQueue({ client: sqs, queueUrl: config.deadLetterQueueUrl }),
    random: Math.random,
    timeZone: config.timeZone,
  };
}
