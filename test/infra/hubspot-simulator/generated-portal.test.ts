import { describe, expect, it } from "vitest";
import { GeneratedPortal } from "../../../infra/local/hubspot-simulator/generated-portal.ts";
import type { SimType } from "../../../infra/local/hubspot-simulator/object-type.ts";
import { SAMPLE_IDENTITY } from "../../../infra/local/hubspot-simulator/server.ts";

const NOW_MS = 1_790_000_000_000;

function createPortal(counts: Record<SimType, number>): GeneratedPortal {
  return new GeneratedPortal({ identity: SAMPLE_IDENTITY, now: () => NOW_MS, counts });
}

function listAll(portal: GeneratedPortal, type: SimType, limit: number): string[] {
  const ids: string[] = [];
  for (;;) {
    const page = portal.listObjects(type, { afterId: ids.at(-1), limit, isArchived: false, asOfMs: NOW_MS });
    if (page.length === 0) return ids;
    ids.push(...page.map((object) => object.id));
  }
}

describe("GeneratedPortal", () => {
  it("lists each object once in ascending order, whatever the page size", () => {
    const portal = createPortal({ company: 25, contact: 0, deal: 0 });
    const expected = Array.from({ length: 25 }, (_, number) => portal.idAt("company", number));
    expect(listAll(portal, "company", 7)).toEqual(expected);
    expect(listAll(portal, "company", 100)).toEqual(expected);
  });

  it("lays the ids of the last two thirds further apart if asked to, and still finds each", () => {
    const counts = { company: 9, contact: 0, deal: 0 };
    const portal = new GeneratedPortal({ identity: SAMPLE_IDENTITY, now: () => NOW_MS, counts, stretch: 10 });
    const ids = listAll(portal, "company", 4);
    expect(ids.map((id) => Number(id) - Number(ids[0]))).toEqual([0, 7, 14, 21, 91, 161, 231, 301, 371]);
    expect(ids.map((id) => portal.placeOf("company", id))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(ids.map((id) => portal.findObject("company", id)?.id)).toEqual(ids);
    expect(portal.findObject("company", String(Number(ids[3]) + 7))).toBeUndefined();
    const between = { afterId: String(Number(ids[3]) + 7), limit: 1, isArchived: false, asOfMs: NOW_MS };
    expect(portal.listObjects("company", between).map(({ id }) => id)).toEqual([ids[4]]);
  });

  it("starts at any place of a million without computing what lies before", () => {
    const portal = createPortal({ company: 1, contact: 5_000_000, deal: 0 });
    const afterId = portal.idAt("contact", 4_999_990);
    const page = portal.listObjects("contact", { afterId, limit: 100, isArchived: false, asOfMs: NOW_MS });
    expect(page.map((object) => object.id)).toEqual(
      Array.from({ length: 9 }, (_, index) => portal.idAt("contact", 4_999_991 + index)),
    );
  });

  it("answers associations alike from both ends", () => {
    const portal = createPortal({ company: 30, contact: 400, deal: 300 });
    for (const type of ["contact", "deal"] as const) {
      const fromDependants = listAll(portal, type, 100).flatMap((id) =>
        portal
          .listLinks({ type, id, toType: "company", asOfMs: NOW_MS })
          .map((link) => `${id} ${link.toId} ${link.isPrimary}`),
      );
      const fromCompanies = listAll(portal, "company", 100).flatMap((id) =>
        portal
          .listLinks({ type: "company", id, toType: type, asOfMs: NOW_MS })
          .map((link) => `${link.toId} ${id} ${link.isPrimary}`),
      );
      expect(fromCompanies.toSorted()).toEqual(fromDependants.toSorted());
      expect(fromDependants.length).toBeGreaterThan(200);
    }
  });

  it("lays changed, added and removed objects over the computed ones", () => {
    const portal = createPortal({ company: 3, contact: 0, deal: 0 });
    const [first, second, third] = [0, 1, 2].map((number) => portal.idAt("company", number));
    const added = { id: String(Number(first) + 1), properties: { name: "Neu" }, createdAtMs: 1, updatedAtMs: 1 };
    portal.overlay.objects.company.set(added.id, added);
    portal.overlay.objects.company.set(second ?? "", "gone");
    expect(listAll(portal, "company", 2)).toEqual([first, added.id, third]);
    expect(portal.findObject("company", second ?? "")).toBeUndefined();
    expect(portal.findObject("company", added.id)).toEqual(added);
  });
});
