import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RECORD_STATES } from "../../lib/domain/record.ts";
import { startLocalWorld, type LocalWorld } from "../fixtures/local-world.ts";
import { openRecordsDesk, type DeskAnswer, type RecordsDesk } from "../fixtures/records-desk.ts";

let world: LocalWorld;
let desk: RecordsDesk;
let company: string;
let contact: string;
let deal: string;

beforeAll(async () => {
  world = await startLocalWorld({ dealStages: { kind: "stages", stageIds: ["1043288714"] } });
  desk = await openRecordsDesk(world);
  company = await desk.create("company", { name: "Ärzte & Söhne", phone: "040 1", city: "Kiel" });
  contact = await desk.create(
    "contact",
    { firstname: "Zoë", lastname: "Öz", email: "z@example.com" },
    { companyId: company },
  );
  deal = await desk.create("deal", { dealname: "Umbau", dealstage: "1043288714" }, { companyId: company });
  await world.settle();
});

afterAll(async () => {
  await world.close();
});

const idsOf = (body: Record<string, unknown>, name: string): readonly unknown[] => {
  const items: unknown = body["items"];
  return Array.isArray(items) ? items.map((item: Record<string, unknown>) => item[name]) : [];
};

describe("GET /v1/customers, /v1/projects, /v1/contact-persons", () => {
  let ids: readonly string[];

  beforeAll(async () => {
    const made: string[] = [];
    for (const name of ["Liste Ost", "liste West", "Andere"]) made.push(await desk.create("company", { name }));
    made.push(await desk.create("company", { name: "Liste Nord", zep: "no" }));
    await desk.create("deal", { dealname: "Liste: Verloren", dealstage: "closedlost" }, { companyId: made[0] ?? "" });
    await desk.create("deal", { dealname: "Liste: Bau", dealstage: "1043288714" }, { companyId: made[0] ?? "" });
    await desk.create("contact", { firstname: "Listen", lastname: "Person" }, { companyId: made[0] ?? "" });
    await world.settle();
    ids = made;
  });

  it("list in ascending order of ids and leave out what was never transferred", async () => {
    const listed = idsOf(await desk.get("/v1/customers"), "companyId");
    expect(listed).toEqual([company, ...ids.slice(0, 3)].toSorted());
  });

  it("page with a cursor, each record once", async () => {
    const first = await desk.get("/v1/customers?limit=2");
    const second = await desk.get(`/v1/customers?limit=2&cursor=${encodeURIComponent(String(first["cursor"]))}`);
    expect(idsOf(first, "companyId")).toHaveLength(2);
    expect([...idsOf(first, "companyId"), ...idsOf(second, "companyId")]).toEqual(
      idsOf(await desk.get("/v1/customers"), "companyId"),
    );
    expect(second).not.toHaveProperty("cursor");
  });

  it("find the start of a name or number in any case", async () => {
    expect(idsOf(await desk.get("/v1/customers?prefix=LISTE"), "companyId")).toEqual(ids.slice(0, 2));
    expect(idsOf(await desk.get(`/v1/customers?prefix=${company}`), "companyId")).toEqual([company]);
    expect(idsOf(await desk.get("/v1/projects?prefix=liste"), "companyId")).toEqual([ids[0]]);
  });

  it("show what a state has, also entries that were never transferred, with reason and remedy", async () => {
    const { items } = await desk.get("/v1/customers?state=excluded");
    expect(items).toMatchObject([{ companyId: ids[3], reason: { code: "excludedByProperty" }, leader: "nobody" }]);
    expect(items).toMatchObject([{ remedy: expect.stringContaining('Clear "zep"') }]);
    expect((await desk.get("/v1/projects?state=outOfStage"))["items"]).toMatchObject([{ companyId: ids[0] }]);
  });

  it("show what belongs to a customer", async () => {
    expect(idsOf(await desk.get(`/v1/projects?customer=${ids[0]}`), "companyId")).toEqual([ids[0]]);
    expect(idsOf(await desk.get(`/v1/contact-persons?customer=${ids[0]}`), "companyId")).toEqual([ids[0]]);
    expect((await desk.get(`/v1/projects?customer=${ids[1]}`))["items"]).toEqual([]);
  });

  it.each([
    ["state=lost", "state"],
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["limit=x", "limit"],
    ["customer=abc", "customer"],
    ["foo=1", "query"],
  ])("refuse ?%s and name what is wrong", async (query, field) => {
    const { status, body } = await desk.ask("GET", `/v1/customers?${query}`);
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: "invalid", errors: [{ field }] });
  });

  it("refuse a cursor that is none of theirs", async () => {
    expect(await desk.ask("GET", "/v1/customers?cursor=nonsense")).toMatchObject({
      status: 422,
      body: { code: "refused" },
    });
  });
});

describe("GET of one record", () => {
  it("shows a customer with contact persons, projects, page in HubSpot, leader and history", async () => {
    const answer = await desk.ask("GET", `/v1/customers/${company}`);
    expect(answer.headers.get("etag")).toMatch(/^"\d+"$/u);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.body).toMatchObject({
      name: "Ärzte & Söhne",
      customerNumber: company,
      address: { city: "Kiel" },
      leader: "hubspot",
      hubspotUrl: `https://app-eu1.hubspot.com/contacts/145883449/record/0-2/${company}`,
      contactPersons: [{ contactId: contact, firstName: "Zoë" }],
      projects: [{ dealId: deal, description: "Umbau" }],
    });
  });

  it("shows a contact once for each of its companies", async () => {
    const { items } = await desk.get(`/v1/contact-persons/${contact}`);
    expect(items).toMatchObject([{ companyId: company, lastName: "Öz", email: "z@example.com" }]);
  });

  it.each([
    "/v1/customers/404",
    "/v1/projects/404",
    "/v1/contact-persons/404",
    "/v1/reconciliations/404",
    "/v1/nothing",
  ])("answers 404 with problem details at %s", async (path) => {
    const { status, body } = await desk.ask("GET", path);
    expect(status).toBe(404);
    expect(body).toMatchObject({ status: 404, title: expect.any(String), detail: expect.stringMatching(/\.$/u) });
    expect(body["type"]).toBe(`urn:hubspot-zep-sync:problem:${String(body["code"])}`);
  });

  it.each(["/v1/customers/abc", "/v1/customers/%00", "/v1/customers/12345678901234567890", "/v1/explain/ticket/1"])(
    "refuses an id or type that HubSpot does not have, at %s",
    async (path) => {
      expect(await desk.ask("GET", path)).toMatchObject({ status: 422, body: { code: "invalid" } });
    },
  );
});

describe("methods and bodies", () => {
  it.each([
    ["DELETE", "/v1/customers/1", "GET, PATCH"],
    ["POST", "/v1/customers", "GET"],
    ["GET", "/v1/resync", "POST"],
    ["PUT", "/v1/openapi.json", "GET"],
  ])("answers 405 to %s %s and names what is allowed", async (method, path, allow) => {
    const { status, headers, body } = await desk.ask(method, path);
    expect([status, headers.get("allow"), body["code"]]).toEqual([405, allow, "no-such-method"]);
  });

  it("tells a body that is no JSON, without repeating it", async () => {
    const { status, body } = await desk.ask("PATCH", `/v1/customers/${company}`, { rawBody: "{geheim" });
    expect([status, body["code"]]).toEqual([400, "not-json"]);
    expect(JSON.stringify(body)).not.toContain("geheim");
  });

  it.each<readonly [path: string, body: unknown, detail: string]>([
    ["/v1/projects/1", [], "body: expected an object"],
    ["/v1/projects/1", { shortForm: 5 }, "shortForm: expected a text"],
    ["/v1/projects/1", { tasks: "a" }, "tasks: expected a list"],
    ["/v1/projects/1", { billingType: "x" }, "billingType: expected one of hourly, daily, flat"],
    ["/v1/customers/1", { address: { planet: "x" } }, "address: has a field that does not exist"],
    ["/v1/reconciliations", { types: [] }, "types: expected not to be empty"],
    ["/v1/reconciliations", { dryRun: "x" }, "dryRun: expected true or false"],
  ])("says what %s expects instead of %j", async (path, body, detail) => {
    const answer = await desk.ask(path.endsWith("/1") ? "PATCH" : "POST", path, { body });
    expect([answer.status, answer.body["detail"]]).toEqual([422, detail]);
  });

  it.each([
    ["stat=linked", "query: has a field that does not exist; expected state, customer, prefix, limit, cursor"],
    ["state=running", `state: expected one of ${RECORD_STATES.join(", ")}`],
    ["prefix=", "prefix: expected not to be empty"],
    [`prefix=${"x".repeat(121)}`, "prefix: expected at most 120 characters"],
    ["limit=0", "limit: expected a whole number from 1 to 100"],
  ])("says what a list expects instead of %s", async (query, detail) => {
    const { status, body } = await desk.ask("GET", `/v1/projects?${query}`);
    expect([status, body["detail"]]).toEqual([422, detail]);
  });

  it("refuses a body that is far too large", async () => {
    const body = { customerNumber: "x".repeat(300_000) };
    expect(await desk.ask("PATCH", `/v1/customers/${company}`, { body })).toMatchObject({ status: 413 });
  });

  it.each([
    [{ foo: 1 }],
    [{ customerNumber: 5 }],
    [{ customerNumber: "  " }],
    [[]],
    ["text"],
    [{ address: { planet: "x" } }],
  ])("refuses %j with 422", async (body) => {
    expect(await desk.ask("PATCH", `/v1/customers/${company}`, { body })).toMatchObject({
      status: 422,
      body: { code: "invalid" },
    });
  });
});

describe("control characters in an edit", () => {
  it.each([
    ["customers", { customerNumber: "a\u0000b" }, "customerNumber", "U+0000 at position 2"],
    ["customers", { customerNumber: "K-\n1" }, "customerNumber", "U+000A at position 3"],
    ["customers", { remark: "\u0007" }, "remark", "U+0007 at position 1"],
    ["customers", { address: { city: "K\u0085iel" } }, "address.city", "U+0085 at position 2"],
    ["customers", { address: { street: ["Weg 1", "\u001B[2J"] } }, "address.street.1", "U+001B at position 1"],
    ["projects", { shortForm: "UMBAU\u007F" }, "shortForm", "U+007F at position 6"],
    ["projects", { tasks: ["Bau", "Pl\tan"] }, "tasks.1", "U+0009 at position 3"],
    ["projects", { description: "Um\u000Bbau" }, "description", "U+000B at position 3"],
  ])("of %s are refused in %j, naming field and character", async (...[list, body, field, place]) => {
    const answer = await desk.ask("PATCH", `/v1/${list}/${list === "customers" ? company : deal}`, { body });
    const errors = [{ field, message: `has the control character ${place}, expected none` }];
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid", errors } });
  });

  it("may part and indent the lines of a text", async () => {
    const body = { remark: "eins\r\n\tzwei" };
    // It is HubSpot's to change, but not malformed.
    expect(await desk.ask("PATCH", `/v1/customers/${company}`, { body })).toMatchObject({ status: 409 });
  });
});

describe("a number in an edit", () => {
  it.each([
    ["customers", { customerNumber: "K-\u200B1" }, "customerNumber", "U+200B at position 3"],
    ["customers", { customerNumber: "Soft\u00ADhyphen" }, "customerNumber", "U+00AD at position 5"],
    ["projects", { shortForm: "\u202EUABMU" }, "shortForm", "U+202E at position 1"],
    ["projects", { shortForm: "UMBAU\u3164" }, "shortForm", "U+3164 at position 6"],
    ["projects", { shortForm: "X\u{E0041}" }, "shortForm", "U+E0041 at position 2"],
  ])(
    "of %s is refused in %j, for nobody would see what tells it from another",
    async (...[list, body, field, place]) => {
      const answer = await desk.ask("PATCH", `/v1/${list}/${list === "customers" ? company : deal}`, { body });
      const errors = [{ field, message: `has the invisible character ${place}, expected none` }];
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid", errors } });
    },
  );

  it("is the same however its umlauts are spelled", async () => {
    const path = `/v1/customers/${company}`;
    const spelled = (form: string) => desk.ask("PATCH", path, { body: { customerNumber: "KÖLN-1".normalize(form) } });
    const { body: first } = await spelled("NFD");
    expect(first).toMatchObject({ customerNumber: "KÖLN-1".normalize("NFC") });
    expect((await spelled("NFC")).body).toEqual(first);
  });

  it("may be an emoji, and tasks may join some", async () => {
    const body = { shortForm: "🏗 1", tasks: ["👩\u200D🔧"] };
    expect(await desk.ask("PATCH", `/v1/projects/${deal}`, { body })).toMatchObject({ status: 200, body });
  });
});

describe("POST of a detach", () => {
  it.each(["customers", "projects"])("of %s refuses what it does not know, and detaches nothing", async (list) => {
    const path = `/v1/${list}/${list === "customers" ? company : deal}`;
    const { status, body } = await desk.ask("POST", `${path}/detach`, { body: { dryRun: true } });
    expect([status, body["errors"]]).toEqual([
      422,
      [{ field: "body", message: "has a field that does not exist; expected none" }],
    ]);
    expect(await desk.get(path)).toMatchObject({ state: "linked" });
  });
});

describe("PATCH while HubSpot leads", () => {
  it("refuses a customer's led fields, naming every one, and changes nothing", async () => {
    const before = await desk.get(`/v1/customers/${company}`);
    const body = { customerNumber: "K-1", name: "X", phone: "1", address: { city: "X" }, website: "x", remark: "x" };
    const { status, body: problem } = await desk.ask("PATCH", `/v1/customers/${company}`, { body });
    expect(status).toBe(409);
    expect(problem).toMatchObject({ code: "hubspot-leads", fields: ["name", "phone", "address", "website", "remark"] });
    expect(await desk.get(`/v1/customers/${company}`)).toEqual(before);
  });

  it("refuses a project's led fields, naming every one", async () => {
    const { status, body } = await desk.ask("PATCH", `/v1/projects/${deal}`, {
      body: { description: "X", companyId: company, tasks: ["A"] },
    });
    expect([status, body["code"], body["fields"]]).toEqual([409, "hubspot-leads", ["description", "companyId"]]);
  });

  it("takes what ZEP owns, keeps it through a sync, and empties it with null", async () => {
    const own = {
      shortForm: "UMBAU",
      tasks: ["Planung", "Bau"],
      projectEmployees: ["mm"],
      startDate: "2026-01-01",
      endDate: "2099-12-31",
      billingType: "daily",
      status: "active",
    };
    const { status, body } = await desk.ask("PATCH", `/v1/projects/${deal}`, { body: own });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...own, bookable: true, missing: [] });
    await desk.edit("deal", deal, { dealname: "Umbau Nord" });
    await world.settle();
    expect(await desk.get(`/v1/projects/${deal}`)).toMatchObject({ ...own, description: "Umbau Nord" });
    const emptied = await desk.ask("PATCH", `/v1/projects/${deal}`, {
      body: { startDate: null, endDate: null, billingType: null, tasks: [] },
    });
    for (const name of ["startDate", "endDate", "billingType"]) expect(emptied.body).not.toHaveProperty(name);
    expect(emptied.body).toMatchObject({ tasks: [], bookable: false, missing: ["tasks"] });
  });

  it.each([
    [{ status: "completed" }, ["status", "tasks"]],
    [{ status: "active", startDate: "2000-01-01", endDate: "2000-01-02" }, ["duration", "tasks"]],
    [{ endDate: "2099-12-31", tasks: ["A"], projectEmployees: [] }, ["projectEmployees"]],
    [{ projectEmployees: ["mm"] }, []],
  ])("tells after %j what is missing to be bookable: %j", async (body, missing) => {
    const answer = await desk.ask("PATCH", `/v1/projects/${deal}`, { body });
    expect(answer.body).toMatchObject({ bookable: missing.length === 0, missing });
  });

  it.each([
    [
      "customers",
      () => company,
      { customerNumber: "9".repeat(33) },
      [{ field: "customerNumber", length: 33, limit: 32 }],
    ],
    ["projects", () => deal, { shortForm: "ä".repeat(65) }, [{ field: "shortForm", length: 65, limit: 64 }]],
  ])("refuses what is too long for ZEP on %s, with field, length and limit", async (...[list, id, body, errors]) => {
    const answer = await desk.ask("PATCH", `/v1/${list}/${id()}`, { body });
    expect(answer).toMatchObject({ status: 422, body: { code: "too-long", errors } });
  });

  it("takes a text that just fits, counted in characters", async () => {
    const shortForm = "🚀".repeat(64);
    expect(await desk.ask("PATCH", `/v1/projects/${deal}`, { body: { shortForm } })).toMatchObject({
      status: 200,
      body: { shortForm },
    });
  });

  it("refuses dates that run backwards", async () => {
    const body = { startDate: "2026-05-01", endDate: "2026-04-30" };
    expect(await desk.ask("PATCH", `/v1/projects/${deal}`, { body })).toMatchObject({
      status: 422,
      body: { code: "dates-reversed", errors: [{ field: "startDate" }, { field: "endDate" }] },
    });
  });

  it("refuses a number that is taken, with its holder's name, and leaves the holder alone", async () => {
    const other = await desk.create("company", { name: "Zweite" });
    await world.settle();
    await desk.ask("PATCH", `/v1/customers/${other}`, { body: { customerNumber: "K-200" } });
    const answer = await desk.ask("PATCH", `/v1/customers/${company}`, { body: { customerNumber: "K-200" } });
    expect(answer).toMatchObject({
      status: 409,
      body: { code: "number-taken", number: "K-200", holder: { id: other, name: "Zweite" } },
    });
    expect(answer.body["detail"]).toContain("Zweite");
  });

  it("shows a HubSpot text that is too long in full, with a warning", async () => {
    const name = `${"Lang".repeat(30)}!`;
    const id = await desk.create("company", { name });
    await world.settle();
    expect(await desk.get(`/v1/customers/${id}`)).toMatchObject({
      name,
      warnings: [{ field: "name", length: 121, limit: 120, cutTo: name.slice(0, 120) }],
    });
  });

  it("tells which name a contact person lacks that ZEP requires", async () => {
    const id = await desk.create("contact", { email: "namenlos@example.com" }, { companyId: company });
    await world.settle();
    const { items } = await desk.get(`/v1/contact-persons/${id}`);
    expect(items).toMatchObject([{ missingFields: ["firstName", "lastName"] }]);
  });
});

const patch = (headers: Record<string, string>, customerNumber: string): Promise<DeskAnswer> =>
  desk.ask("PATCH", `/v1/customers/${company}`, { body: { customerNumber }, headers });

describe("ETag and If-Match", () => {
  it("change a record that nobody changed since, and answer the next version", async () => {
    const { headers } = await desk.ask("GET", `/v1/customers/${company}`);
    const etag = headers.get("etag") ?? "";
    const answer = await patch({ "if-match": etag }, "K-E1");
    expect(answer.status).toBe(200);
    expect(Number(answer.headers.get("etag")?.replaceAll('"', ""))).toBe(Number(etag.replaceAll('"', "")) + 1);
  });

  it("answer 412 on a stale version, naming the present one, and change nothing", async () => {
    const { headers } = await desk.ask("GET", `/v1/customers/${company}`);
    const stale = `"${Number(headers.get("etag")?.replaceAll('"', "")) - 1}"`;
    for (const [method, path, body] of [
      ["PATCH", "", { customerNumber: "K-E2" }],
      ["POST", "/detach", {}],
      ["POST", "/attach", {}],
    ] as const) {
      const answer = await desk.ask(method, `/v1/customers/${company}${path}`, {
        body,
        headers: { "if-match": stale },
      });
      expect(answer).toMatchObject({ status: 412, body: { code: "changed-meanwhile", etag: headers.get("etag") } });
    }
    expect(await desk.get(`/v1/customers/${company}`)).toMatchObject({ customerNumber: "K-E1", state: "linked" });
  });

  it("take any version with * and without the header", async () => {
    expect(await patch({ "if-match": "*" }, "K-E3")).toMatchObject({ status: 200 });
    expect(await patch({}, "K-E4")).toMatchObject({ status: 200 });
  });

  it("refuse a header that names no version", async () => {
    expect(await patch({ "if-match": "seven" }, "K-E5")).toMatchObject({ status: 422, body: { code: "invalid" } });
  });

  it("let only one of two admins through who saw the same version", async () => {
    const { headers } = await desk.ask("GET", `/v1/customers/${company}`);
    const seen = { "if-match": headers.get("etag") ?? "" };
    const answers = await Promise.all([patch(seen, "K-A"), patch(seen, "K-B")]);
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(["200", "412"]);
  });
});

describe("POST /v1/resync", () => {
  it("fetches what no event told of, and says whether anything changed", async () => {
    const id = await desk.unheard(() => desk.create("company", { name: "Unerhört" }));
    expect(await desk.ask("POST", "/v1/resync", { body: { type: "company", id } })).toMatchObject({
      status: 200,
      body: { outcome: "changed", records: [{ companyId: id, name: "Unerhört" }] },
    });
    expect(await desk.ask("POST", "/v1/resync", { body: { type: "company", id } })).toMatchObject({
      body: { outcome: "unchanged" },
    });
  });

  it("refuses another type of object", async () => {
    expect(await desk.ask("POST", "/v1/resync", { body: { type: "ticket", id: "1" } })).toMatchObject({ status: 422 });
  });
});

describe("GET /v1/health", () => {
  it("counts records by state, names what is excluded, and shows queue, dead letters, last event and last pass", async () => {
    await world.settle();
    const started = await desk.ask("POST", "/v1/reconciliations", { body: { types: ["company"] } });
    expect(started.status).toBe(202);
    const health = await desk.get("/v1/health");
    expect(health).toMatchObject({
      portal: { portalId: "145883449" },
      counts: { customers: { linked: expect.any(Number), excluded: 1 } },
      excluded: [{ type: "company", reason: { code: "excludedByProperty" }, remedy: expect.any(String) }],
      failing: [],
      lastEventAt: expect.any(String),
      lastPartialPass: { id: started.body["id"], dryRun: false, types: ["company"] },
      queue: { waiting: 0, inFlight: 0, delayed: 0 },
      deadLetters: 0,
    });
  });
});
