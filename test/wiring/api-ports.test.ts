import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { RetryableError } from "../../lib/sync/errors.ts";
import { createApiPorts } from "../../lib/wiring/api-ports.ts";
import type { FetchFunction } from "../../lib/hubspot/http-transport.ts";
import { VirtualClock } from "../hubspot/virtual-clock.ts";

const ACCOUNT = { region: "eu-central-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };

/** What API Gateway waits, without what reading and writing the table may take. Milliseconds. */
const MOST_WAITED_MS = 25_000;

const readToken = (): Promise<readonly string[]> => Promise.resolve(["token"]);

/** How long a read of HubSpot takes to fail; it gets no further than to the account. */
async function waitForFailure(fetchSlowly: (clock: VirtualClock) => FetchFunction): Promise<number> {
  const clock = new VirtualClock();
  const { hubspot } = createApiPorts({
    config: {
      tableName: "records",
      changeQueueUrl: "https://sqs.invalid/changes",
      passQueueUrl: "https://sqs.invalid/passes",
      deadLetterQueueUrl: "https://sqs.invalid/dead",
      hubspotBaseUrl: "https://api.hubapi.com",
      hubspotApiVersion: "2026-09",
      settings: { dealStages: { kind: "none" }, exclusion: { property: "zep", values: ["no"] } },
      brakePercent: 10,
      brakeMinimum: 20,
      timeZone: "Europe/Berlin",
    },
    accessToken: { read: readToken, reread: readToken },
    dynamoDb: new DynamoDBClient(ACCOUNT),
    sqs: new SQSClient(ACCOUNT),
    telemetry: { info: () => undefined, warn: () => undefined, error: () => undefined, count: () => undefined },
    clock,
    fetch: fetchSlowly(clock),
  });
  const startedAtMs = clock.now();
  await expect(clock.run(hubspot.readObjects("company", ["7"]))).rejects.toBeInstanceOf(RetryableError);
  return clock.now() - startedAtMs;
}

describe("createApiPorts", () => {
  it("gives HubSpot's silence up before API Gateway gives the request up", async () => {
    const waitedMs = await waitForFailure((clock) => async () => {
      await clock.sleep(10_000);
      throw new DOMException("The operation was aborted due to timeout", "TimeoutError");
    });
    expect(waitedMs).toBeLessThan(MOST_WAITED_MS);
  });

  it("does not wait for a limit of HubSpot's that lasts longer than the request may", async () => {
    const waitedMs = await waitForFailure(() => async () => {
      const headers = new Headers({ "retry-after": "19" });
      return { status: 429, headers, text: async () => "{}" };
    });
    expect(waitedMs).toBe(0);
  });
});
