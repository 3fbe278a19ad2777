import { beforeEach, describe, expect, it } from "vitest";
import { HISTORY_LENGTH } from "../../lib/domain/record.ts";
import { editCustomerRecord } from "../../lib/sync/edit-record.ts";
import { resyncObject } from "../../lib/sync/resync-object.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleCompany, sampleContact, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { change, type SyncWorld } from "../fixtures/sync-world.ts";
import { createTransferredWorld } from "../fixtures/transferred-world.ts";

let world: SyncWorld;
let run: Run;
let writes: number;

beforeEach(async () => {
  world = await createTransferredWorld();
  run = { ...world.ports, cause: "admin" };
  writes = 0;
  world.faults.beforeStore = (name) => {
    if (name === "write") writes += 1;
  };
});

async function rename(round: number): Promise<void> {
  const updatedAtMs = UPDATED_AT_MS + round * 60_000;
  world.hubspot.putCompany(sampleCompany("1", { name: `Name ${round}`, updatedAtMs }));
  await world.tell(change("company", "1"));
  await world.drain();
}

const historyOf = () => world.store.customers()[0]?.history ?? [];

describe("a record's history", () => {
  it("is written with the change itself, in one write", async () => {
    await rename(1);
    expect(writes).toBe(1);
    expect(historyOf()[0]?.fields).toEqual([{ field: "name", from: "Bäckerei 1", to: "Name 1" }]);
    await editCustomerRecord(run, { id: "1", edit: { customerNumber: "K-1" } });
    expect(writes).toBe(2);
  });

  it("keeps the last 20 changes, newest first", async () => {
    for (let round = 1; round <= HISTORY_LENGTH + 5; round += 1) await rename(round);
    const names = historyOf().map(({ fields }) => fields[0]?.to);
    expect(names).toHaveLength(20);
    expect([names[0], names.at(-1)]).toEqual(["Name 25", "Name 6"]);
  });

  it("tells who made a change", async () => {
    await rename(1);
    await editCustomerRecord(run, { id: "1", edit: { customerNumber: "K-1" } });
    world.hubspot.putCompany(sampleCompany("1", { name: "Zuletzt", updatedAtMs: UPDATED_AT_MS + 600_000 }));
    await resyncObject({ ...run, cause: "pass" }, { type: "company", id: "1" });
    expect(historyOf().map(({ cause }) => cause)).toEqual(["pass", "admin", "event", "event"]);
  });

  it("gains no entry, and costs no write, when an event brings nothing new", async () => {
    const before = historyOf();
    await world.tell(change("company", "1"), change("contact", "3"), change("deal", "5"));
    await world.drain();
    expect([writes, historyOf()]).toEqual([0, before]);
  });

  it("tells of a contact's data that it changed, never from what to what", async () => {
    const later = { email: "neu@example.com", lastName: "Neu", updatedAtMs: UPDATED_AT_MS + 60_000 };
    world.hubspot.putContact(sampleContact("3", later), ["1"]);
    await world.tell(change("contact", "3"));
    await world.drain();
    const [person] = world.store.contactItems();
    if (person?.type !== "contactPerson") throw new Error("contact 3 has no contact person");
    expect(person.history[0]?.fields).toEqual([{ field: "lastName" }, { field: "email" }]);
    expect(JSON.stringify(person.history)).not.toMatch(/example|Jörg|Groß|Neu/u);
  });
});
