import { describe, expect, it } from "vitest";
import {
  type Environment,
  loadApiConfig,
  loadPassConfig,
  loadReceiverConfig,
  loadWorkerConfig,
} from "../lib/config.ts";
import { NonRetryableError } from "../lib/sync/errors.ts";

const ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:token-AbCdEf";
const QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/111122223333/changes";

const RECEIVER: Environment = { CHANGE_QUEUE_URL: QUEUE_URL, CLIENT_SECRET_ARN: ARN };
const WORKER: Environment = {
  TABLE_NAME: "records",
  CHANGE_QUEUE_URL: QUEUE_URL,
  ACCESS_TOKEN_ARN: ARN,
  DEAL_STAGES: "11; 22",
  EXCLUSION_PROPERTY: "zep",
  EXCLUSION_VALUES: "no, nein",
  MAX_RECEIVES: "5",
};
const PASS: Environment = { ...WORKER, PASS_QUEUE_URL: QUEUE_URL, BRAKE_PERCENT: "10", BRAKE_MINIMUM: "20" };

describe("loadReceiverConfig", () => {
  it("takes what receive-webhook needs and ignores the rest", () => {
    expect(loadReceiverConfig({ ...RECEIVER, AWS_REGION: "eu-central-1", DEAL_STAGES: "all 1" })).toEqual({
      changeQueueUrl: QUEUE_URL,
      clientSecretArn: ARN,
    });
  });

  it("takes the public URL of a custom domain", () => {
    const PUBLIC_URL = "https://hooks.example.com/zep/webhook?x=1";
    expect(loadReceiverConfig({ ...RECEIVER, PUBLIC_URL })).toHaveProperty("publicUrl", PUBLIC_URL);
  });

  it("accepts the queue URL of an embedded queue", () => {
    const CHANGE_QUEUE_URL = "http://127.0.0.1:41234/000000000000/changes";
    expect(loadReceiverConfig({ ...RECEIVER, CHANGE_QUEUE_URL })).toHaveProperty("changeQueueUrl", CHANGE_QUEUE_URL);
  });

  it("does not show what stands where a secret's ARN belongs", () => {
    const message = problemOf(() => loadReceiverConfig({ ...RECEIVER, CLIENT_SECRET_ARN: "yyyyyyyy-yyyy" }));
    expect(message).toContain("CLIENT_SECRET_ARN holds 13 characters that are not such an ARN");
    expect(message).not.toContain("yyyy");
  });
});

describe("loadWorkerConfig", () => {
  it("reads the settings as the rules need them and takes HubSpot's own defaults", () => {
    expect(loadWorkerConfig(WORKER)).toEqual({
      tableName: "records",
      changeQueueUrl: QUEUE_URL,
      accessTokenArn: ARN,
      settings: {
        dealStages: { kind: "stages", stageIds: ["11", "22"] },
        exclusion: { property: "zep", values: ["no", "nein"] },
      },
      hubspotBaseUrl: "https://api.hubapi.com",
      hubspotApiVersion: "2026-09",
      maxReceives: 5,
    });
  });

  it("takes an empty stage list as no deals, and a missing one as a mistake", () => {
    expect(loadWorkerConfig({ ...WORKER, DEAL_STAGES: "" }).settings.dealStages).toEqual({ kind: "none" });
    const { DEAL_STAGES: _, ...withoutStages } = WORKER;
    expect(problemOf(() => loadWorkerConfig(withoutStages))).toContain("DEAL_STAGES is missing");
  });

  it("takes other HubSpot servers, versions and paces", () => {
    const env = {
      HUBSPOT_BASE_URL: "http://127.0.0.1:8788/",
      HUBSPOT_API_VERSION: "v3",
      HUBSPOT_REQUESTS_PER_SECOND: "2.5",
    };
    expect(loadWorkerConfig({ ...WORKER, ...env })).toMatchObject({
      hubspotBaseUrl: "http://127.0.0.1:8788",
      hubspotApiVersion: "v3",
      requestsPerSecond: 2.5,
    });
  });

  it.each([
    ["TABLE_NAME", "", 'TABLE_NAME is ""; expected the name of the DynamoDB table'],
    ["CHANGE_QUEUE_URL", "changes", 'CHANGE_QUEUE_URL is "changes"; expected the URL'],
    ["ACCESS_TOKEN_ARN", "arn:aws:s3:::bucket", "ACCESS_TOKEN_ARN holds 19 characters"],
    ["DEAL_STAGES", "all, 11", '"all" cannot stand beside stage ids (11)'],
    ["EXCLUSION_PROPERTY", " ", 'EXCLUSION_PROPERTY is " "'],
    ["EXCLUSION_VALUES", "no,,nein", 'EXCLUSION_VALUES is "no,,nein"; expected at least one value'],
    ["HUBSPOT_BASE_URL", "ftp://x", 'HUBSPOT_BASE_URL is "ftp://x"'],
    ["HUBSPOT_API_VERSION", "v4", 'HUBSPOT_API_VERSION is "v4"'],
    ["HUBSPOT_REQUESTS_PER_SECOND", "0", 'HUBSPOT_REQUESTS_PER_SECOND is "0"; expected a number above 0'],
    ["HUBSPOT_REQUESTS_PER_SECOND", "26", "at most 25"],
    ["MAX_RECEIVES", "0", 'MAX_RECEIVES is "0"; expected a whole number from 1'],
    ["MAX_RECEIVES", "five", 'MAX_RECEIVES is "five"'],
    ["MAX_RECEIVES", "", 'MAX_RECEIVES is ""'],
  ])("refuses %s = %j", (name, value, problem) => {
    expect(problemOf(() => loadWorkerConfig({ ...WORKER, [name]: value }))).toContain(problem);
  });
});

describe("loadPassConfig", () => {
  it("adds the pass queue and the brake", () => {
    expect(loadPassConfig(PASS)).toMatchObject({ passQueueUrl: QUEUE_URL, brakePercent: 10, brakeMinimum: 20 });
  });

  it.each([
    ["BRAKE_PERCENT", "0", true],
    ["BRAKE_PERCENT", "100", true],
    ["BRAKE_PERCENT", "-1", false],
    ["BRAKE_PERCENT", "101", false],
    ["BRAKE_MINIMUM", "0", true],
    ["BRAKE_MINIMUM", "1.5", false],
  ])("with %s = %s is accepted: %s", (name, value, isAccepted) => {
    expect(isLoaded(() => loadPassConfig({ ...PASS, [name]: value }))).toBe(isAccepted);
  });
});

describe("loadApiConfig", () => {
  it("knows in which time zone a day begins, and a usual one where nobody says", () => {
    const env = { ...PASS, DEAD_LETTER_QUEUE_URL: QUEUE_URL };
    expect(loadApiConfig({ ...env, TIME_ZONE: "Europe/Vienna" }).timeZone).toBe("Europe/Vienna");
    expect(loadApiConfig(env).timeZone).toBe("Europe/Berlin");
  });

  it("adds the dead-letter queue", () => {
    expect(loadApiConfig({ ...PASS, DEAD_LETTER_QUEUE_URL: QUEUE_URL })).toHaveProperty(
      "deadLetterQueueUrl",
      QUEUE_URL,
    );
  });

  it("reports all problems in one error, each once, with what to do", () => {
    const message = problemOf(() => loadApiConfig({ ...PASS, EXCLUSION_VALUES: ",,", BRAKE_PERCENT: "x" }));
    expect(message.split("\n")).toEqual([
      "The function's environment has 3 problems:",
      expect.stringMatching(/^- EXCLUSION_VALUES/u),
      expect.stringMatching(/^- BRAKE_PERCENT/u),
      expect.stringMatching(/^- DEAD_LETTER_QUEUE_URL is missing/u),
      expect.stringContaining("npx cdk deploy"),
    ]);
  });
});

function isLoaded(load: () => unknown): boolean {
  try {
    load();
    return true;
  } catch (error) {
    if (error instanceof NonRetryableError) return false;
    throw error;
  }
}

function problemOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof NonRetryableError && error.code === "misconfigured") return error.message;
    throw error;
  }
  throw new Error("was accepted");
}
