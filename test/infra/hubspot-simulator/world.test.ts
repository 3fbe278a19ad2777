import { describe, expect, it } from "vitest";
import type { PortalEvent } from "../../../infra/local/hubspot-simulator/portal-event.ts";
import { listAllLinks, listAllObjects } from "../../../infra/local/hubspot-simulator/portal-listing.ts";
import { fillSamplePortal } from "../../../infra/local/hubspot-simulator/sample-portal.ts";
import { SAMPLE_IDENTITY } from "../../../infra/local/hubspot-simulator/server.ts";
import { World } from "../../../infra/local/hubspot-simulator/world.ts";

function createWorld(seed = 7) {
  let nowMs = 1_790_000_000_000;
  const world = new World({ identity: SAMPLE_IDENTITY, now: () => nowMs, seed });
  const advance = (milliseconds: number): void => {
    nowMs += milliseconds;
  };
  return { world, advance };
}

function kinds(events: readonly PortalEvent[]): string[] {
  return events.map((event) => `${event.type}.${event.kind} ${event.objectId}`);
}

function createMerged(style: "newId" | "survivingId") {
  const { world, advance } = createWorld();
  world.create("company", { id: "1", properties: { name: "A" } });
  world.create("company", { id: "2", properties: { name: "B", city: "Köln" } });
  world.create("contact", { id: "5", properties: { lastname: "L" } });
  world.create("deal", { id: "7", properties: { dealname: "D" } });
  world.associate({ from: { type: "contact", id: "5" }, to: { type: "company", id: "2" }, isPrimary: true });
  world.associate({ from: { type: "contact", id: "5" }, to: { type: "company", id: "1" }, isPrimary: false });
  world.associate({ from: { type: "deal", id: "7" }, to: { type: "company", id: "1" }, isPrimary: true });
  advance(10);
  const merged = world.merge("company", { primaryId: "1", mergedIds: ["2"], style, newId: "9" });
  return { world, merged };
}

describe("World", () => {
  it("fires the creation and one change for each subscribed property with one time, the creation not first", () => {
    const { world } = createWorld();
    const { events } = world.create("company", { id: "1", properties: { name: "A", city: "Köln", industry: "X" } });
    expect(events.map((event) => event.kind).toSorted()).toEqual(["creation", "propertyChange", "propertyChange"]);
    expect(events[0]?.kind).toBe("propertyChange");
    expect(new Set(events.map((event) => event.occurredAtMs)).size).toBe(1);
  });

  it("fires and moves updatedAt only for values that change", () => {
    const { world, advance } = createWorld();
    world.create("company", { id: "1", properties: { name: "A", city: "Köln" } });
    const before = world.findObject("company", "1", world.now())?.updatedAtMs;
    advance(5);
    expect(world.update("company", "1", { name: "A" }).events).toEqual([]);
    expect(world.findObject("company", "1", world.now())?.updatedAtMs).toBe(before);
    const { events } = world.update("company", "1", { name: "A", city: "" });
    expect(events).toMatchObject([{ kind: "propertyChange", propertyName: "city", propertyValue: "" }]);
    expect(world.findObject("company", "1", world.now())).toMatchObject({
      updatedAtMs: world.now(),
      properties: { name: "A" },
    });
  });

  it("moves updatedAt for an unsubscribed property without an event", () => {
    const { world, advance } = createWorld();
    world.create("company", { id: "1", properties: { name: "A" } });
    advance(5);
    expect(world.update("company", "1", { industry: "X" }).events).toEqual([]);
    expect(world.findObject("company", "1", world.now())?.updatedAtMs).toBe(world.now());
  });

  it("fires four events for a primary association and moves no updatedAt", () => {
    const { world, advance } = createWorld();
    world.create("company", { id: "1", properties: { name: "A" } });
    world.create("deal", { id: "3", properties: { dealname: "D" } });
    advance(5);
    const pair = { from: { type: "deal", id: "3" }, to: { type: "company", id: "1" }, isPrimary: true } as const;
    const { events } = world.associate(pair);
    expect(events).toMatchObject([
      { type: "deal", objectId: "3", toId: "1", isPrimary: false, isRemoved: false },
      { type: "company", objectId: "1", toId: "3", isPrimary: false, isRemoved: false },
      { type: "deal", objectId: "3", toId: "1", isPrimary: true, isRemoved: false },
      { type: "company", objectId: "1", toId: "3", isPrimary: true, isRemoved: false },
    ]);
    expect(world.associate(pair).events).toEqual([]);
    expect(world.findObject("deal", "3", world.now())?.updatedAtMs).toBe(world.now() - 5);
  });

  it("keeps one primary company for a contact", () => {
    const { world } = createWorld();
    for (const id of ["1", "2"]) world.create("company", { id, properties: { name: id } });
    world.create("contact", { id: "5", properties: { lastname: "L" } });
    for (const id of ["1", "2"]) {
      world.associate({ from: { type: "company", id }, to: { type: "contact", id: "5" }, isPrimary: true });
    }
    expect(listAllLinks(world, { type: "contact", id: "5" })).toEqual([
      { toType: "company", toId: "1", isPrimary: false },
      { toType: "company", toId: "2", isPrimary: true },
    ]);
    expect(listAllLinks(world, { type: "company", id: "1" })).toMatchObject([{ toId: "5", isPrimary: false }]);
  });

  it("hides associations of a deleted object from both ends and shows them again after a restore", () => {
    const { world, advance } = createWorld();
    world.create("company", { id: "1", properties: { name: "A" } });
    world.create("contact", { id: "5", properties: { lastname: "L" } });
    world.associate({ from: { type: "contact", id: "5" }, to: { type: "company", id: "1" }, isPrimary: true });
    const updatedAtMs = world.now();
    advance(10);
    expect(kinds(world.delete("company", "1").events)).toEqual(["company.deletion 1"]);
    expect(listAllLinks(world, { type: "contact", id: "5" })).toEqual([]);
    expect(listAllLinks(world, { type: "company", id: "1" })).toEqual([]);
    expect(world.findObject("company", "1", world.now())).toMatchObject({ updatedAtMs, archivedAtMs: world.now() });
    expect(kinds(world.restore("company", "1").events)).toEqual(["company.restore 1"]);
    expect(listAllLinks(world, { type: "contact", id: "5" })).toMatchObject([{ toId: "1", isPrimary: true }]);
  });

  it("forgets an archived object after 90 days", () => {
    const { world, advance } = createWorld();
    world.create("company", { id: "1", properties: { name: "A" } });
    world.delete("company", "1");
    advance(90 * 86_400_000);
    expect(world.findObject("company", "1", world.now())).toBeDefined();
    advance(1);
    expect(world.findObject("company", "1", world.now())).toBeUndefined();
  });

  it("erases a contact with its associations and tells it twice", () => {
    const { world } = createWorld();
    world.create("company", { id: "1", properties: { name: "A" } });
    world.create("contact", { id: "5", properties: { lastname: "L" } });
    world.associate({ from: { type: "contact", id: "5" }, to: { type: "company", id: "1" }, isPrimary: true });
    const { events } = world.erase("5");
    expect(kinds(events).toSorted()).toEqual(["contact.deletion 5", "contact.privacyDeletion 5"]);
    expect(world.findObject("contact", "5", world.now())).toBeUndefined();
    expect(listAllLinks(world, { type: "company", id: "1" })).toEqual([]);
  });

  it("answers what was true at a moment", () => {
    const { world, advance } = createWorld();
    const createdAtMs = world.now();
    world.create("company", { id: "1", properties: { name: "A" } });
    advance(10);
    world.update("company", "1", { name: "B" });
    expect(world.findObject("company", "1", createdAtMs - 1)).toBeUndefined();
    expect(world.findObject("company", "1", createdAtMs + 9)?.properties["name"]).toBe("A");
    expect(world.findObject("company", "1", createdAtMs + 10)?.properties["name"]).toBe("B");
  });

  it("refuses to change what is not there and properties it does not know", () => {
    const { world } = createWorld();
    expect(() => world.update("company", "1", { name: "A" })).toThrow("company 1 is not there");
    expect(() => world.create("company", { properties: { nmae: "A" } })).toThrow("company has no property nmae");
  });

  it("makes the same portal from the same seed", () => {
    const [left, right] = [createWorld(3).world, createWorld(3).world];
    expect(fillSamplePortal(left)).toEqual(fillSamplePortal(right));
    expect(listAllObjects(left, "deal")).toEqual(listAllObjects(right, "deal"));
  });
});

describe("World.merge", () => {
  it("makes a third record, fills gaps and redirects both old ids", () => {
    const { world, merged } = createMerged("newId");
    expect(merged.id).toBe("9");
    expect(world.findObject("company", "1", world.now())).toMatchObject({
      id: "9",
      updatedAtMs: world.now(),
      properties: { name: "A", city: "Köln", hs_merged_object_ids: "1;2" },
    });
    expect(world.findObject("company", "2", world.now())?.id).toBe("9");
    expect(listAllObjects(world, "company").map((object) => object.id)).toEqual(["9"]);
    expect(kinds(merged.events)).toEqual(["company.merge 1", "company.deletion 1", "company.deletion 2"]);
    expect(merged.events[0]).toMatchObject({ mergedIds: ["2"], newId: "9", propertiesMoved: 1 });
  });

  it("lets the primary record survive in the old style", () => {
    const { world, merged } = createMerged("survivingId");
    expect(merged.id).toBe("1");
    expect(world.findObject("company", "2", world.now())?.id).toBe("1");
    expect(world.findObject("company", "1", world.now())?.properties["hs_merged_object_ids"]).toBe("2");
    expect(kinds(merged.events)).toEqual(["company.merge 1", "company.deletion 2"]);
  });

  it("moves associations to the survivor, none through the old ids", () => {
    const { world } = createMerged("newId");
    expect(listAllLinks(world, { type: "company", id: "9" })).toEqual([
      { toType: "contact", toId: "5", isPrimary: true },
      { toType: "deal", toId: "7", isPrimary: true },
    ]);
    expect(listAllLinks(world, { type: "contact", id: "5" })).toMatchObject([{ toId: "9", isPrimary: true }]);
    expect(listAllLinks(world, { type: "company", id: "1" })).toEqual([]);
  });

  it("follows chains and lists every absorbed id", () => {
    const { world } = createMerged("newId");
    world.create("company", { id: "4", properties: { name: "C" } });
    world.merge("company", { primaryId: "4", mergedIds: ["9"], style: "newId", newId: "12" });
    expect(world.findObject("company", "2", world.now())).toMatchObject({
      id: "12",
      properties: { name: "C", hs_merged_object_ids: "4;9;1;2" },
    });
  });

  it("leaves a merged contact with one primary company, the primary record's", () => {
    const { world } = createWorld();
    for (const id of ["1", "2"]) {
      world.create("company", { id, properties: { name: id } });
      world.create("contact", { id: `5${id}`, properties: { lastname: id } });
      world.associate({ from: { type: "contact", id: `5${id}` }, to: { type: "company", id }, isPrimary: true });
    }
    world.merge("contact", { primaryId: "52", mergedIds: ["51"], style: "newId", newId: "60" });
    expect(listAllLinks(world, { type: "contact", id: "60" })).toEqual([
      { toType: "company", toId: "1", isPrimary: false },
      { toType: "company", toId: "2", isPrimary: true },
    ]);
  });
});

describe("fillSamplePortal", () => {
  it("holds one excluded company, one deal without company and one contact of two companies", () => {
    const { world } = createWorld();
    const sample = fillSamplePortal(world);
    const companies = listAllObjects(world, "company");
    expect(companies.filter((company) => company.properties["zep"] === "nein").map(({ id }) => id)).toEqual([
      sample.excludedCompanyId,
    ]);
    const without = listAllObjects(world, "deal").filter(
      ({ id }) => listAllLinks(world, { type: "deal", id }).length === 0,
    );
    expect(without.map(({ id }) => id)).toEqual([sample.dealWithoutCompanyId]);
    const shared = listAllObjects(world, "contact").filter(
      ({ id }) => listAllLinks(world, { type: "contact", id }).length === 2,
    );
    expect(shared.map(({ id }) => id)).toEqual([sample.sharedContactId]);
    expect(new Set(companies.map((company) => company.properties["name"])).size).toBe(companies.length);
  });
});
