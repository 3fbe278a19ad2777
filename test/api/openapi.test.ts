import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocalWorld, type LocalWorld } from "../fixtures/local-world.ts";
import { openRecordsDesk, type RecordsDesk } from "../fixtures/records-desk.ts";

let world: LocalWorld;
let desk: RecordsDesk;

beforeAll(async () => {
  world = await startLocalWorld();
  desk = await openRecordsDesk(world);
});

afterAll(async () => {
  await world.close();
});

const operationsOf = ({ document }: RecordsDesk): readonly string[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );

describe("GET /v1/openapi.json", () => {
  it("is a valid OpenAPI 3.1 document", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(desk.document));
    expect([valid, errors]).toEqual([true, undefined]);
    expect(validator.version).toBe("3.1");
  });

  it("has every route", () => {
    expect(operationsOf(desk).toSorted()).toEqual([
      "get /v1/contact-persons",
      "get /v1/contact-persons/{contactId}",
      "get /v1/customers",
      "get /v1/customers/{companyId}",
      "get /v1/explain/{type}/{id}",
      "get /v1/health",
      "get /v1/openapi.json",
      "get /v1/projects",
      "get /v1/projects/{dealId}",
      "get /v1/reconciliations",
      "get /v1/reconciliations/{id}",
      "patch /v1/customers/{companyId}",
      "patch /v1/projects/{dealId}",
      "post /v1/customers/{companyId}/attach",
      "post /v1/customers/{companyId}/detach",
      "post /v1/projects/{dealId}/attach",
      "post /v1/projects/{dealId}/detach",
      "post /v1/reconciliations",
      "post /v1/resync",
    ]);
  });

  it("names every operation once, for generated clients", () => {
    const names = Object.values(desk.document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("postCustomersByCompanyIdDetach");
  });

  it("describes the fields that may be changed from the schema that reads them", () => {
    const body = desk.document.paths["/v1/projects/{dealId}"]?.["patch"]?.requestBody?.content["application/json"];
    expect(body?.schema).toMatchObject({ additionalProperties: false });
    expect(Object.keys(Object(body?.schema["properties"]))).toEqual([
      "shortForm",
      "description",
      "companyId",
      "tasks",
      "projectEmployees",
      "startDate",
      "endDate",
      "billingType",
      "status",
    ]);
  });

  it("fits what every operation answers", async () => {
    const company = await desk.create("company", { name: "Alles" });
    const contact = await desk.create("contact", { lastname: "Alles" }, { companyId: company });
    const deal = await desk.create("deal", { dealname: "Alles", dealstage: "1" }, { companyId: company });
    await world.settle();
    for (const [list, id] of [
      ["customers", company],
      ["projects", deal],
    ] as const) {
      const path = `/v1/${list}/${id}`;
      await desk.get(`/v1/${list}`);
      await desk.get(path);
      await desk.ask("PATCH", path, { body: list === "customers" ? { customerNumber: "K" } : { tasks: ["A"] } });
      await desk.ask("POST", `${path}/detach`);
      await desk.ask("POST", `${path}/attach`);
    }
    await desk.get("/v1/contact-persons");
    await desk.get(`/v1/contact-persons/${contact}`);
    for (const [type, id] of [
      ["company", company],
      ["contact", contact],
      ["deal", deal],
    ] as const) {
      await desk.get(`/v1/explain/${type}/${id}`);
      await desk.ask("POST", "/v1/resync", { body: { type, id } });
    }
    const { body: pass } = await desk.ask("POST", "/v1/reconciliations", { body: {} });
    await desk.get("/v1/reconciliations");
    await desk.get(`/v1/reconciliations/${String(pass["id"])}`);
    await desk.get("/v1/health");
    await desk.get("/v1/openapi.json");
    expect([...desk.asked].toSorted()).toEqual(operationsOf(desk).toSorted());
  });

  it("would not fit an answer that lacks what it requires, or has what it does not know", () => {
    const { Customer: customer } = desk.document.components.schemas;
    expect(customer).toMatchObject({
      required: expect.arrayContaining(["state", "changedAt", "leader", "companyId"]),
      additionalProperties: false,
    });
  });
});
