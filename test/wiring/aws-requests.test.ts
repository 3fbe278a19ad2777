import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it, vi } from "vitest";
import { queryPage } from "../../lib/dynamodb/query-pages.ts";
import { getItem } from "../../lib/dynamodb/table-requests.ts";
import { createSecretReader } from "../../lib/secrets/secret-reader.ts";
import { createChangeQueue } from "../../lib/sqs/change-queue.ts";
import { encodeMessage } from "../../lib/sqs/encode-message.ts";
import { AWS_REQUESTS, DOOR_REQUESTS } from "../../lib/wiring/aws-requests.ts";
import { askSilentServer } from "../fixtures/silent-server.ts";

// Nothing is concluded from how long anything takes: without an end to the silence, these tests never end.
vi.setConfig({ testTimeout: 60_000 });

const ACCOUNT = { region: "eu-central-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };
const ITEM = { pk: { S: "a" } };
const MESSAGE = { deliveryId: "d", receivedAtMs: 1, changes: [] };

const tableAt = (endpoint: string) => ({
  client: new DynamoDBClient({ ...AWS_REQUESTS, ...ACCOUNT, endpoint }),
  tableName: "records",
});
const getFrom = (endpoint: string) => getItem(tableAt(endpoint), { pk: "a", sk: "b" });

describe.concurrent("AWS_REQUESTS", () => {
  it("asks DynamoDB again when an answer stays out", async () => {
    const asked = await askSilentServer({ silent: 1, answer: { Item: ITEM } }, getFrom);
    expect(asked).toEqual({ answer: ITEM, requests: 2 });
  });

  it("asks DynamoDB again when an answer ends in the middle", async () => {
    const asked = await askSilentServer({ silent: 1, isBegun: true, answer: { Item: ITEM } }, getFrom);
    expect(asked).toEqual({ answer: ITEM, requests: 2 });
  });

  it("asks DynamoDB again when a page that we decode ourselves ends in the middle", async () => {
    const asked = await askSilentServer({ silent: 1, isBegun: true, answer: { Items: [ITEM] } }, (endpoint) =>
      queryPage(tableAt(endpoint), { partition: "a", from: "b", to: "c" }),
    );
    expect(asked).toEqual({ answer: { items: [ITEM] }, requests: 2 });
  });

  it("takes a DynamoDB that stays silent for one that cannot be reached", async () => {
    const asked = askSilentServer({ silent: 99, answer: {} }, getFrom);
    await expect(asked).rejects.toMatchObject({ name: "RetryableError", code: "unreachable" });
  });

  it.each([
    ["the others", AWS_REQUESTS],
    ["receive-webhook", DOOR_REQUESTS],
  ])("sends a message of %s again when SQS stays silent", async (_who, requests) => {
    const MD5OfMessageBody = createHash("md5").update(encodeMessage(MESSAGE)).digest("hex");
    const asked = await askSilentServer({ silent: 1, answer: { MD5OfMessageBody } }, (endpoint) => {
      const client = new SQSClient({ ...requests, ...ACCOUNT, endpoint });
      return createChangeQueue({ client, queueUrl: `${endpoint}/1/changes` }).send(MESSAGE);
    });
    expect(asked.requests).toBe(2);
  });

  it("is what every function but receive-webhook reaches AWS with", () => {
    const folder = new URL("../../functions/", import.meta.url);
    const code = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));
    const clients = code.flatMap((text) => [...text.matchAll(/new \w+Client\((?<options>[^)]*)\)/gu)]);
    const given = clients.map(({ groups }) => groups?.["options"]);
    expect(given.filter((options) => options === "DOOR_REQUESTS")).toHaveLength(1);
    expect(given.filter((options) => options === "AWS_REQUESTS")).toHaveLength(given.length - 1);
  });
});

describe("createSecretReader", () => {
  it("asks Secrets Manager again when it stays silent", async () => {
    vi.stubEnv("AWS_REGION", "eu-central-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    const asked = await askSilentServer({ silent: 1, answer: { SecretString: "a" } }, (endpoint) => {
      vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", endpoint);
      return createSecretReader({ arn: "arn:aws:secretsmanager:eu-central-1:1:secret:a" }).read();
    });
    vi.unstubAllEnvs();
    expect(asked).toEqual({ answer: ["a"], requests: 2 });
  });
});
