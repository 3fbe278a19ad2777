import { describe, expect, it } from "vitest";
import { classifyCall, versionPath } from "../../lib/hubspot/api-paths.ts";

const PATHS = [
  ["/crm/v3/objects/deals", "/crm/objects/2026-09/deals", "list"],
  ["/crm/v3/objects/deals/512", "/crm/objects/2026-09/deals/512", "object"],
  ["/crm/v3/objects/companies/batch/read", "/crm/objects/2026-09/companies/batch/read", "batchRead"],
  [
    "/crm/v4/associations/deals/companies/batch/read",
    "/crm/associations/2026-09/deals/companies/batch/read",
    "associations",
  ],
  ["/crm/v3/pipelines/deals", "/crm/pipelines/2026-09/deals", "settings"],
  ["/crm/v3/properties/companies/zep", "/crm/properties/2026-09/companies/zep", "settings"],
  ["/account-info/v3/details", "/account-info/2026-09/details", "settings"],
] as const;

describe("versionPath", () => {
  it.each(PATHS)("turns %s into %s", (path, dated) => {
    expect(versionPath(path, "2026-09")).toBe(dated);
    expect(versionPath(path, "v3")).toBe(path);
  });

  it("leaves paths that have no dated form", () => {
    const path = "/oauth/v2/private-apps/get/access-token-info";
    expect(versionPath(path, "2026-09")).toBe(path);
  });
});

describe("classifyCall", () => {
  it.each(PATHS)("tells what %s and %s are for: %s", (path, dated, kind) => {
    expect([classifyCall(path), classifyCall(dated)]).toEqual([kind, kind]);
  });
});
