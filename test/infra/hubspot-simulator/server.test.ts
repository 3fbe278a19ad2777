import { createHash, createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import * as associations from "@hubspot/api-client/lib/codegen/crm/associations/v4/index.js";
import * as objects from "@hubspot/api-client/lib/codegen/crm/objects/index.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { startHubSpotSimulator, type HubSpotSimulator } from "../../../infra/local/hubspot-simulator/server.ts";
import { SimulatorClient } from "../../fixtures/simulator-client.ts";

const accessToken = "pat-eu1-test";
const clientSecret = "6e1b6d3a-secret";

interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

let simulator: HubSpotSimulator;
let client: SimulatorClient;
let receiver: Server;
let targetUrl: string;
let received: Received[];
/** Statuses of the next answers; 200 when used up. */
let statuses: number[];

beforeEach(async () => {
  received = [];
  statuses = [];
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, "127.0.0.1", resolve);
  });
  const address = z.object({ port: z.number() }).parse(receiver.address());
  targetUrl = `http://127.0.0.1:${address.port}/webhook?x=a%2Fb`;
  simulator = await startHubSpotSimulator({
    port: 0,
    host: "127.0.0.1",
    accessToken,
    clientSecret,
    webhookUrl: targetUrl,
  });
  simulator.behaviour.gatherMs = 5;
  simulator.behaviour.retryDelayMs = 1;
  client = new SimulatorClient(simulator.url);
});

afterEach(async () => {
  await simulator.close();
  receiver.closeAllConnections();
  receiver.close();
});

const eventSchema = z.looseObject({
  subscriptionType: z.string(),
  attemptNumber: z.number(),
  objectId: z.number().optional(),
});

function events() {
  return received.flatMap(({ body }) => z.array(eventSchema).parse(JSON.parse(body)));
}

function createApis() {
  const settings = { authMethods: { oauth2: { accessToken } } };
  const objectsConfig = objects.createConfiguration({
    ...settings,
    baseServer: new objects.ServerConfiguration(simulator.url, {}),
  });
  const associationsConfig = associations.createConfiguration({
    ...settings,
    baseServer: new associations.ServerConfiguration(simulator.url, {}),
  });
  return {
    basic: new objects.BasicApi(objectsConfig),
    batch: new objects.BatchApi(objectsConfig),
    links: new associations.BatchApi(associationsConfig),
  };
}

const get = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${simulator.url}${path}`, { headers: { authorization: `Bearer ${accessToken}` }, ...init });

describe("startHubSpotSimulator, read with the official SDK", () => {
  it("lists, pages and reads", async () => {
    await client.create("company", { id: "1", properties: { name: "Müller 株式会社 🚀" } });
    await client.create("company", { id: "2", properties: { name: "B" } });
    const { basic } = createApis();
    const first = await basic.getPage("companies", 1, undefined, ["name"]);
    expect(first.results.map((company) => company.properties["name"])).toEqual(["Müller 株式会社 🚀"]);
    const second = await basic.getPage("0-2", 1, first.paging?.next?.after, ["name"]);
    expect(second.results.map((company) => company.id)).toEqual(["2"]);
    expect(second.paging).toBeUndefined();
    expect(second.results[0]?.updatedAt).toBeInstanceOf(Date);
  });

  it("reads batches with a 207 and associations with their types", async () => {
    await client.create("company", { id: "1", properties: { name: "A" } });
    await client.create("deal", {
      id: "7",
      properties: { dealname: "D" },
      associations: [{ to: { type: "company", id: "1" }, isPrimary: true }],
    });
    const { batch, links } = createApis();
    const inputs = [{ id: "404" }, { id: "7" }];
    const read = await batch.read("deals", { inputs, properties: ["dealname"], propertiesWithHistory: [] });
    expect(read.results.map((deal) => deal.properties["dealname"])).toEqual(["D"]);
    expect("errors" in read ? read.errors?.[0]?.context : undefined).toEqual({ ids: ["404"] });
    const linked = await links.getPage("deal", "company", { inputs });
    expect(linked.results[0]).toMatchObject({ _from: { id: "7" } });
    expect(linked.results[0]?.to[0]?.associationTypes.map((type) => type.typeId)).toEqual([5, 341]);
    expect("errors" in linked ? linked.errors?.[0]?.subCategory : undefined).toBe(
      "crm.associations.NO_ASSOCIATIONS_FOUND",
    );
  });

  it("follows a merge to the winner", async () => {
    await client.import({ companies: 2, contacts: 0, deals: 0 });
    const [first, second] = (await client.list("company")).map((company) => company.id);
    const mergedIds = [second ?? ""];
    const merged = await client.merge({ type: "company", primaryId: first ?? "", mergedIds, style: "newId" });
    const { basic } = createApis();
    const answer = await basic.getById("companies", second ?? "", ["hs_merged_object_ids"]);
    expect(answer.id).toBe(merged.id);
    expect(answer.properties["hs_merged_object_ids"]).toBe(`${first};${second}`);
  });
});

describe("startHubSpotSimulator, webhooks", () => {
  it("signs each delivery with v1 and v3 over the raw body and the full URL", async () => {
    await client.create("company", { id: "1", properties: { name: "Grün & Söhne" } });
    await client.waitUntilIdle();
    const [delivery] = received;
    const timestamp = String(delivery?.headers["x-hubspot-request-timestamp"]);
    const signed = `POST${targetUrl.replace("%2F", "/")}${delivery?.body}${timestamp}`;
    expect(delivery?.headers).toMatchObject({
      "x-hubspot-signature": createHash("sha256").update(`${clientSecret}${delivery?.body}`).digest("hex"),
      "x-hubspot-signature-version": "v1",
      "x-hubspot-signature-v3": createHmac("sha256", clientSecret).update(signed).digest("base64"),
      "x-hubspot-timeout-millis": "10000",
      "content-type": "application/json",
    });
  });

  it("delivers what one change fires in one request", async () => {
    await client.create("contact", { id: "5", properties: { firstname: "Zoë", lastname: "Weiß" } });
    await client.waitUntilIdle();
    expect(received).toHaveLength(1);
    expect(events().map((event) => event.subscriptionType)).toContain("contact.creation");
    expect(events()).toHaveLength(3);
  });

  it("repeats a failed delivery with the next attempt number", async () => {
    statuses = [503, 401];
    await client.create("company", { id: "1", properties: {} });
    await client.waitUntilIdle();
    expect(events().map((event) => event.attemptNumber)).toEqual([0, 1, 2]);
    expect((await client.calls()).webhooks).toMatchObject({ attempts: 3, delivered: 1, retries: 2, lost: 0 });
  });

  it("gives up after ten retries", async () => {
    statuses = Array.from({ length: 20 }, () => 500);
    await client.create("company", { id: "1", properties: {} });
    await client.waitUntilIdle();
    expect(received).toHaveLength(11);
    expect((await client.calls()).webhooks).toMatchObject({ attempts: 11, delivered: 0, lost: 1 });
  });

  it("batches an import into deliveries of 100", async () => {
    const { events: fired } = await client.import({ companies: 40, contacts: 40, deals: 40 });
    await client.waitUntilIdle();
    expect(events()).toHaveLength(fired.length);
    expect(received).toHaveLength(Math.ceil(fired.length / 100));
  });

  it("holds everything back while paused and delivers afterwards", async () => {
    await client.behave({ isPaused: true });
    await client.create("company", { id: "1", properties: {} });
    await client.show("company", "1");
    expect(received).toEqual([]);
    await client.behave({ isPaused: false });
    await client.waitUntilIdle();
    expect(events()).toMatchObject([{ subscriptionType: "company.creation", objectId: 1 }]);
  });

  it("sends each kind of change", async () => {
    await client.create("company", { id: "1", properties: {} });
    await client.create("contact", { id: "5", properties: {} });
    const [contact, company] = [{ type: "contact", id: "5" } as const, { type: "company", id: "1" } as const];
    await client.associate(contact, company, true);
    await client.dissociate(contact, company, false);
    await client.update("company", "1", { zip: "10117" });
    await client.delete("company", "1");
    await client.restore("company", "1");
    await client.erase("5");
    await client.sendTestEvent();
    await client.waitUntilIdle();
    const count = (kind: string) => events().filter((event) => event.subscriptionType === kind).length;
    expect(count("contact.associationChange")).toBe(4);
    expect(count("company.associationChange")).toBe(4);
    expect(count("company.propertyChange")).toBe(1);
    expect(count("company.deletion")).toBe(1);
    expect(count("company.restore")).toBe(1);
    expect(count("contact.privacyDeletion")).toBe(1);
    expect(count("contact.deletion")).toBe(1);
    expect(events().filter((event) => event.objectId === 123)).toHaveLength(1);
  });

  it("discards them when there is nowhere to send them", async () => {
    await client.setWebhookUrl(null);
    await client.create("company", { id: "1", properties: {} });
    await client.waitUntilIdle();
    expect((await client.calls()).webhooks).toMatchObject({ attempts: 0, unsubscribed: 1 });
  });
});

describe("startHubSpotSimulator, over the wire", () => {
  it("answers a real 429 with its headers", async () => {
    await client.behave({ burstLimit: 1 });
    await get("/crm/objects/2026-09/deals");
    const refused = await get("/crm/objects/2026-09/deals");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("X-HubSpot-RateLimit-Remaining")).toBe("0");
    expect(await refused.json()).toMatchObject({ policyName: "TEN_SECONDLY_ROLLING" });
    expect((await client.calls()).api).toMatchObject({ byKind: { list: 2 }, rateLimited: 1 });
  });

  it("cuts the connection and answers late on request", async () => {
    await client.behave({ faults: [{ fault: "drop", times: 1 }] });
    await expect(get("/account-info/v3/details")).rejects.toThrow(TypeError);
    await client.behave({ faults: [{ fault: "slow", times: 1, delayMs: 60_000 }] });
    await expect(get("/account-info/v3/details", { signal: AbortSignal.timeout(20) })).rejects.toThrow(/timeout/u);
  });

  it("lists its own routes and explains a bad request with an example", async () => {
    const routes = z.object({ routes: z.array(z.object({ path: z.string(), does: z.string() })) });
    const listed = routes.parse(await client.request("GET", "/_sim/"));
    expect(listed.routes.length).toBeGreaterThan(15);
    await expect(client.request("POST", "/_sim/merge", { type: "company" })).rejects.toThrow(/400.*primaryId/su);
    await expect(client.delete("company", "404")).rejects.toThrow(/company 404 is not there/u);
    await expect(client.request("POST", "/_sim/nothing")).rejects.toThrow(/404/u);
  });

  it("names the port that is taken", async () => {
    const port = Number(new URL(simulator.url).port);
    const second = startHubSpotSimulator({ port, host: "127.0.0.1", accessToken, clientSecret });
    await expect(second).rejects.toMatchObject({ name: "PortInUseError", port });
  });
});
