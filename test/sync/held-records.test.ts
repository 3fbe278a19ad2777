import { beforeEach, describe, expect, it } from "vitest";
import { editProjectRecord } from "../../lib/sync/edit-record.ts";
import type { ChangeKind } from "../../lib/domain/change.ts";
import { sampleCompany, sampleDeal, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;

/** Project 7 has the short form that deal 5 of company 1 would get by default, so that project 5 is held. */
beforeEach(async () => {
  world = createSyncWorld();
  world.hubspot.putCompany(sampleCompany("1"));
  world.hubspot.putCompany(sampleCompany("2"));
  world.hubspot.putDeal(sampleDeal("7"), "2");
  await tell("deal", "7", "created");
  await rename("5");
  world.hubspot.putDeal(sampleDeal("5"), "1");
  await tell("deal", "5", "created");
});

async function tell(type: "company" | "deal", id: string, kind: ChangeKind): Promise<void> {
  await world.tell(change(type, id, { [kind]: world.now() }));
  await world.drain();
  world.advance(3_600_000);
}

/** Gives project 7 another short form. */
async function rename(shortForm: string): Promise<void> {
  await editProjectRecord({ ...world.ports, cause: "admin" }, { id: "7", edit: { shortForm } });
  await world.drain();
}

let edits = 0;
async function exclude(exclusion: string): Promise<void> {
  edits += 1;
  world.hubspot.putCompany(sampleCompany("1", { exclusion, updatedAtMs: UPDATED_AT_MS + edits * 60_000 }));
  await tell("company", "1", "property");
}

async function archive(): Promise<void> {
  world.hubspot.archive("company", "1");
  await tell("company", "1", "deleted");
}

async function restore(): Promise<void> {
  world.hubspot.restore("company", "1");
  await tell("company", "1", "restored");
}

const look = () => {
  const project = world.store.projects().find(({ dealId }) => dealId === "5");
  return [project?.state, project?.reason?.code, project?.shortForm];
};
const HELD = ["failing", "numberTaken", undefined];
const CLEARED = ["linked", undefined, "5"];

describe("a project that is held because its short form is taken", () => {
  it("clears itself once the short form is free", async () => {
    expect(look()).toEqual(HELD);
    await rename("FREI");
    expect(look()).toEqual(CLEARED);
  });

  it.each<[name: string, turns: { turn: () => Promise<void>; back: () => Promise<void>; between: string }]>([
    ["excluded and released", { turn: () => exclude("no"), back: () => exclude(""), between: "excluded" }],
    ["deleted and restored", { turn: archive, back: restore, between: "waiting" }],
  ])("clears itself when its company is %s, whenever the short form becomes free", async (_name, turns) => {
    await turns.turn();
    expect(look()[0]).toBe(turns.between);
    await turns.back();
    expect(look()).toEqual(HELD);
    await turns.turn();
    await rename("FREI");
    expect(look()[0]).toBe(turns.between);
    await turns.back();
    expect(look()).toEqual(CLEARED);
  });

  it("is looked at again where a replica that lags has shown it as it was before an event", async () => {
    await world.tell(change("deal", "5", { property: UPDATED_AT_MS + 60_000 }));
    await world.work();
    expect(look()).toEqual(HELD);
    world.hubspot.putDeal(sampleDeal("5", { stageId: "lost", updatedAtMs: UPDATED_AT_MS + 60_000 }), "1");
    await world.drain();
    expect(look()[0]).toBe("outOfStage");
  });

  it("clears itself when the holder is absorbed by a merge that frees its short form", async () => {
    world.hubspot.putDeal(sampleDeal("8"), "2");
    await tell("deal", "8", "created");
    world.hubspot.mergeDeals(["8", "7"], sampleDeal("8", { updatedAtMs: UPDATED_AT_MS + 600_000 }), "2");
    await tell("deal", "8", "merged");
    expect(look()).toEqual(CLEARED);
  });

  it("names the new holder when a merge hands its short form over", async () => {
    world.hubspot.mergeDeals(["7"], sampleDeal("90", { updatedAtMs: UPDATED_AT_MS + 600_000 }), "2");
    await tell("deal", "90", "merged");
    await tell("deal", "5", "resync");
    const project = world.store.projects().find(({ dealId }) => dealId === "5");
    expect(project?.reason).toMatchObject({ code: "numberTaken", holderId: "90" });
    await editProjectRecord({ ...world.ports, cause: "admin" }, { id: "90", edit: { shortForm: "FREI" } });
    await world.drain();
    expect(look()).toEqual(CLEARED);
  });
});
