import { beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { handleApiRequest, type ApiAnswer } from "../../../infra/local/hubspot-simulator/api.ts";
import { createPortal, type Portal } from "../../../infra/local/hubspot-simulator/portal.ts";
import { SAMPLE_IDENTITY } from "../../../infra/local/hubspot-simulator/server.ts";
import { World } from "../../../infra/local/hubspot-simulator/world.ts";

const TOKEN = "pat-eu1-test";
const anyObject = z.looseObject({});

let nowMs: number;
let world: World;
let portal: Portal;

beforeEach(() => {
  nowMs = Date.UTC(2026, 10, 20, 12);
  world = new World({ identity: SAMPLE_IDENTITY, now: () => nowMs, seed: 1 });
  portal = createPortal({ source: world, accessToken: TOKEN, seed: 2 });
});

function call(method: string, url: string, body?: unknown): ApiAnswer {
  const headers = { authorization: `Bearer ${TOKEN}` };
  return handleApiRequest(portal, { method, url, headers, body: body === undefined ? "" : JSON.stringify(body) });
}

function json(answer: ApiAnswer): Record<string, unknown> {
  return anyObject.parse(JSON.parse(answer.body));
}

const idsSchema = z.object({ results: z.array(z.looseObject({ id: z.string() })) });

function ids(answer: ApiAnswer): string[] {
  return idsSchema.parse(JSON.parse(answer.body)).results.map((result) => result.id);
}

function createCompanies(...companyIds: string[]): void {
  for (const id of companyIds) world.create("company", { id, properties: { name: `N${id}` } });
}

function linkDeal(dealId: string, companyId: string, isPrimary: boolean): void {
  world.associate({ from: { type: "deal", id: dealId }, to: { type: "company", id: companyId }, isPrimary });
}

function listInlineCompanies() {
  const listed = json(call("GET", "/crm/objects/2026-09/deals?associations=companies"));
  const schema = z.tuple([
    z.object({ associations: z.object({ companies: z.looseObject({ results: z.array(z.unknown()) }) }) }),
  ]);
  return schema.parse(listed["results"])[0].associations.companies;
}

const batchRead = (type: string, inputs: readonly string[], query = ""): ApiAnswer =>
  call("POST", `/crm/objects/2026-09/${type}/batch/read${query}`, {
    inputs: inputs.map((id) => ({ id })),
    properties: ["name"],
  });

const readLinks = (from: string, to: string, inputs: readonly unknown[]): ApiAnswer =>
  call("POST", `/crm/associations/2026-09/${from}/${to}/batch/read`, { inputs });

describe("handleApiRequest, paths", () => {
  it.each([
    "/crm/objects/2026-09/companies",
    "/crm/objects/2026-09/company",
    "/crm/objects/2026-09/0-2",
    "/crm/v3/objects/companies",
    "/crm/v3/objects/0-2",
  ])("lists at %s", (path) => {
    createCompanies("5");
    expect(ids(call("GET", path))).toEqual(["5"]);
  });

  it.each([
    "/crm/objects/2025-01/companies",
    "/crm/v3/objects/unicorns",
    "/crm/v3/associations/deal/company/batch/read",
    "/",
  ])("answers 404 at %s", (path) => {
    expect(call("GET", path).status).toBe(404);
  });

  it("answers 414 to a URL that is too long", () => {
    expect(call("GET", `/crm/v3/objects/companies?properties=${"x".repeat(16_000)}`).status).toBe(414);
  });
});

describe("handleApiRequest, list", () => {
  it("pages in ascending numeric id order with an exclusive after", () => {
    createCompanies("100", "20", "3", "9007199254740993", "9007199254740992");
    const first = json(call("GET", "/crm/objects/2026-09/companies?limit=2"));
    expect(first).toMatchObject({ results: [{ id: "3" }, { id: "20" }], paging: { next: { after: "20" } } });
    const second = call("GET", "/crm/objects/2026-09/companies?limit=3&after=20");
    expect(ids(second)).toEqual(["100", "9007199254740992", "9007199254740993"]);
    expect(json(second)).not.toHaveProperty("paging");
  });

  it("accepts only its own tokens when after is opaque", () => {
    createCompanies("1", "2", "3");
    portal.behaviour.afterStyle = "opaque";
    expect(call("GET", "/crm/objects/2026-09/companies?after=1").status).toBe(400);
    const page = json(call("GET", "/crm/objects/2026-09/companies?limit=2"));
    const paging = z.object({ next: z.object({ after: z.string() }) }).parse(page["paging"]);
    expect(ids(call("GET", `/crm/objects/2026-09/companies?limit=2&after=${paging.next.after}`))).toEqual(["3"]);
  });

  it("refuses a limit above 100", () => {
    expect(call("GET", "/crm/objects/2026-09/companies?limit=101").status).toBe(400);
    expect(call("GET", "/crm/objects/2026-09/companies?limit=100").status).toBe(200);
  });

  it("repeats an inline id once a label", () => {
    createCompanies("1", "2");
    world.create("deal", { id: "7", properties: { dealname: "D" } });
    linkDeal("7", "1", true);
    linkDeal("7", "2", false);
    expect(json(call("GET", "/crm/objects/2026-09/deals?associations=companies"))).toMatchObject({
      results: [
        {
          associations: {
            companies: {
              results: [
                { id: "1", type: "deal_to_company" },
                { id: "1", type: "deal_to_company_unlabeled" },
                { id: "2", type: "deal_to_company_unlabeled" },
              ],
            },
          },
        },
      ],
    });
  });

  it("stops inline associations at 100 and pages them", () => {
    const companyIds = Array.from({ length: 101 }, (_, index) => String(1_000 + index));
    createCompanies(...companyIds);
    world.create("deal", { id: "7", properties: { dealname: "D" } });
    for (const id of companyIds.slice(0, 100)) linkDeal("7", id, false);
    expect(listInlineCompanies()).not.toHaveProperty("paging");
    linkDeal("7", "1100", false);
    expect(listInlineCompanies().results).toHaveLength(100);
    expect(listInlineCompanies()).toHaveProperty("paging");
  });

  it("answers archived objects only when asked, and then only them", () => {
    createCompanies("1", "2");
    world.delete("company", "1");
    expect(ids(call("GET", "/crm/objects/2026-09/companies"))).toEqual(["2"]);
    expect(json(call("GET", "/crm/objects/2026-09/companies?archived=true"))).toMatchObject({
      results: [{ id: "1", archived: true, archivedAt: new Date(nowMs).toISOString() }],
    });
  });
});

describe("handleApiRequest, properties of objects", () => {
  it("drops unknown names silently and always sends id and stamps", () => {
    world.create("contact", { id: "5", properties: { lastname: "Groß" } });
    const stamp = new Date(nowMs).toISOString();
    expect(json(call("GET", "/crm/objects/2026-09/contacts/5?properties=lastname,nosuch"))).toEqual({
      id: "5",
      properties: { lastname: "Groß", createdate: stamp, lastmodifieddate: stamp, hs_object_id: "5" },
      createdAt: stamp,
      updatedAt: stamp,
      archived: false,
    });
  });

  it("sends empty values as null, as an empty text and not at all", () => {
    createCompanies(...Array.from({ length: 40 }, (_, index) => String(index + 1)));
    const schema = z.object({ results: z.array(z.object({ properties: z.record(z.string(), z.unknown()) })) });
    const listed = schema.parse(json(call("GET", "/crm/objects/2026-09/companies?limit=100&properties=city")));
    expect(new Set(listed.results.map((object) => object.properties["city"]))).toEqual(new Set([null, "", undefined]));
  });
});

describe("handleApiRequest, batch read", () => {
  it("answers 207 with one error entry for all ids that lead nowhere", () => {
    createCompanies("1", "2");
    world.delete("company", "2");
    const answer = batchRead("companies", ["2", "404", "1"]);
    expect(answer.status).toBe(207);
    expect(json(answer)).toMatchObject({
      status: "COMPLETE",
      results: [{ id: "1", properties: { name: "N1" } }],
      numErrors: 1,
      errors: [{ category: "OBJECT_NOT_FOUND", context: { ids: ["2", "404"] } }],
    });
  });

  it("reads archived ones only with archived=true", () => {
    createCompanies("1", "2");
    world.delete("company", "2");
    const answer = batchRead("companies", ["1", "2"], "?archived=true");
    expect(ids(answer)).toEqual(["2"]);
    expect(answer.status).toBe(207);
  });

  it("refuses 101 inputs and duplicates", () => {
    createCompanies("1");
    expect(
      batchRead(
        "companies",
        Array.from({ length: 101 }, (_, index) => String(index)),
      ).status,
    ).toBe(400);
    expect(batchRead("companies", ["1", "1"]).status).toBe(400);
  });

  it("answers the winner under its own id for a merged id, live view only", () => {
    createCompanies("1", "2");
    world.merge("company", { primaryId: "1", mergedIds: ["2"], style: "newId", newId: "9" });
    expect(batchRead("companies", ["2"]).status).toBe(200);
    expect(ids(batchRead("companies", ["2"]))).toEqual(["9"]);
    expect(ids(batchRead("companies", ["1", "2"]))).toEqual(["9"]);
    expect(ids(batchRead("companies", ["2"], "?archived=true"))).toEqual([]);
    expect(json(call("GET", "/crm/objects/2026-09/companies/1"))).toMatchObject({ id: "9" });
    world.delete("company", "9");
    expect(ids(batchRead("companies", ["2"], "?archived=true"))).toEqual([]);
  });

  it("holds no associations", () => {
    createCompanies("1");
    world.create("deal", { id: "7", properties: {} });
    linkDeal("7", "1", true);
    expect(batchRead("deals", ["7"], "?associations=companies").body).not.toContain("associations");
  });
});

describe("handleApiRequest, associations batch read", () => {
  it("sends toObjectId as a number, from.id as a string and every type of a pair", () => {
    createCompanies("1");
    world.create("deal", { id: "7", properties: {} });
    linkDeal("7", "1", true);
    expect(json(readLinks("deals", "companies", [{ id: "7" }]))).toMatchObject({
      results: [
        {
          from: { id: "7" },
          to: [
            {
              toObjectId: 1,
              associationTypes: [
                { category: "HUBSPOT_DEFINED", typeId: 5, label: "Primary" },
                { category: "HUBSPOT_DEFINED", typeId: 341, label: null },
              ],
            },
          ],
        },
      ],
    });
    expect(readLinks("0-2", "0-3", [{ id: "1" }]).body).toMatch(/"typeId":6.*"typeId":342/u);
  });

  it("sends an id past 2^53 unrounded", () => {
    createCompanies("9007199254740993");
    world.create("deal", { id: "7", properties: {} });
    linkDeal("7", "9007199254740993", true);
    expect(readLinks("deal", "company", [{ id: "7" }]).body).toContain('"toObjectId":9007199254740993,');
  });

  it("answers none as an error entry of a 207, also for merged and archived ids", () => {
    createCompanies("1");
    for (const id of ["7", "8", "10"]) {
      world.create("deal", { id, properties: {} });
      linkDeal(id, "1", true);
    }
    world.merge("deal", { primaryId: "7", mergedIds: ["8"], style: "newId", newId: "9" });
    world.delete("deal", "10");
    const answer = readLinks("deal", "company", [{ id: "8" }, { id: "9" }, { id: "10" }]);
    expect(answer.status).toBe(207);
    expect(json(answer)).toMatchObject({
      results: [{ from: { id: "9" } }],
      numErrors: 2,
      errors: [
        { subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND", context: { fromObjectId: ["8"] } },
        { subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND", context: { fromObjectId: ["10"] } },
      ],
    });
  });

  it("pages each input past 500", () => {
    createCompanies("1");
    for (let id = 1; id <= 501; id += 1) {
      world.create("deal", { id: String(id), properties: {} });
      linkDeal(String(id), "1", false);
    }
    const schema = z.object({
      results: z.array(
        z.object({
          to: z.array(z.object({ toObjectId: z.number() })),
          paging: z.object({ next: z.object({ after: z.string() }) }).optional(),
        }),
      ),
    });
    const [first] = schema.parse(json(readLinks("company", "deal", [{ id: "1" }]))).results;
    expect(first?.to).toHaveLength(500);
    const after = first?.paging?.next.after;
    const [second] = schema.parse(json(readLinks("company", "deal", [{ id: "1", after }]))).results;
    expect(second).toEqual({ to: [{ toObjectId: 501 }] });
  });

  it("refuses 1,001 inputs", () => {
    const inputs = Array.from({ length: 1_001 }, (_, index) => ({ id: String(index) }));
    expect(readLinks("deal", "company", inputs).status).toBe(400);
    expect(readLinks("deal", "company", inputs.slice(1)).status).toBe(207);
  });
});

describe("handleApiRequest, account", () => {
  it("answers account, pipelines, properties and token info", () => {
    expect(json(call("GET", "/account-info/2026-09/details"))).toMatchObject({
      portalId: SAMPLE_IDENTITY.portalId,
      uiDomain: "app-eu1.hubspot.com",
    });
    expect(call("GET", "/crm/pipelines/2026-09/deals").body).toContain('"isClosed":"true"');
    expect(call("GET", "/crm/properties/2026-09/companies/zep").status).toBe(404);
    expect(call("GET", "/crm/v3/properties/company/name").status).toBe(200);
    const info = call("POST", "/oauth/v2/private-apps/get/access-token-info", { tokenKey: TOKEN });
    expect(json(info)).toMatchObject({ hubId: SAMPLE_IDENTITY.portalId, scopes: portal.behaviour.scopes });
  });

  it("answers 401 to another token and 403 naming the scope that lacks", () => {
    const request = { method: "GET", url: "/crm/v3/objects/deals", body: "" };
    const wrong = handleApiRequest(portal, { ...request, headers: { authorization: "Bearer other" } });
    expect(wrong.status).toBe(401);
    expect(handleApiRequest(portal, { ...request, headers: {} }).status).toBe(401);
    portal.behaviour.scopes = ["crm.objects.companies.read"];
    const answer = call("GET", "/crm/v3/objects/deals");
    expect(answer.status).toBe(403);
    expect(json(answer)).toMatchObject({
      category: "MISSING_SCOPES",
      errors: [{ context: { requiredGranularScopes: ["crm.objects.deals.read"] } }],
    });
    expect(call("GET", "/account-info/v3/details").status).toBe(200);
  });
});

describe("handleApiRequest, limits", () => {
  it("refuses the call past the window and admits again when the oldest leaves it", () => {
    portal.behaviour.burstLimit = 2;
    const path = "/crm/objects/2026-09/companies";
    expect(call("GET", path).headers).toMatchObject({
      "x-hubspot-ratelimit-max": "2",
      "x-hubspot-ratelimit-remaining": "1",
      "x-hubspot-ratelimit-interval-milliseconds": "10000",
    });
    nowMs += 4_000;
    expect(call("GET", path).status).toBe(200);
    nowMs += 5_999;
    const refused = call("GET", path);
    expect(refused.status).toBe(429);
    expect(json(refused)).toMatchObject({ policyName: "TEN_SECONDLY_ROLLING", errorType: "RATE_LIMIT" });
    nowMs += 1;
    expect(call("GET", path).status).toBe(200);
    expect(call("GET", path).status).toBe(429);
    expect(portal.calls).toMatchObject({ total: 5, rateLimited: 2 });
  });

  it("leaves the association batch outside the window, with a budget of its own", () => {
    portal.behaviour.burstLimit = 1;
    portal.behaviour.associationBurstLimit = 2;
    call("GET", "/crm/objects/2026-09/companies");
    expect(readLinks("deal", "company", [{ id: "1" }]).status).toBe(207);
    expect(readLinks("deal", "company", [{ id: "1" }]).status).toBe(207);
    const refused = readLinks("deal", "company", [{ id: "1" }]);
    expect(refused.status).toBe(429);
    expect(json(refused)).not.toHaveProperty("policyName");
  });

  it("refuses with the daily policy until midnight of the account", () => {
    portal.behaviour.dailyLimit = 1;
    expect(call("GET", "/crm/v3/objects/deals").headers["x-hubspot-ratelimit-daily-remaining"]).toBe("0");
    expect(json(call("GET", "/crm/v3/objects/deals"))).toMatchObject({ policyName: "DAILY" });
    nowMs = Date.UTC(2026, 10, 20, 22, 59, 59);
    expect(call("GET", "/crm/v3/objects/deals").status).toBe(429);
    nowMs = Date.UTC(2026, 10, 20, 23);
    expect(call("GET", "/crm/v3/objects/deals").status).toBe(200);
  });
});

describe("handleApiRequest, lag", () => {
  it("misses a new object until the lag is over", () => {
    portal.behaviour.readLagMs = 500;
    createCompanies("1");
    nowMs += 499;
    expect(call("GET", "/crm/v3/objects/companies/1").status).toBe(404);
    expect(batchRead("companies", ["1"]).status).toBe(207);
    nowMs += 1;
    expect(call("GET", "/crm/v3/objects/companies/1").status).toBe(200);
  });

  it("lags associations on their own", () => {
    portal.behaviour.associationLagMs = 500;
    createCompanies("1");
    world.create("deal", { id: "7", properties: {} });
    nowMs += 1_000;
    linkDeal("7", "1", true);
    expect(json(readLinks("deal", "company", [{ id: "7" }]))).toMatchObject({ results: [] });
    nowMs += 500;
    expect(json(readLinks("deal", "company", [{ id: "7" }]))).toMatchObject({ results: [{ from: { id: "7" } }] });
  });
});

describe("handleApiRequest, faults", () => {
  const path = "/crm/objects/2026-09/companies";

  it.each([
    ["tenSecondly", 429],
    ["daily", 429],
    ["bare429", 429],
    ["unauthorized", 401],
    ["forbidden", 403],
    ["locked", 423],
    ["migrating", 477],
    ["internalError", 500],
    ["badGateway", 502],
    ["unavailable", 503],
  ] as const)("answers %s with %i so often as asked", (fault, status) => {
    portal.behaviour.faults = [{ fault, times: 1, calls: ["list"] }];
    expect(call("GET", "/account-info/v3/details").status).toBe(200);
    expect(call("GET", path).status).toBe(status);
    expect(call("GET", path).status).toBe(200);
  });

  it("sends HTML for a bad gateway and seconds for a migration", () => {
    portal.behaviour.faults = [
      { fault: "badGateway", times: 1 },
      { fault: "migrating", times: 1, retryAfterSeconds: 7_200 },
    ];
    expect(call("GET", path)).toMatchObject({ headers: { "content-type": "text/html" } });
    expect(call("GET", path)).toMatchObject({ status: 477, headers: { "retry-after": "7200" } });
  });

  it("drops, delays and cuts answers after the work was done", () => {
    createCompanies("1");
    portal.behaviour.faults = [
      { fault: "drop", times: 1 },
      { fault: "slow", times: 1, delayMs: 9_000 },
      { fault: "cutJson", times: 1 },
    ];
    expect(call("GET", path)).toMatchObject({ isDropped: true, status: 200 });
    expect(call("GET", path)).toMatchObject({ delayMs: 9_000, isDropped: false, status: 200 });
    const cut = call("GET", path);
    expect(() => json(cut)).toThrow(SyntaxError);
  });

  it("loses half of a batch to an error that names no cause", () => {
    createCompanies("1", "2", "3");
    portal.behaviour.faults = [{ fault: "partial" }];
    const answer = batchRead("companies", ["1", "2", "3"]);
    expect(answer.status).toBe(207);
    expect(json(answer)).toMatchObject({
      results: [{ id: "2" }],
      errors: [{ category: "INTERNAL_ERROR", context: { ids: ["1", "3"] } }],
    });
  });

  it("empties, shortens and disorders lists, and plays another portal", () => {
    createCompanies("1", "2", "3");
    const faults = ["emptyList", "endEarly", "disorder", "wrongPortal"] as const;
    portal.behaviour.faults = faults.map((fault) => ({ fault, times: 1 }));
    expect(json(call("GET", `${path}?limit=2`))).toEqual({ results: [] });
    expect(json(call("GET", `${path}?limit=2`))).not.toHaveProperty("paging");
    expect(ids(call("GET", path))).toEqual(["3", "2", "1"]);
    expect(json(call("GET", "/account-info/v3/details"))).toMatchObject({ portalId: 1 });
  });

  it("hits about the share asked for", () => {
    portal.behaviour.burstLimit = 1_000;
    portal.behaviour.faults = [{ fault: "internalError", share: 0.2 }];
    for (let index = 0; index < 500; index += 1) call("GET", path);
    expect(portal.calls.byStatus["500"]).toBeGreaterThan(70);
    expect(portal.calls.byStatus["500"]).toBeLessThan(130);
  });
});
