import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createRecordStore } from "../../../lib/dynamodb/record-store.ts";
import { createRecordStreams } from "../../../lib/dynamodb/record-streams.ts";
import type { RecordStore, RecordStreams } from "../../../lib/sync/ports.ts";
import type { VirtualClock } from "../../hubspot/virtual-clock.ts";

/** The product's own store and streams on a client whose requests take no time. */
export function openTable(client: DynamoDBClient, clock: VirtualClock): RecordStore & RecordStreams {
  client.middlewareStack.add((next) => (args) => clock.hold(next(args)), { step: "initialize", priority: "high" });
  const table = { client, tableName: "records" };
  return { ...createRecordStore(table), ...createRecordStreams(table) };
}
