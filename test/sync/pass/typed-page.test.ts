import { describe, expect, it } from "vitest";
import { OBJECT_TYPES } from "../../../lib/domain/hubspot-object.ts";
import { cutPage, dropPage, listIds, type TypedPage } from "../../../lib/sync/pass/typed-page.ts";
import { sampleCompany, sampleContact, sampleDeal } from "../../fixtures/sample-objects.ts";

const IDS = ["1", "2", "3"];
const REST = { readAtMs: 7, after: "3" };
const PAGES: { readonly [T in TypedPage["type"]]: Extract<TypedPage, { type: T }> } = {
  company: {
    type: "company",
    page: { ...REST, objects: IDS.map((id) => ({ object: sampleCompany(id), links: [] })) },
  },
  contact: {
    type: "contact",
    page: { ...REST, objects: IDS.map((id) => ({ object: sampleContact(id), links: [] })) },
  },
  deal: {
    type: "deal",
    page: { ...REST, objects: IDS.map((id) => ({ object: sampleDeal(id), links: [] })) },
  },
};

describe.each(OBJECT_TYPES)("a page of type %s", (type) => {
  const page = PAGES[type];

  it("lists its ids in HubSpot's order", () => {
    expect(listIds(page)).toEqual(IDS);
  });

  it("is cut behind so many objects, and does not lead to the next page then", () => {
    const cut = cutPage(page, 2);
    expect(cut).toEqual({ type, page: { readAtMs: 7, objects: page.page.objects.slice(0, 2) } });
    expect(listIds(cut)).toEqual(["1", "2"]);
  });

  it("drops so many objects at its beginning, and leads to the next page", () => {
    const rest = dropPage(page, 1);
    expect(rest).toEqual({ type, page: { ...page.page, objects: page.page.objects.slice(1) } });
    expect(listIds(rest)).toEqual(["2", "3"]);
  });
});
