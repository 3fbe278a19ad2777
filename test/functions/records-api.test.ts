import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2, Context } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ENV } from "../../lib/contract.ts";
import { createNumberReservations } from "../../lib/dynamodb/number-reservations.ts";
import { startLocalWorld, type LocalWorld } from "../fixtures/local-world.ts";
import { httpEvent } from "../hubspot/sample-http-event.ts";

const CONTEXT: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: "records-api",
  functionVersion: "1",
  invokedFunctionArn: "arn:aws:lambda:eu-central-1:123456789012:function:records-api",
  memoryLimitInMB: "512",
  awsRequestId: "request-1",
  logGroupName: "",
  logStreamName: "",
  getRemainingTimeInMillis: () => 29_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};

interface Call {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** An event as API Gateway's HTTP API sends it, payload format 2.0. */
function toEvent({ method, path, query = "", body, isBase64Encoded = false }: Call): APIGatewayProxyEventV2 {
  const { body: _empty, requestContext, ...event } = httpEvent();
  return {
    ...event,
    rawPath: path,
    rawQueryString: query,
    requestContext: { ...requestContext, http: { ...requestContext.http, method, path } },
    isBase64Encoded,
    ...(body !== undefined && { body }),
  };
}

describe("handler", () => {
  let world: LocalWorld;
  let company: string;
  let call: (
    given: Call,
  ) => Promise<{ readonly status: number | undefined; readonly type: unknown; readonly body: unknown }>;

  beforeAll(async () => {
    world = await startLocalWorld();
    company = String((await world.sim("POST", "/objects/company", { properties: { name: "Grün" } }))["id"]);
    await world.settle();
    const { aws } = world.stack;
    for (const [name, value] of Object.entries({
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_ENDPOINT_URL_DYNAMODB: aws.dynamoDbEndpoint,
      AWS_ENDPOINT_URL_SQS: aws.sqsEndpoint,
      POWERTOOLS_LOG_LEVEL: "SILENT",
      [ENV.tableName]: aws.tableName,
      [ENV.changeQueueUrl]: aws.changes.queueUrl,
      [ENV.deadLetterQueueUrl]: aws.changes.deadLetterQueueUrl,
      [ENV.passQueueUrl]: aws.passes.queueUrl,
      [ENV.accessTokenArn]: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:token-AbCdEf",
      [ENV.dealStages]: "all",
      [ENV.exclusionProperty]: "zep",
      [ENV.exclusionValues]: "no,nein",
      [ENV.brakePercent]: "10",
      [ENV.brakeMinimum]: "20",
      [ENV.maxReceives]: "5",
    }))
      vi.stubEnv(name, value);
    const { handler } = await import("../../functions/records-api.ts");
    call = async (given) => readResult(await handler(toEvent(given), CONTEXT, () => undefined));
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await world.close();
  });

  it("reads path and query", async () => {
    const { status, type, body } = await call({
      method: "GET",
      path: "/v1/customers",
      query: "prefix=gr%C3%BC&limit=5",
    });
    expect([status, type]).toEqual([200, "application/json"]);
    expect(body).toMatchObject({ items: [{ companyId: company, name: "Grün" }] });
  });

  it.each([
    ["as text", (text: string) => ({ body: text })],
    ["as base64", (text: string) => ({ body: Buffer.from(text).toString("base64"), isBase64Encoded: true })],
  ])("reads a body %s", async (_name, send) => {
    const path = `/v1/customers/${company}`;
    const { status, type, body } = await call({ method: "PATCH", path, ...send('{"name":"Blau – größer"}') });
    expect([status, type]).toEqual([409, "application/problem+json"]);
    expect(body).toMatchObject({ code: "hubspot-leads", fields: ["name"] });
  });

  it("writes what ZEP owns, with the number reserved", async () => {
    const path = `/v1/customers/${company}`;
    const { status } = await call({ method: "PATCH", path, body: '{"customerNumber":"Ü-1"}' });
    expect(status).toBe(200);
    const { aws } = world.stack;
    const reservations = createNumberReservations({ client: aws.dynamoDb, tableName: aws.tableName });
    const claim = { kind: "customerNumber", number: "Ü-1", holderId: "999", atMs: 1 } as const;
    expect(await reservations.reserveNumber(claim)).toMatchObject({ kind: "taken", holderId: company });
  });
});

function readResult(result: APIGatewayProxyResultV2 | void) {
  if (typeof result !== "object") throw new Error("expected a structured result");
  const body: unknown = JSON.parse(result.body ?? "");
  return { status: result.statusCode, type: result.headers?.["content-type"], body };
}
