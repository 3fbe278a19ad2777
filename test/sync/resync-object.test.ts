import { beforeEach, describe, expect, it } from "vitest";
import { resyncObject } from "../../lib/sync/resync-object.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleCompany, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import type { SyncWorld } from "../fixtures/sync-world.ts";
import { createTransferredWorld } from "../fixtures/transferred-world.ts";

let world: SyncWorld;
let run: Run;
/** Messages that the tests queue. */
let sent: unknown[];

beforeEach(async () => {
  world = await createTransferredWorld();
  run = { ...world.ports, cause: "admin" };
  sent = [];
  world.faults.beforeQueue = (_name, [message]) => void sent.push(message);
});

const later = { updatedAtMs: UPDATED_AT_MS + 60_000 };

describe("resyncObject", () => {
  it.each([
    ["company", "1", ["customer"]],
    ["contact", "3", ["contactPerson"]],
    ["deal", "5", ["project"]],
  ] as const)("brings the records of a %s up to date and answers them", async (type, id, types) => {
    world.hubspot.putCompany(sampleCompany("1", { ...later, exclusion: "no" }));
    await resyncObject(run, { type: "company", id: "1" });
    await world.drain();
    const { records } = await resyncObject(run, { type, id });
    expect(records.map((record) => record.type)).toEqual(types);
    expect(records.map(({ state }) => state)).toEqual(["excluded"]);
  });

  it("counts what it wrote, and queues what follows in the admin's name", async () => {
    world.hubspot.putCompany(sampleCompany("1", { ...later, exclusion: "no" }));
    const { outcome } = await resyncObject(run, { type: "company", id: "1" });
    expect(outcome).toEqual({ kind: "done", writes: 1 });
    expect(sent).toMatchObject([{ deliveryId: expect.stringMatching(/^admin-\d+$/u) }]);
  });

  it("queues another look, two seconds later, when HubSpot's answer is older than what is stored", async () => {
    world.hubspot.putCompany(sampleCompany("1", { name: "Alt", updatedAtMs: UPDATED_AT_MS - 1000 }));
    const { outcome, records } = await resyncObject(run, { type: "company", id: "1" });
    expect(outcome).toEqual({ kind: "lookingAgain", why: "olderThanStored" });
    expect(records).toMatchObject([{ fields: { name: sampleCompany("1").name } }]);
    const next = { type: "company", id: "1", at: { resync: expect.any(Number) }, looks: 1, failures: 0 };
    const deliveryId = expect.stringMatching(/^admin-\d+$/u);
    expect(sent).toEqual([{ deliveryId, receivedAtMs: expect.any(Number), changes: [next], delaySeconds: 2 }]);
  });

  it("throws what HubSpot answered", async () => {
    const failure = new Error("refused");
    world.faults.beforeHubSpot = () => {
      throw failure;
    };
    await expect(resyncObject(run, { type: "deal", id: "5" })).rejects.toBe(failure);
  });
});
