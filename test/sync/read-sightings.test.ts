import { beforeEach, describe, expect, it } from "vitest";
import type { Change } from "../../lib/domain/change.ts";
import { readSightings } from "../../lib/sync/read-sightings.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import { primaryLink, sampleCompany, sampleDeal } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;

/** Company 1 with deal 5, and deals 51 and 52, which were merged into 95. */
beforeEach(() => {
  world = createSyncWorld();
  world.hubspot.putCompany(sampleCompany("1"));
  for (const id of ["5", "51", "52"]) world.hubspot.putDeal(sampleDeal(id), "1");
  world.hubspot.mergeDeals(["51", "52"], sampleDeal("95"), "1");
});

const calls = () => world.hubspot.calls.map(({ name, ids }) => `${name} ${ids.join()}`);

describe("readSightings", () => {
  it("reads associations before the objects, and counts both as read when the first was", async () => {
    const before = world.now();
    const told = change("deal", "5");
    expect(await readSightings(world.ports, "deal", [told])).toStrictEqual({
      unread: new Map(),
      sightings: [
        {
          id: "5",
          observed: { kind: "live", readAtMs: before + 1, object: sampleDeal("5") },
          links: [primaryLink("1")],
          hint: told,
        },
      ],
    });
    expect(calls()).toEqual(["readCompanyLinks deal 5", "readObjects deal 5"]);
  });

  it("reads no associations of companies", async () => {
    const read = await readSightings(world.ports, "company", [change("company", "1")]);
    expect(read).toMatchObject({ sightings: [{ id: "1", links: [] }] });
    expect(calls()).toEqual(["readObjects company 1"]);
  });

  it("asks nothing when nothing has changed", async () => {
    expect(await readSightings(world.ports, "deal", [])).toEqual({ sightings: [], unread: new Map() });
    expect(calls()).toEqual([]);
  });

  it("reads the survivor of a merge as well, once, with what it absorbed and where that was told", async () => {
    const told: Change = { ...change("deal", "51", { deleted: 4 }), looks: 2 };
    const origin = { deliveryIds: ["d"], receivedAtMs: 3 };
    const before = world.now();
    const read = await readSightings(world.ports, "deal", [
      { ...told, origin },
      change("deal", "52"),
      change("deal", "5"),
    ]);
    expect(calls().slice(2)).toEqual(["readCompanyLinks deal 95", "readObjects deal 95"]);
    expect(read.sightings.map(({ id, observed }) => `${id} ${observed.kind}`)).toEqual([
      "51 absorbed",
      "52 absorbed",
      "5 live",
      "95 live",
    ]);
    expect(read.sightings[0]?.hint).toStrictEqual({ ...told, origin });
    expect(read.sightings[3]?.hint).toMatchObject({ at: { merged: before + 1 }, absorbs: ["51", "52"], origin });
  });

  it("says nothing of where a survivor was told when its absorbed object says nothing", async () => {
    const read = await readSightings(world.ports, "deal", [{ ...change("deal", "51"), looks: 2 }]);
    expect(read.sightings[1]?.hint).toStrictEqual({
      ...change("deal", "95", { merged: expect.any(Number) }),
      absorbs: ["51"],
      looks: 2,
    });
  });

  it("does not read a survivor again that has changed itself, but joins what is told of it", async () => {
    const read = await readSightings(world.ports, "deal", [change("deal", "95", { created: 7 }), change("deal", "52")]);
    expect(read).toMatchObject({
      sightings: [
        { id: "95", hint: { at: { created: 7, merged: expect.any(Number) }, absorbs: ["52"] } },
        { id: "52" },
      ],
    });
    expect(calls()).toHaveLength(2);
  });

  it.each(["readCompanyLinks deal", "readObjects deal"])(
    "fails all its objects together when %s fails",
    async (name) => {
      const error = new RetryableError("down", { code: "unreachable" });
      world.faults.beforeHubSpot = (called) => {
        if (called === name) throw error;
      };
      const read = await readSightings(world.ports, "deal", [change("deal", "5"), change("deal", "52")]);
      const failed = { kind: "failed", error };
      expect(read).toEqual({
        sightings: [],
        unread: new Map([
          ["5", failed],
          ["52", failed],
        ]),
      });
    },
  );
});
