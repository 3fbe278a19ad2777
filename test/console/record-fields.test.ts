import { describe, expect, it } from "vitest";
import type { CustomerView, ProjectView } from "../../lib/api/record-schemas.ts";
import { buildPatch, CUSTOMER_FORM, PROJECT_FORM } from "../../lib/console/page/record-fields.ts";
import { parseRoute } from "../../lib/console/page/route.ts";

const base = { state: "linked", changedAt: "2026-11-03T08:00:00.000Z", leader: "hubspot" } as const;
const project: ProjectView = { ...base, dealId: "42", shortForm: "42", tasks: ["Konzept"], endDate: "2026-12-31" };
const customer: CustomerView = {
  ...base,
  companyId: "7",
  customerNumber: "7",
  address: { street: ["Weg 1"], postalCode: "1", city: "Ulm", country: "DE" },
};

const texts = (values: Readonly<Record<string, string>>) => (name: string) => values[name];

describe("buildPatch", () => {
  it("names only what was changed", () => {
    const unchanged = { shortForm: "42", tasks: "Konzept", endDate: "2026-12-31", status: "" };
    expect(buildPatch(PROJECT_FORM, project, texts(unchanged))).toEqual({});
    expect(buildPatch(PROJECT_FORM, project, texts({ ...unchanged, shortForm: " NEU " }))).toEqual({
      shortForm: "NEU",
    });
  });

  it("makes lists of texts with commas, and empties dates", () => {
    const changed = { tasks: "Konzept, , Umsetzung", endDate: "", billingType: "hourly" };
    expect(buildPatch(PROJECT_FORM, project, texts(changed))).toEqual({
      tasks: ["Konzept", "Umsetzung"],
      endDate: null,
      billingType: "hourly",
    });
  });

  it("gathers the parts of an address", () => {
    const changed = { "address.street": "Weg 2; Hinterhaus", "address.city": "Köln" };
    expect(buildPatch(CUSTOMER_FORM, customer, texts(changed))).toEqual({
      address: { street: ["Weg 2", "Hinterhaus"], city: "Köln" },
    });
  });
});

describe("parseRoute", () => {
  it.each([
    ["", "/", undefined, ""],
    ["#/", "/", undefined, ""],
    ["#/customers?state=linked", "/customers", undefined, "state=linked"],
    ["#/customers/4711", "/customers", "4711", ""],
    ["#/reconciliations/20261103-010000-0k3f9x", "/reconciliations", "20261103-010000-0k3f9x", ""],
  ])("reads %j", (hash, ...expected) => {
    const route = parseRoute(hash);
    expect([route.place, route.id, route.query.toString()]).toEqual(expected);
  });
});
