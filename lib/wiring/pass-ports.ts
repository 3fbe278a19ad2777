import type { PassConfig } from "../config.ts";
import { METRICS } from "../contract.ts";
import { createPassStore } from "../dynamodb/pass-store.ts";
import { PASS_SCHEMAS } from "../dynamodb/pass-schemas.ts";
import { createRecordStreams } from "../dynamodb/record-streams.ts";
import { createPacer } from "../hubspot/pacing.ts";
import { createPassQueue } from "../sqs/pass-queue.ts";
import type { Telemetry } from "../sync/ports.ts";
import type { PassPorts } from "../sync/pass/pass-types.ts";
import { createSyncPorts, systemClock, type SyncWires } from "./sync-ports.ts";
import { createUseMeter } from "./use-meter.ts";

/** What a pass is built on. */
export interface PassWires extends SyncWires {
  readonly config: Omit<PassConfig, "accessTokenArn" | "maxReceives">;
}

/** Share of HubSpot's limit that a pass takes; the rest is the worker's, which must not wait for it. */
const PASS_SHARE = 0.9;

/** Builds the ports of the pass. What it uses of HubSpot and DynamoDB is counted on the way. */
export function createPassPorts(wires: PassWires): PassPorts {
  const { config, dynamoDb, sqs } = wires;
  const meter = createUseMeter();
  let rateLimitedCalls = 0;
  const pacer = createPacer({
    clock: systemClock,
    share: PASS_SHARE,
    requestsPerSecond: config.requestsPerSecond,
  });
  const onUnits: SyncWires["onUnits"] = ({ read, write }) => meter.add({ readUnits: read, writeUnits: write });
  const telemetry: Telemetry = {
    ...wires.telemetry,
    count: (metric, value) => {
      if (metric === METRICS.hubspotCalls) meter.add({ hubspotCalls: value });
      if (metric === METRICS.hubspotRateLimited) rateLimitedCalls += value;
      wires.telemetry.count(metric, value);
    },
  };
  const shared = { ...wires, telemetry, pacer, onUnits };
  const ports = createSyncPorts(shared);
  const table = { client: dynamoDb, tableName: config.tableName, onUnits };
  return {
    ...ports,
    streams: createRecordStreams(table),
    passes: createPassStore({ ...table, schemas: PASS_SCHEMAS }),
    passQueue: createPassQueue({ client: sqs, queueUrl: config.passQueueUrl }),
    brake: { percent: config.brakePercent, minimum: config.brakeMinimum },
    random: Math.random,
    readUsage: () => {
      const { limitMax } = pacer.counters();
      return { ...meter.readTotal(), rateLimitedCalls, ...(limitMax > 0 && { allowedPerSecond: limitMax / 10 }) };
    },
    meter,
    readPace: () => {
      const { pacePerSecond, answerMs } = pacer.counters();
      return { callsPerSecond: pacePerSecond, answerMs };
    },
    readerFor: (property) => {
      const settings = { ...config.settings, exclusion: { ...config.settings.exclusion, property } };
      return createSyncPorts({ ...shared, config: { ...config, settings } }).hubspot;
    },
  };
}
