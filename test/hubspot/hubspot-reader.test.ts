import { describe, expect, it } from "vitest";
import type { ObjectType } from "../../lib/domain/hubspot-object.ts";
import { batchAnswer, idsOf, notFound, stubHubSpot, UPDATED_AT_MS, wireObject } from "./stub-hubspot.ts";
import type { SentRequest, StubAnswer } from "./stub-hubspot.ts";

const START_MS = 1_800_000_000_000;
const CORE = { updatedAtMs: UPDATED_AT_MS, mergedIds: [] };

/** A portal of deals: which ids are live, archived, or lead to another one. */
function portalOf(portal: {
  readonly live?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly archived?: readonly string[];
  readonly leadsTo?: Readonly<Record<string, string>>;
}): (request: SentRequest) => StubAnswer {
  const { live = {}, archived = [], leadsTo = {} } = portal;
  const find = (id: string): string | undefined => {
    const target = leadsTo[id] ?? id;
    return target in live ? target : undefined;
  };
  return (request) => {
    const isArchived = request.query.get("archived") === "true";
    if (request.method === "GET") {
      const target = find(request.path.split("/").at(-1) ?? "");
      if (target === undefined) return { status: 404, body: { category: "OBJECT_NOT_FOUND", message: "gone" } };
      return { body: wireObject(target, live[target]) };
    }
    const ids = idsOf(request);
    const found = ids.flatMap((id) => (isArchived ? (archived.includes(id) ? [id] : []) : (find(id) ?? [])));
    const absent = ids.filter((id) => (isArchived ? !archived.includes(id) : find(id) === undefined));
    const results = [...new Set(found)].map((id) => wireObject(id, live[id], { archived: isArchived }));
    return batchAnswer(results, absent.length === 0 ? [] : [notFound(...absent)]);
  };
}

function links(id: string, to: readonly (readonly [number, readonly number[]])[], after?: string): object {
  return {
    from: { id },
    to: to.map(([toObjectId, typeIds]) => ({
      toObjectId,
      associationTypes: typeIds.map((typeId) => ({ category: "HUBSPOT_DEFINED", typeId, label: null })),
    })),
    ...(after === undefined ? {} : { paging: { next: { after, link: "https://api.hubapi.com/x" } } }),
  };
}

function noneFound(...ids: readonly string[]): object {
  return {
    status: "error",
    category: "OBJECT_NOT_FOUND",
    subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND",
    message: "No company is associated",
    context: { fromObjectId: ids, fromObjectType: ["deal"], toObjectType: ["company"] },
  };
}

function stage(id: string, label: string): object {
  return { id, label, displayOrder: 0, metadata: { probability: "0.1" }, archived: false };
}

describe("readObjects", () => {
  it("takes no built-in member of an object for a value of the exclusion property", async () => {
    const { reader, run } = stubHubSpot(() => batchAnswer([wireObject("7", { name: "Anton" })]), {
      exclusionProperty: "constructor",
    });
    const found = await run(reader.readObjects("company", ["7"]));
    expect(found.get("7")).toMatchObject({ kind: "live", object: { name: "Anton", exclusion: "" } });
  });

  it("maps a company's properties and takes null, empty and missing values alike", async () => {
    const properties = {
      name: "  Müller & Söhne GmbH ",
      phone: null,
      address: "Gasse 1\nHinterhof",
      address2: "",
      zip: "80331",
      city: "München",
      country: "Deutschland",
      website: "mueller.example",
      description: "<p>株式会社 🧀</p>",
      zep: "Nein",
      hs_merged_object_ids: "11;12",
    };
    const { reader, run, sent } = stubHubSpot(() => batchAnswer([wireObject("7", properties)]));
    const company = {
      id: "7",
      updatedAtMs: UPDATED_AT_MS,
      mergedIds: ["11", "12"],
      name: "  Müller & Söhne GmbH ",
      phone: "",
      street: "Gasse 1\nHinterhof",
      street2: "",
      postalCode: "80331",
      city: "München",
      region: "",
      country: "Deutschland",
      website: "mueller.example",
      remark: "<p>株式会社 🧀</p>",
      exclusion: "Nein",
    };
    expect(await run(reader.readObjects("company", ["7"]))).toEqual(
      new Map([["7", { kind: "live", readAtMs: START_MS, object: company }]]),
    );
    expect(sent[0]).toMatchObject({
      method: "POST",
      path: "/crm/objects/2026-09/companies/batch/read",
      body: {
        inputs: [{ id: "7" }],
        properties: [
          "name",
          "phone",
          "address",
          "address2",
          "zip",
          "city",
          "state",
          "country",
          "website",
          "description",
          "zep",
          "hs_merged_object_ids",
        ],
      },
    });
    expect(sent[0]?.query.get("archived")).toBe("false");
  });

  it("maps contacts and deals", async () => {
    const contact = {
      salutation: "Frau",
      firstname: "Ada",
      lastname: "Ünal",
      jobtitle: "CTO",
      email: "ada@example.com",
      phone: "1",
      mobilephone: "2",
    };
    const contacts = stubHubSpot(() => batchAnswer([wireObject("1", contact)]));
    expect((await contacts.run(contacts.reader.readObjects("contact", ["1"]))).get("1")).toMatchObject({
      object: {
        ...CORE,
        id: "1",
        salutation: "Frau",
        firstName: "Ada",
        lastName: "Ünal",
        jobTitle: "CTO",
        email: "ada@example.com",
        phone: "1",
        mobile: "2",
      },
    });
    const deals = stubHubSpot(() => batchAnswer([wireObject("2", { dealname: "Relaunch", dealstage: "won" })]));
    expect((await deals.run(deals.reader.readObjects("deal", ["2"]))).get("2")).toMatchObject({
      object: { ...CORE, id: "2", description: "Relaunch", stageId: "won" },
    });
  });

  it("reads each distinct id once, a hundred a call", async () => {
    const ids = Array.from({ length: 250 }, (_, index) => String(index + 1));
    const { reader, run, sent } = stubHubSpot((request) => batchAnswer(idsOf(request).map((id) => wireObject(id))));
    const found = await run(reader.readObjects("deal", [...ids, ...ids]));
    expect([...found.keys()].toSorted()).toEqual(ids.toSorted());
    expect(sent.map((request) => idsOf(request).length)).toEqual([100, 100, 50]);
  });

  it("calls nobody for no ids", async () => {
    const { reader, run, sent } = stubHubSpot(() => batchAnswer([]));
    expect(await run(reader.readObjects("deal", []))).toEqual(new Map());
    expect(sent).toEqual([]);
  });

  it("does not rely on the order of results", async () => {
    const { reader, run } = stubHubSpot((request) =>
      batchAnswer(
        idsOf(request)
          .toReversed()
          .map((id) => wireObject(id)),
      ),
    );
    const found = await run(reader.readObjects("deal", ["1", "2", "3"]));
    for (const [id, seen] of found) expect(seen).toMatchObject({ kind: "live", object: { id } });
    expect(found.size).toBe(3);
  });

  it("tells archived from missing by a second batch read, with the clock of the first", async () => {
    const answer = portalOf({ live: { "1": {} }, archived: ["2"] });
    const { reader, run, sent } = stubHubSpot((request) => ({ ...answer(request), takesMs: 500 }));
    const found = await run(reader.readObjects("deal", ["1", "2", "3"]));
    expect(found.get("2")).toEqual({ kind: "archived", readAtMs: START_MS, updatedAtMs: UPDATED_AT_MS });
    expect(found.get("3")).toEqual({ kind: "missing", readAtMs: START_MS });
    expect(sent.map((request) => [request.query.get("archived"), idsOf(request)])).toEqual([
      ["false", ["1", "2", "3"]],
      ["true", ["2", "3"]],
    ]);
  });

  it("finds the survivor that lists a merged id, without another call", async () => {
    const answer = portalOf({ live: { "9": { hs_merged_object_ids: "1;2" } }, leadsTo: { "1": "9" } });
    const { reader, run, sent } = stubHubSpot(answer);
    expect((await run(reader.readObjects("deal", ["1"]))).get("1")).toEqual({
      kind: "absorbed",
      readAtMs: START_MS,
      survivorId: "9",
    });
    expect(sent).toHaveLength(1);
  });

  it("finds the survivor among the objects asked for", async () => {
    const { reader, run } = stubHubSpot(
      portalOf({ live: { "9": { hs_merged_object_ids: "1" } }, leadsTo: { "1": "9" } }),
    );
    const found = await run(reader.readObjects("deal", ["1", "9"]));
    expect(found.get("1")).toMatchObject({ kind: "absorbed", survivorId: "9" });
    expect(found.get("9")).toMatchObject({ kind: "live" });
  });

  it("asks for the id itself when an unrequested object does not tell whom it absorbed", async () => {
    const { reader, run, sent } = stubHubSpot(portalOf({ live: { "9": {} }, leadsTo: { "1": "9" } }));
    const found = await run(reader.readObjects("deal", ["1", "2"]));
    expect(found.get("1")).toEqual({ kind: "absorbed", readAtMs: START_MS, survivorId: "9" });
    expect(found.get("2")).toEqual({ kind: "missing", readAtMs: START_MS });
    expect(
      sent
        .filter(({ method }) => method === "GET")
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(["/crm/objects/2026-09/deals/1", "/crm/objects/2026-09/deals/2"]);
  });

  it.each([
    ["an error entry of another kind", batchAnswer([], [{ category: "INTERNAL_ERROR", message: "x", context: {} }])],
    ["no results", { body: { status: "COMPLETE" } }],
    ["no results of a part", { status: 207, body: { status: "COMPLETE" } }],
    ["an object without a stamp", batchAnswer([{ id: "1", properties: {} }])],
    ["an object without an id", batchAnswer([{ properties: {}, updatedAt: "2026-02-03T04:05:06.789Z" }])],
    ["JSON that is cut off", { body: '{"results":[{"id":"1","properties":{"email":"ada@example.com' }],
  ] as const)("throws on %s and quotes nothing of it", async (_name, answer) => {
    const { reader, run } = stubHubSpot(() => answer);
    const failure = run(reader.readObjects("deal", ["1"]));
    await expect(failure).rejects.toMatchObject({ name: "RetryableError", code: "badAnswer" });
    await expect(failure).rejects.not.toThrow(/ada/u);
  });
});

describe("readCompanyLinks", () => {
  it.each([
    ["contact", 279, 1, "contacts"],
    ["deal", 341, 5, "deals"],
  ] as const)("tells the primary company of a %s by its type id, at any position", async (...row) => {
    const [type, plain, primary, path] = row;
    const { reader, run, sent } = stubHubSpot(() =>
      batchAnswer([
        links("1", [
          [100, [plain]],
          [200, [plain, primary]],
          [300, [primary, plain]],
          [400, [4711]],
        ]),
      ]),
    );
    expect(await run(reader.readCompanyLinks(type, ["1"]))).toEqual(
      new Map([
        [
          "1",
          {
            readAtMs: START_MS,
            links: [
              { companyId: "100", isPrimary: false },
              { companyId: "200", isPrimary: true },
              { companyId: "300", isPrimary: true },
              { companyId: "400", isPrimary: false },
            ],
          },
        ],
      ]),
    );
    expect(sent[0]?.path).toBe(`/crm/associations/2026-09/${path}/companies/batch/read`);
  });

  it("does not take a custom label with a primary's number for the primary one", async () => {
    const associationTypes = [{ category: "USER_DEFINED", typeId: 5, label: "Partner" }];
    const { reader, run } = stubHubSpot(() =>
      batchAnswer([{ from: { id: "1" }, to: [{ toObjectId: 2, associationTypes }] }]),
    );
    expect((await run(reader.readCompanyLinks("deal", ["1"]))).get("1")?.links).toEqual([
      { companyId: "2", isPrimary: false },
    ]);
  });

  it("reads the error entry of an object without companies as none", async () => {
    const { reader, run } = stubHubSpot(() =>
      batchAnswer([links("1", [[100, [5]]])], [noneFound("2"), noneFound("3")]),
    );
    const found = await run(reader.readCompanyLinks("deal", ["1", "2", "3"]));
    expect([...found].map(([id, { links: own }]) => [id, own.length])).toEqual([
      ["1", 1],
      ["2", 0],
      ["3", 0],
    ]);
  });

  it("takes an error entry that names nobody for everybody who is absent", async () => {
    const anonymous = { subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND" };
    const { reader, run } = stubHubSpot(() => batchAnswer([], [anonymous]));
    expect((await run(reader.readCompanyLinks("deal", ["1"]))).get("1")?.links).toEqual([]);
  });

  it.each([
    [
      "an error entry of another kind",
      batchAnswer([], [{ category: "INTERNAL_ERROR", context: { fromObjectId: ["1"] } }]),
    ],
    ["an answer that lacks an object", batchAnswer([])],
    ["no results", { body: { status: "COMPLETE" } }],
    ["no results of a part", { status: 207, body: { status: "COMPLETE" } }],
    ["an error entry for another object", batchAnswer([], [noneFound("2")])],
    [
      "an id that a number cannot hold",
      { body: `{"results":[{"from":{"id":"1"},"to":[{"toObjectId":9007199254740993,"associationTypes":[]}]}]}` },
    ],
  ])("throws on %s", async (_name, answer) => {
    const { reader, run } = stubHubSpot(() => answer);
    await expect(run(reader.readCompanyLinks("deal", ["1"]))).rejects.toMatchObject({ code: "badAnswer" });
  });

  it("follows the paging of each object on its own", async () => {
    const { reader, run, sent } = stubHubSpot(({ body }) =>
      JSON.stringify(body).includes("after")
        ? batchAnswer([
            links("1", [
              [102, [341]],
              [100, [5]],
            ]),
          ])
        : batchAnswer([
            links(
              "1",
              [
                [100, [341]],
                [101, [341]],
              ],
              "p2",
            ),
            links("2", [[200, [341]]]),
          ]),
    );
    const found = await run(reader.readCompanyLinks("deal", ["1", "2"]));
    expect(found.get("1")?.links).toEqual([
      { companyId: "100", isPrimary: true },
      { companyId: "101", isPrimary: false },
      { companyId: "102", isPrimary: false },
    ]);
    expect(sent.map(({ body }) => body)).toEqual([
      { inputs: [{ id: "1" }, { id: "2" }] },
      { inputs: [{ id: "1", after: "p2" }] },
    ]);
  });

  it("asks for a thousand distinct ids a call", async () => {
    const ids = Array.from({ length: 1_001 }, (_, index) => String(index + 1));
    const { reader, run, sent } = stubHubSpot((request) =>
      batchAnswer(
        [],
        idsOf(request).map((id) => noneFound(id)),
      ),
    );
    expect((await run(reader.readCompanyLinks("deal", [...ids, "1"]))).size).toBe(1_001);
    expect(sent.map((request) => idsOf(request).length)).toEqual([1_000, 1]);
  });

  it("reads the ids of a company's deals through all pages", async () => {
    const { reader, run, sent } = stubHubSpot(({ body }) =>
      JSON.stringify(body).includes("after")
        ? batchAnswer([links("9", [[2, [342]]])])
        : batchAnswer([links("9", [[1, [342, 6]]], "p2")]),
    );
    expect(await run(reader.readDependantIds("deal", ["9"]))).toEqual(new Map([["9", ["1", "2"]]]));
    expect(sent[0]?.path).toBe("/crm/associations/2026-09/companies/deals/batch/read");
  });

  it("reads a company without contacts as none", async () => {
    const { reader, run } = stubHubSpot(() => batchAnswer([], [noneFound("9")]));
    expect(await run(reader.readDependantIds("contact", ["9"]))).toEqual(new Map([["9", []]]));
  });

  it("asks for the deals of a thousand companies a call, and keeps them apart", async () => {
    const ids = Array.from({ length: 1_001 }, (_, index) => String(index + 1));
    const { reader, run, sent } = stubHubSpot((request) =>
      batchAnswer(idsOf(request).map((id) => links(id, [[Number(id) * 10, [342]]]))),
    );
    const found = await run(reader.readDependantIds("deal", ids));
    expect([found.size, found.get("1"), found.get("1001")]).toEqual([1_001, ["10"], ["10010"]]);
    expect(sent.map((request) => idsOf(request).length)).toEqual([1_000, 1]);
  });
});

describe("listPage", () => {
  it("asks for a hundred live objects with their properties and companies", async () => {
    const { reader, run, sent } = stubHubSpot(() => ({ body: { results: [] } }));
    expect(await run(reader.listPage("deal", "4711"))).toEqual({ readAtMs: START_MS, objects: [] });
    const [request] = sent;
    expect([request?.method, request?.path]).toEqual(["GET", "/crm/objects/2026-09/deals"]);
    expect(Object.fromEntries(request?.query ?? [])).toMatchObject({
      limit: "100",
      after: "4711",
      associations: "companies",
      archived: "false",
    });
    expect(request?.query.getAll("properties")).toEqual(["dealname", "dealstage", "hs_merged_object_ids"]);
  });

  it("asks for no associations of companies", async () => {
    const { reader, run, sent } = stubHubSpot(() => ({ body: { results: [wireObject("1", { name: "A" })] } }));
    const { objects } = await run(reader.listPage("company"));
    expect(objects).toMatchObject([{ object: { id: "1", name: "A" }, links: [] }]);
    expect([sent[0]?.query.has("associations"), sent[0]?.query.has("after")]).toEqual([false, false]);
  });

  it("joins the labels of an inline company and hands on where the next page begins", async () => {
    const results = [
      { id: "100", type: "deal_to_company" },
      { id: "100", type: "deal_to_company_unlabeled" },
      { id: "200", type: "deal_to_company_unlabeled" },
      { id: "300", type: "deal_to_company_partner" },
    ];
    const body = {
      results: [wireObject("1", {}, { associations: { companies: { results } } }), wireObject("2")],
      paging: { next: { after: "3", link: "https://api.hubapi.com/x" } },
    };
    const { reader, run } = stubHubSpot(() => ({ body }));
    const page = await run(reader.listPage("deal"));
    expect(page.after).toBe("3");
    expect(page.objects.map(({ links }) => links)).toEqual([
      [
        { companyId: "100", isPrimary: true },
        { companyId: "200", isPrimary: false },
        { companyId: "300", isPrimary: false },
      ],
      [],
    ]);
  });

  it("reads the companies of an object on their own when its inline list goes on", async () => {
    const inline = {
      results: [{ id: "100", type: "contact_to_company_unlabeled" }],
      paging: { next: { after: "100", link: "x" } },
    };
    const to = Array.from({ length: 101 }, (_, index) => ({
      toObjectId: 100 + index,
      associationTypes: [{ category: "HUBSPOT_DEFINED", typeId: index === 100 ? 1 : 279, label: null }],
    }));
    const { reader, run, sent } = stubHubSpot(({ method }) =>
      method === "GET"
        ? { body: { results: [wireObject("1", {}, { associations: { companies: inline } }), wireObject("2")] } }
        : batchAnswer([{ from: { id: "1" }, to }]),
    );
    const { objects } = await run(reader.listPage("contact"));
    expect(objects[0]?.links).toHaveLength(101);
    expect(objects[0]?.links.at(-1)).toEqual({ companyId: "200", isPrimary: true });
    expect(objects[1]?.links).toEqual([]);
    expect(sent.map(idsOf)).toEqual([[], ["1"]]);
  });

  it.each([
    ["an answer that is cut off", '{"results":[{"id":"1","proper'],
    ["an object without a date", { results: [{ id: "1", properties: {} }] }],
    ["an object without an id", { results: [{ properties: {}, updatedAt: "2026-01-05T08:00:00.000Z" }] }],
    ["an object without properties", { results: [{ id: "1", updatedAt: "2026-01-05T08:00:00.000Z" }] }],
  ])("throws at %s", async (_name, body) => {
    const { reader, run } = stubHubSpot(() => ({ body }));
    await expect(run(reader.listPage("company"))).rejects.toMatchObject({ code: "badAnswer" });
  });

  it.each(["company", "contact", "deal"] as const satisfies readonly ObjectType[])(
    "throws when a list of type %s has no results",
    async (type) => {
      const { reader, run } = stubHubSpot(() => ({ body: {} }));
      await expect(run(reader.listPage(type))).rejects.toMatchObject({ code: "badAnswer" });
    },
  );
});

describe("readAccount", () => {
  it("reads portal, host and time zone", async () => {
    const body = {
      portalId: 145_883_449,
      uiDomain: "app-eu1.hubspot.com",
      timeZone: "Europe/Berlin",
      accountType: "STANDARD",
    };
    const { reader, run, sent } = stubHubSpot(() => ({ body }));
    expect(await run(reader.readAccount())).toEqual({
      portalId: "145883449",
      uiDomain: "app-eu1.hubspot.com",
      timeZone: "Europe/Berlin",
    });
    expect(sent[0]?.path).toBe("/account-info/2026-09/details");
  });

  it.each([[{}], ["null"], ["{"]])("throws when the answer is %j", async (body) => {
    const { reader, run } = stubHubSpot(() => ({ body }));
    await expect(run(reader.readAccount())).rejects.toMatchObject({ code: "badAnswer" });
  });
});

describe("listDealStages", () => {
  it("lists the stages of all pipelines", async () => {
    const { reader, run, sent } = stubHubSpot(() => ({
      body: {
        results: [
          { id: "default", label: "Vertrieb", stages: [stage("won", "Gewonnen"), stage("lost", "Verloren")] },
          { id: "2", label: "Partner", stages: [stage("1234567", "Gewonnen")] },
        ],
      },
    }));
    expect(await run(reader.listDealStages())).toEqual([
      { stageId: "won", label: "Gewonnen", pipelineId: "default", pipelineLabel: "Vertrieb" },
      { stageId: "lost", label: "Verloren", pipelineId: "default", pipelineLabel: "Vertrieb" },
      { stageId: "1234567", label: "Gewonnen", pipelineId: "2", pipelineLabel: "Partner" },
    ]);
    expect(sent[0]?.path).toBe("/crm/pipelines/2026-09/deals");
  });
});

describe("hasCompanyProperty", () => {
  it.each([
    ["a property", { body: { name: "zep", label: "ZEP", archived: false } }, true],
    ["an archived property", { body: { name: "zep", label: "ZEP", archived: true } }, false],
    ["no property", { status: 404, body: { category: "OBJECT_NOT_FOUND" } }, false],
  ])("tells of %s", async (_name, answer, expected) => {
    const { reader, run, sent } = stubHubSpot(() => answer);
    expect(await run(reader.hasCompanyProperty("zep"))).toBe(expected);
    expect(sent[0]?.path).toBe("/crm/properties/2026-09/companies/zep");
  });
});
