import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { createApiWorld, type ApiRequest, type ApiWorld } from "../fixtures/api-world.ts";
import { primaryLink, sampleCompany, sampleContact, sampleDeal } from "../fixtures/sample-objects.ts";
import { change, contentOf } from "../fixtures/sync-world.ts";

/** In no text of ours: wherever it turns up, the input was repeated. */
const MARK = "Zw3tschge";

let world: ApiWorld;

beforeEach(async () => {
  world = createApiWorld();
  world.hubspot.putCompany(sampleCompany("7"));
  world.hubspot.putContact(sampleContact("3"), [primaryLink("7").companyId]);
  world.hubspot.putDeal(sampleDeal("5"), "7");
  await world.tell(change("company", "7"), change("contact", "3"), change("deal", "5"));
  await world.drain();
});

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: string;
}

/** Asks, and holds every answer to what holds for all of them: no failure of ours, always JSON, nothing repeated. */
async function ask(request: ApiRequest): Promise<Answer> {
  const { statusCode = 0, body = "", headers = {} } = await world.ask(request);
  expect(statusCode).toBeGreaterThanOrEqual(200);
  expect(statusCode).toBeLessThan(500);
  expect(String(headers["content-type"])).toMatch(/^application\/(?:problem\+)?json$/u);
  if (request.method !== "HEAD") JSON.parse(body);
  expect(JSON.stringify(world.log)).not.toContain(MARK);
  const told = { status: statusCode, body, headers: JSON.stringify(headers) };
  expect(statusCode >= 300 && told.body.includes(MARK)).toBe(false);
  expect(told.headers).not.toContain(MARK);
  return told;
}

/** Asks and makes sure that nothing was changed by it. */
async function askInVain(request: ApiRequest): Promise<number> {
  const before = contentOf(world);
  const { status } = await ask(request);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(contentOf(world)).toEqual(before);
  return status;
}

const RECORDS = ["/v1/customers/7", "/v1/projects/5"] as const;

describe("a path", () => {
  it.each([
    "/v1/customers/7/../../health",
    "/v1/customers/../health",
    "/v1/customers/%2e%2e/health",
    "/v1/customers/..%2fhealth",
    "/v1/customers/./7",
    "/v1/x/../customers/7",
    "/../v1/customers/7",
    "//v1/customers/7",
    "/v1//customers/7",
    "/v1/customers/7/",
    "/v1\\customers\\7",
    "/V1/customers/7",
    "/v1/customers/7%00",
    "/v1/customers/7;x=1",
    "/v1/customers/7%2fdetach",
    "/v1/customers/%37%2Fdetach",
    "/%76%31/health/x",
    "",
    "/",
    "*",
    "http://evil.example/v1/health",
  ])("%s that is not spelled as the route is leads nowhere", async (path) => {
    expect([404, 422]).toContain(await askInVain({ path }));
    expect([404, 405, 422]).toContain(await askInVain({ path, method: "POST", body: {} }));
  });

  it.each(
    [
      "0",
      "007",
      "-7",
      "7.0",
      "1e1",
      "+7",
      "0x7",
      "7,8",
      " 7",
      "%207",
      "٧",
      "%D9%A7",
      "__proto__",
      "constructor",
      MARK,
      `%00${MARK}`,
      "%",
      "%ff",
      "%E0%A4%A",
      "9".repeat(20),
      "9".repeat(8_000),
    ].map((id) => [id.slice(0, 40), id] as const),
  )("with the id %s names no record", async (...[, id]) => {
    for (const kind of ["customers", "projects", "contact-persons", "explain/company", "reconciliations"]) {
      if (kind === "reconciliations" && /^[\w-]{1,60}$/u.test(id)) continue;
      expect([404, 422]).toContain(await askInVain({ path: `/v1/${kind}/${id}` }));
    }
    for (const [kind, action] of [
      ["customers", "detach"],
      ["projects", "attach"],
    ] as const)
      expect([404, 422]).toContain(await askInVain({ method: "POST", path: `/v1/${kind}/${id}/${action}` }));
  });

  it.each(["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "TRACK", "CONNECT", "PROPFIND", "patch", "", "G ET"])(
    "asked with the method %j, which its route has not, changes nothing",
    async (method) => {
      for (const path of [...RECORDS, "/v1/health"]) {
        const before = contentOf(world);
        const { status } = await ask({ method, path });
        expect(status === 404 || status === 405 || status === 400 || (method === "HEAD" && status === 200)).toBe(true);
        expect(contentOf(world)).toEqual(before);
      }
    },
  );
});

describe("a query", () => {
  it.each(
    [
      "limit=0",
      "limit=-1",
      "limit=101",
      "limit=1e9",
      "limit=NaN",
      "limit=1.5",
      "limit=",
      `limit=${MARK}`,
      `state=${MARK}`,
      "state=__proto__",
      "customer=../7",
      "prefix=",
      `prefix=${"x".repeat(121)}`,
      `${MARK}=1`,
      "__proto__=1",
      "__proto__[limit]=1",
      "constructor.prototype=1",
      "cursor=%00",
      `cursor=${MARK}`,
      `cursor=${Buffer.from(`customers:${MARK}`).toString("base64")}`,
      `cursor=${Buffer.from(`customers:${"9".repeat(20)}`).toString("base64url")}==`,
      `cursor=${"A".repeat(501)}`,
      `cursor=${"_".repeat(500)}`,
    ].map((query) => [query.slice(0, 40), query] as const),
  )("of %s is refused with 422", async (...[, query]) => {
    for (const list of ["customers", "projects", "contact-persons"])
      expect(await askInVain({ path: `/v1/${list}`, query })).toBe(422);
  });

  it("with the cursor of another list is refused, as is one that was changed by a character", async () => {
    for (const id of ["8", "9"]) world.hubspot.putCompany(sampleCompany(id));
    await world.tell(change("company", "8"), change("company", "9"));
    await world.drain();
    const { body } = await ask({ path: "/v1/customers", query: "limit=1" });
    const { cursor }: { readonly cursor: string } = JSON.parse(body);
    expect((await ask({ path: "/v1/customers", query: `limit=1&cursor=${cursor}` })).status).toBe(200);
    expect(await askInVain({ path: "/v1/projects", query: `cursor=${cursor}` })).toBe(422);
    expect(await askInVain({ path: "/v1/customers", query: `cursor=A${cursor.slice(1)}` })).toBe(422);
  });

  it("of any text never fails and repeats nothing", async () => {
    const part = fc.constantFrom(
      "limit",
      "cursor",
      "state",
      "prefix",
      "customer",
      "=",
      "&",
      "%",
      "%00",
      "%ff",
      "[]",
      MARK,
      "7",
    );
    const query = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.array(part).map((parts) => parts.join("")),
    );
    await fc.assert(
      fc.asyncProperty(query, async (text) => {
        const { status } = await ask({ path: "/v1/customers", query: text });
        expect([200, 422]).toContain(status);
      }),
    );
  });
});

describe("an If-Match", () => {
  it.each(
    [
      "7",
      '"',
      '"-1"',
      '"1e0"',
      '"0x1"',
      `"${"9".repeat(400)}"`,
      `"${MARK}"`,
      '"1", "2"',
      '""',
      "W/1",
      '"1"; x',
      "null",
    ].map((etag) => [etag.slice(0, 40), etag] as const),
  )("of %s is refused, and nothing is changed", async (...[, etag]) => {
    for (const path of RECORDS) {
      expect(await askInVain({ method: "PATCH", path, body: {}, headers: { "if-match": etag } })).toBe(422);
      expect(await askInVain({ method: "POST", path: `${path}/detach`, headers: { "if-match": etag } })).toBe(422);
    }
  });

  it("of another revision is refused with 412", async () => {
    for (const path of RECORDS)
      expect(await askInVain({ method: "POST", path: `${path}/detach`, headers: { "if-match": '"99"' } })).toBe(412);
  });
});

describe("a header", () => {
  it.each([
    ["a line break", { "x-a": `1\r\nx-${MARK}: 1` }],
    ["a null", { "x-a": "1\u00002" }],
    ["letters beyond Latin-1", { "x-a": "Ł ✓ 😀" }],
    ["half a surrogate pair", { "x-a": "\ud800" }],
    ["a name with a space", { "x a": "1" }],
    ["a name with a line break", { [`x\r\n${MARK}`]: "1" }],
    ["no name", { "": "1" }],
    ["a name of an object's own", { ["__proto__"]: "1", constructor: "2" }],
    ["a body of another length than it says", { "content-length": "99999999999" }],
    ["a length that is no number", { "content-length": MARK }],
    ["chunks that do not come", { "transfer-encoding": "chunked" }],
    ["a host of its own", { host: "evil.example", "x-forwarded-host": "evil.example" }],
    ["a type that is not JSON", { "content-type": `text/${MARK}` }],
    ["a thousand of them", Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`x-${index}`, MARK]))],
  ])("with %s never makes the API fail", async (_name, headers) => {
    for (const request of [{ path: "/v1/customers/7" }, { path: "/v1/projects/5", method: "PATCH", body: {} }])
      expect([200, 400, 413]).toContain((await ask({ ...request, headers })).status);
  });
});

describe("a body", () => {
  const WRITES = [
    { method: "PATCH", path: "/v1/customers/7" },
    { method: "PATCH", path: "/v1/projects/5" },
    { method: "POST", path: "/v1/customers/7/attach" },
    { method: "POST", path: "/v1/resync" },
    { method: "POST", path: "/v1/reconciliations" },
  ] as const;

  it.each([
    ["no JSON", "{", 400],
    ["half a text", '"\\ud8', 400],
    ["JSON with a comment", "{} // x", 400],
    ["two objects", "{}{}", 400],
    ["a null", "null", 422],
    ["an array", "[]", 422],
    ["a text", `"${MARK}"`, 422],
    ["a number", "1e999", 422],
    ["an unknown field", `{"${MARK}":1}`, 422],
    ["an unknown field beside a known one", `{"status":"active","customerNumber":"1","${MARK}":1}`, 422],
    ["a prototype", `{"__proto__":{"status":"${MARK}"}}`, 422],
    ["a prototype within", '{"address":{"__proto__":{"city":"x"}}}', 422],
    ["a constructor", '{"constructor":{"prototype":{"state":"linked"}}}', 422],
    ["state, revision and fence", '{"state":"linked","revision":1,"fence":{}}', 422],
    ["an id", '{"companyId":{"$ne":null}}', 422],
    ["an object for a text", '{"customerNumber":{"toString":1},"shortForm":{"toString":1}}', 422],
    ["an array for a text", '{"customerNumber":["K"],"shortForm":["K"]}', 422],
    ["a number for a text", '{"customerNumber":7,"shortForm":7}', 422],
    ["a date that is none", '{"startDate":"2026-02-30"}', 422],
    ["a list that is too long", JSON.stringify({ tasks: Array.from({ length: 501 }, () => MARK) }), 422],
    ["some nesting", `${'{"a":'.repeat(100)}1${"}".repeat(100)}`, 422],
    ["deep nesting of objects, which is as good as no JSON", `${'{"a":'.repeat(40_000)}1${"}".repeat(40_000)}`, 400],
    ["deep nesting of arrays, which is as good as no JSON", "[".repeat(100_000) + "]".repeat(100_000), 400],
    ["more than it takes", JSON.stringify({ remark: MARK.repeat(40_000) }), 413],
  ])("of %s is refused, and nothing is changed", async (_name, body, status) => {
    for (const write of WRITES) expect(await askInVain({ ...write, body })).toBe(status);
  });

  it("does not reach what every object inherits", async () => {
    await ask({ method: "PATCH", path: "/v1/projects/5", body: '{"__proto__":{"polluted":true}}' });
    await ask({ method: "PATCH", path: "/v1/projects/5", body: '{"constructor":{"prototype":{"polluted":true}}}' });
    expect(Object("")).not.toHaveProperty("polluted");
    expect({}).not.toHaveProperty("polluted");
  });

  it("called base64 is read as such, and as text where it is not", async () => {
    const body = Buffer.from('{"status":"inactive"}').toString("base64");
    expect(await askInVain({ method: "PATCH", path: "/v1/projects/5", body })).toBe(400);
    const { status } = await ask({ method: "PATCH", path: "/v1/projects/5", body, isBase64Encoded: true });
    expect(status).toBe(200);
    expect(
      await askInVain({ method: "PATCH", path: "/v1/projects/5", body: "{12345678}", isBase64Encoded: true }),
    ).toBe(400);
  });

  it("that is not UTF-8 is no JSON, or a text with a stand-in for what cannot be read", async () => {
    const write = { method: "PATCH", path: "/v1/projects/5", isBase64Encoded: true } as const;
    expect(await askInVain({ ...write, body: Buffer.from([0xff, 0xfe, 0x7b, 0x7d]).toString("base64") })).toBe(400);
    const odd = Buffer.concat([Buffer.from('{"shortForm":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(await ask({ ...write, body: odd.toString("base64") })).toMatchObject({ status: 200 });
    expect(world.store.projects()[0]?.shortForm).toBe("\ufffd");
  });

  it.each([
    "\u0000",
    "\u202e",
    "\ud800",
    "\r\nx",
    "<script>",
    "'; DROP TABLE",
    "{{7*7}}",
    "$where",
    "../../etc",
    "a".repeat(64),
  ])("with %j for a short form is kept as that text or refused, and comes back the same", async (shortForm) => {
    const { status } = await ask({ method: "PATCH", path: "/v1/projects/5", body: { shortForm } });
    expect([200, 422]).toContain(status);
    const { body } = await ask({ path: "/v1/projects/5" });
    const shown: { readonly shortForm: string } = JSON.parse(body);
    const kept = status === 200 ? shortForm.trim() : "5";
    expect(shown.shortForm.toWellFormed()).toBe(kept.toWellFormed());
    expect(world.store.reservations().filter(({ kind }) => kind === "shortForm")).toEqual([
      expect.objectContaining({ number: shown.shortForm, holderId: "5" }),
    ]);
  });

  it("of any JSON changes no field that HubSpot leads, and never fails", async () => {
    const field = fc.constantFrom(
      ..."customerNumber name phone address website remark shortForm description companyId tasks projectEmployees".split(
        " ",
      ),
      ..."startDate endDate billingType status __proto__ constructor state fields own dealId type id types settings".split(
        " ",
      ),
    );
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        "active",
        "hourly",
        "2026-01-31",
        "9999-99-99",
        null,
        "",
        "7",
        "company",
        ["a"],
        MARK,
        -0,
      ),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const body = fc.oneof({ weight: 4, arbitrary: fc.dictionary(field, value, { maxKeys: 5 }) }, fc.jsonValue());
    const [customer] = world.store.customers();
    const [project] = world.store.projects();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...WRITES.slice(0, 2)), body, async (write, sent) => {
        await ask({ ...write, body: JSON.stringify(sent) });
        expect(world.store.customers()[0]).toMatchObject({ state: "linked", fields: customer?.fields });
        expect(world.store.projects()[0]).toMatchObject({ state: "linked", fields: project?.fields });
      }),
      { numRuns: 300 },
    );
  });
});

describe("any request", () => {
  it("is answered, whatever its method, path, headers and body", async () => {
    const text = fc.string({ unit: "binary", maxLength: 40 });
    const path = fc
      .array(
        fc.oneof(
          fc.constantFrom("v1", "customers", "projects", "explain", "company", "7", "5", "..", ".", "%2e", ""),
          text,
        ),
      )
      .map((parts) => `/${parts.join("/")}`);
    const method = fc.oneof(fc.constantFrom("GET", "POST", "PATCH", "TRACE", "CONNECT"), text);
    await fc.assert(
      fc.asyncProperty(method, path, fc.dictionary(text, text), text, async (...[verb, where, headers, body]) => {
        const { status } = await ask({ method: verb, path: where, headers, body });
        expect([200, 202, 400, 404, 405, 409, 422]).toContain(status);
      }),
      { numRuns: 300, examples: [["POST", "/v1/customers", {}, ""]] },
    );
  });
});
