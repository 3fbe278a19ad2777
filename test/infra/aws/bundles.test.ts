import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { UNUSED_SDK_PARTS } from "../../../infra/aws/function-bundling.ts";
import { signDelivery } from "../../../infra/local/hubspot-simulator/webhook-signature.ts";
import { METRICS } from "../../../lib/contract.ts";
import { startDeployedWorld, type DeployedWorld } from "../../fixtures/deployed-world.ts";
import { startFunction, type FunctionProcess } from "../../fixtures/function-process.ts";
import { httpEvent } from "../../hubspot/sample-http-event.ts";

/** Values that occur nowhere else, so that one found in a log can only have come from the portal or a request. */
const PERSONAL = [
  "Quastenflosser GmbH",
  "+49 89 7654321",
  "Tatzelwurmgasse 77",
  "Hinterobersbach",
  "quastenflosser.example",
  "Bevorzugt Lieferung",
  "Wolpertinger",
  "Aloisia-Xaveria",
  "aloisia.wolpertinger",
  "+49 171 5550199",
  "Oberwildhüterin",
  "Umzug der Voliere",
] as const;

let world: DeployedWorld;
let ids: { readonly company: string; readonly contact: string; readonly deal: string };

beforeAll(async () => {
  world = await startDeployedWorld();
  ids = await tellStory();
}, 300_000);

afterAll(() => world.stop());

/** A company, a contact and a deal come by webhook, change, and are looked at. */
async function tellStory(): Promise<typeof ids> {
  const { hubspot } = world;
  const company = await hubspot.create("company", {
    properties: {
      name: "Quastenflosser GmbH",
      phone: "+49 89 7654321",
      address: "Tatzelwurmgasse 77",
      city: "Hinterobersbach",
      website: "quastenflosser.example",
      description: "Bevorzugt Lieferung am Vormittag",
    },
  });
  const to = [{ to: { type: "company", id: company.id }, isPrimary: true }] as const;
  const contact = await hubspot.create("contact", {
    properties: {
      firstname: "Aloisia-Xaveria",
      lastname: "Wolpertinger",
      email: "aloisia.wolpertinger@quastenflosser.example",
      mobilephone: "+49 171 5550199",
      jobtitle: "Oberwildhüterin",
    },
    associations: to,
  });
  const deal = await hubspot.create("deal", {
    properties: { dealname: "Umzug der Voliere", dealstage: "appointmentscheduled" },
    associations: to,
  });
  await world.settle();
  return { company: company.id, contact: contact.id, deal: deal.id };
}

type Line = Readonly<Record<string, unknown>>;

function readLines({ lines }: FunctionProcess): readonly Line[] {
  return lines().map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
}

function listMessages(running: FunctionProcess, message: string): readonly Line[] {
  return readLines(running).filter((line) => line["message"] === message);
}

/** What a function told CloudWatch of a metric, with the dimensions it put on it. */
function listMetrics(running: FunctionProcess, metric: string): readonly Line[] {
  return readLines(running).filter((line) => line["_aws"] !== undefined && line[metric] !== undefined);
}

describe("the deployed functions", () => {
  it("carry a signed webhook through the queue into the table, where the records API finds it", async () => {
    expect(world.answers.length).toBeGreaterThan(0);
    expect(new Set(world.answers)).toEqual(new Set([200]));
    expect(await world.ask("GET", `/v1/customers/${ids.company}`)).toMatchObject({
      status: 200,
      body: { state: "linked", name: "Quastenflosser GmbH" },
    });
    expect(await world.ask("GET", `/v1/projects/${ids.deal}`)).toMatchObject({
      status: 200,
      body: { state: "linked", description: "Umzug der Voliere" },
    });
    expect(JSON.stringify(await world.ask("GET", "/v1/contact-persons"))).toContain("Wolpertinger");
  });

  it("compare everything when the schedule says so, and repair what no webhook told", async () => {
    world.simulator.world.update("company", ids.company, { name: "Quastenflosser AG" });
    await world.runSchedule();
    expect(await world.ask("GET", `/v1/customers/${ids.company}`)).toMatchObject({
      body: { name: "Quastenflosser AG" },
    });
    expect(listMetrics(world.functions.reconcile, METRICS.passSucceeded)).toHaveLength(1);
  });

  it("put the stack's name on every metric, as the alarms ask for it", () => {
    const told = Object.values(world.functions)
      .flatMap(readLines)
      .filter((line) => line["_aws"] !== undefined);
    expect(told.length).toBeGreaterThan(1);
    for (const line of told) {
      expect(line).toMatchObject({
        service: "Test",
        _aws: { CloudWatchMetrics: [{ Namespace: METRICS.namespace, Dimensions: [["service"]] }] },
      });
    }
  });

  it("name the delivery on its arrival and on each write that it led to", () => {
    const arrivals = listMessages(world.functions["receive-webhook"], "Delivery accepted");
    const writes = listMessages(world.functions["process-changes"], "record written");
    expect(writes.map(({ type }) => type)).toEqual(expect.arrayContaining(["customer", "contactPerson", "project"]));
    const arrived = arrivals.map(({ correlationId }) => correlationId);
    for (const { correlationId } of writes) {
      for (const deliveryId of String(correlationId).split(",")) expect(arrived).toContain(deliveryId);
    }
  });

  it("ask for no module outside their bundle, least of all for the parts of the SDK that were left out", () => {
    for (const running of Object.values(world.functions)) expect(running.asked()).toEqual([]);
  });

  it("would ask for such a part without the credentials that Lambda gives, which shows that asking is seen", async () => {
    const environment = { ...world.environmentOf("receive-webhook") };
    delete environment["AWS_ACCESS_KEY_ID"];
    const running = await startFunction(world.bundles.functions["receive-webhook"], environment);
    try {
      const headers = { "x-hubspot-signature-v3": "x", "x-hubspot-request-timestamp": String(Date.now()) };
      await running.invoke(httpEvent({ headers })).catch(() => undefined);
      expect(running.asked().some((asked) => UNUSED_SDK_PARTS.some((part) => part === asked))).toBe(true);
    } finally {
      running.stop();
    }
  });

  it("name the source's file and line where something failed", async () => {
    const environment = { ...world.environmentOf("records-api"), ACCESS_TOKEN_ARN: emptySecretArn() };
    const running = await startFunction(world.bundles.functions["records-api"], environment);
    try {
      const path = `/v1/explain/company/${ids.company}`;
      const { requestContext } = httpEvent();
      const http = { ...requestContext.http, method: "GET", path };
      const event = httpEvent({ rawPath: path, requestContext: { ...requestContext, http } });
      expect(await running.invoke(event)).toMatchObject({ statusCode: 503 });
      const [line] = listMessages(running, "request failed");
      expect(line).toMatchObject({ errorCode: "misconfigured" });
      expect(line?.["errorPlace"]).toMatch(/lib\/secrets\/secret-reader\.ts:\d+/u);
    } finally {
      running.stop();
    }
  });

  it("take webhooks of the old and of the new client secret while both are stored, from the next look on", async () => {
    const { secrets, functions } = world;
    secrets.values.set(secrets.clientSecretArn, "second-client-secret\nfirst-client-secret");
    const before = secrets.reads.length;
    functions["receive-webhook"].advance(31_000);
    for (const secret of ["first-client-secret", "second-client-secret", "first-client-secret"]) {
      world.signWith = secret;
      await world.hubspot.update("deal", ids.deal, { dealname: `Umzug der Voliere, ${secret}` });
      await world.settle();
    }
    expect(world.answers.filter((status) => status !== 200)).toEqual([]);
    expect(secrets.reads.slice(before).filter((arn) => arn === secrets.clientSecretArn)).toHaveLength(1);
    expect(listMetrics(functions["receive-webhook"], METRICS.signatureRejected)).toEqual([]);
  });

  it("refuse and count a webhook that is signed with any other secret", async () => {
    const url = "https://abc123.execute-api.eu-central-1.amazonaws.com/webhook";
    const headers = signDelivery({ url, body: "[]", clientSecret: "third", timestampMs: Date.now() });
    const receiver = world.functions["receive-webhook"];
    expect(await receiver.invoke(httpEvent({ headers }))).toMatchObject({ statusCode: 401 });
    expect(listMetrics(receiver, METRICS.signatureRejected)).toMatchObject([{ SignatureRejected: 1, service: "Test" }]);
  });

  it("go on with a new access token after one refused call and one more look at the secret", async () => {
    const { secrets, bundles } = world;
    secrets.values.set(secrets.accessTokenArn, "pat-eu1-revoked");
    const running = await startFunction(bundles.functions["process-changes"], world.environmentOf("process-changes"));
    try {
      const before = secrets.reads.length;
      expect(await running.invoke(messageOf(ids.company))).toEqual({ batchItemFailures: [] });
      expect(listMetrics(running, METRICS.tokenRejected)).toHaveLength(1);
      secrets.values.set(secrets.accessTokenArn, "pat-eu1-first");
      running.advance(31_000);
      await running.invoke(messageOf(ids.company));
      expect(listMetrics(running, METRICS.tokenRejected)).toHaveLength(1);
      expect(listMessages(running, "batch processed").at(-1)).toMatchObject({ done: 1, failed: 0 });
      expect(secrets.reads.slice(before)).toEqual([secrets.accessTokenArn, secrets.accessTokenArn]);
    } finally {
      running.stop();
    }
  });

  it("write no personal data to logs or metrics, whatever happens", async () => {
    await world.ask("GET", "/v1/customers?prefix=Quastenflosser");
    await world.ask("GET", `/v1/explain/contact/${ids.contact}`);
    await world.ask("PATCH", `/v1/customers/${ids.company}`);
    const lines = Object.values(world.functions).flatMap((running) => running.lines());
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => PERSONAL.some((value) => line.includes(value)))).toEqual([]);
    expect(lines.filter((line) => line.includes("client-secret") || line.includes("pat-eu1"))).toEqual([]);
  });
});

function emptySecretArn(): string {
  return "arn:aws:secretsmanager:eu-central-1:111122223333:secret:empty-AbCdEf";
}

/** An event of the change queue with one change in one message. */
function messageOf(companyId: string) {
  const nowMs = Date.now();
  const change = { type: "company", id: companyId, at: { resync: nowMs } };
  const body = JSON.stringify({ v: 1, deliveryId: "by-hand", receivedAtMs: nowMs, changes: [change] });
  return { Records: [{ messageId: "m1", body, attributes: { ApproximateReceiveCount: "1" } }] };
}
