import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { afterEach, describe, expect, it } from "vitest";
import { openHttpDoor, urlOf, type DoorRoute, type HttpDoor } from "../../../infra/local/http-door.ts";

let door: HttpDoor | undefined;
let events: APIGatewayProxyEventV2[] = [];
let crashes: unknown[] = [];

afterEach(async () => {
  await door?.close();
  door = undefined;
  events = [];
  crashes = [];
});

async function open(...routes: DoorRoute[]): Promise<string> {
  const record: DoorRoute = {
    path: "/hook",
    handler: async (event) => {
      events.push(event);
      return { statusCode: 201, headers: { "x-answer": "yes" }, body: "done" };
    },
  };
  door = await openHttpDoor({ port: 0, routes: [record, ...routes], onCrash: (error) => crashes.push(error) });
  return door.url;
}

describe("urlOf", () => {
  it.each([
    [80, "http://127.0.0.1"],
    [8787, "http://127.0.0.1:8787"],
  ])("is the address that a client of port %d calls and signs", (port, url) => {
    expect(urlOf(port)).toBe(url);
    expect(new Request(`${url}/webhook`).url).toBe(`${url}/webhook`);
  });
});

describe("openHttpDoor", () => {
  it("hands a request to its function as an event of payload format 2.0", async () => {
    const url = await open();
    const body = '[{"name":"Müller \\u00fc 日本"}]';
    const headers = { "content-type": "application/json", "X-HubSpot-Signature-V3": "abc=" };
    const response = await fetch(`${url}/hook?x=a%2Fb&y=1`, { method: "POST", headers, body });
    expect([response.status, response.headers.get("x-answer"), await response.text()]).toEqual([201, "yes", "done"]);
    expect(events).toMatchObject([
      {
        version: "2.0",
        rawPath: "/hook",
        rawQueryString: "x=a%2Fb&y=1",
        queryStringParameters: { x: "a/b", y: "1" },
        headers: { "x-hubspot-signature-v3": "abc=" },
        requestContext: { domainName: new URL(url).host, http: { method: "POST", path: "/hook" } },
        body,
        isBase64Encoded: false,
      },
    ]);
  });

  it.each([
    ["is not UTF-8", "application/json", Buffer.from([0x5b, 0xff, 0x5d])],
    ["is of a binary type", "application/octet-stream", Buffer.from("[]")],
  ])("passes a body that %s on in base64", async (_case, contentType, body) => {
    const url = await open();
    await fetch(`${url}/hook`, { method: "POST", headers: { "content-type": contentType }, body });
    expect(events).toMatchObject([{ body: body.toString("base64"), isBase64Encoded: true }]);
  });

  it("has no body in the event of a request without one", async () => {
    await fetch(`${await open()}/hook`);
    expect(events[0]).not.toHaveProperty("body");
  });

  it("answers binary results", async () => {
    const url = await open({ path: "/file", handler: async () => ({ body: "/wA=", isBase64Encoded: true }) });
    const response = await fetch(`${url}/file`);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([0xff, 0x00]));
  });

  it("takes the function of the first path that fits", async () => {
    const all: DoorRoute = { path: "/v1/*", handler: async ({ rawPath }) => ({ body: rawPath }) };
    const url = await open(all);
    expect(await (await fetch(`${url}/v1/customers`)).text()).toBe("/v1/customers");
    expect((await fetch(`${url}/v2`)).status).toBe(404);
  });

  it("answers 500 without a word on why when the function crashes", async () => {
    const url = await open({ path: "/crash", handler: () => Promise.reject(new Error("secret")) });
    const response = await fetch(`${url}/crash`);
    expect([response.status, await response.text()]).toEqual([500, '{"status":500,"title":"The function failed"}']);
    expect(crashes).toMatchObject([{ message: "secret" }]);
  });

  it("answers 413 to a body above API Gateway's limit", async () => {
    const url = await open();
    const response = await fetch(`${url}/hook`, { method: "POST", body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expect([response.status, events]).toEqual([413, []]);
  });

  it("refuses a port that is taken", async () => {
    const url = await open();
    const again = openHttpDoor({ port: Number(new URL(url).port), routes: [], onCrash: () => undefined });
    await expect(again).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
