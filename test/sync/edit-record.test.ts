import { beforeEach, describe, expect, it } from "vitest";
import { editCustomerRecord, editProjectRecord } from "../../lib/sync/edit-record.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleCompany, sampleDeal } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;
let run: Run;

/** Companies 7 and 8, and deal 5 of company 7, all transferred. */
beforeEach(async () => {
  world = createSyncWorld();
  run = { ...world.ports, cause: "admin" };
  for (const id of ["7", "8"]) world.hubspot.putCompany(sampleCompany(id));
  world.hubspot.putDeal(sampleDeal("5"), "7");
  await world.tell(change("company", "7"), change("company", "8"), change("deal", "5"));
  await world.drain();
});

const numbers = (): readonly string[] =>
  world.store
    .reservations()
    .map(({ kind, number, holderId }) => `${kind} ${number} of ${holderId}`)
    .toSorted();

const renumber = (customerNumber: string, id = "7") => editCustomerRecord(run, { id, edit: { customerNumber } });
const rename = (shortForm: string) => editProjectRecord(run, { id: "5", edit: { shortForm } });

describe("editCustomerRecord", () => {
  it("reserves the new number and frees the old one", async () => {
    expect(await renumber("K-7")).toMatchObject({ kind: "done", record: { customerNumber: "K-7", revision: 2 } });
    expect(numbers()).toEqual(["customerNumber 8 of 8", "customerNumber K-7 of 7", "shortForm 5 of 5"]);
  });

  it("refuses a number that another customer has, names that customer, and changes nothing", async () => {
    const refusal = { code: "numberTaken", number: "8", holderId: "8", holderName: "Bäckerei 8" };
    expect(await renumber("8")).toEqual({ kind: "refused", refusal });
    expect(numbers()).toEqual(["customerNumber 7 of 7", "customerNumber 8 of 8", "shortForm 5 of 5"]);
    expect(world.store.customers().map(({ revision }) => revision)).toEqual([1, 1]);
  });

  it("wakes the company that is held for want of the number that became free", async () => {
    await renumber("9");
    world.hubspot.putCompany(sampleCompany("9"));
    await world.tell(change("company", "9"));
    await world.drain();
    expect(world.store.customers().find(({ companyId }) => companyId === "9")?.state).toBe("failing");
    await renumber("K-7");
    await world.drain();
    const woken = world.store.customers().find(({ companyId }) => companyId === "9");
    expect(woken).toMatchObject({ state: "linked", customerNumber: "9" });
  });

  it("wakes nobody when the record of that id waits for something else", async () => {
    await renumber("K-7");
    expect(world.queue.size()).toBe(0);
  });

  it("refuses what was decided on a revision that is no longer stored", async () => {
    await renumber("K-7");
    const late = await editCustomerRecord(run, { id: "7", edit: { customerNumber: "K-8" }, expectedRevision: 1 });
    expect(late).toEqual({ kind: "refused", refusal: { code: "revisionChanged", revision: 2 } });
    expect(numbers()).toContain("customerNumber K-7 of 7");
  });

  it("refuses to change what is not here", async () => {
    expect(await renumber("K", "4711")).toEqual({ kind: "refused", refusal: { code: "notFound" } });
  });

  it("decides anew when another writer was faster, and keeps both changes", async () => {
    const races = [1];
    world.faults.beforeStore = async (name) => {
      if (name !== "write" || races.pop() === undefined) return;
      await renumber("K-first");
    };
    expect(await renumber("K-second")).toMatchObject({ kind: "done", record: { customerNumber: "K-second" } });
    const [stored] = world.store.customers();
    expect(stored?.history.map(({ fields }) => fields[0]?.to)).toEqual(["K-second", "K-first", expect.anything()]);
    expect(numbers()).toContain("customerNumber K-second of 7");
    expect(numbers()).not.toContain("customerNumber K-first of 7");
  });

  it.each(["reserveNumber", "write", "releaseNumber"])(
    "is completed by the same request after a crash right after %s",
    async (step) => {
      const crashes = [1];
      world.faults.afterStore = (name) => {
        if (name === step && crashes.pop() !== undefined)
          throw new RetryableError("the answer was lost", { code: "timeout" });
      };
      await expect(renumber("K-7")).rejects.toThrow("the answer was lost");
      expect(await renumber("K-7")).toMatchObject({ kind: "done", record: { customerNumber: "K-7" } });
      expect(numbers()).toEqual(["customerNumber 8 of 8", "customerNumber K-7 of 7", "shortForm 5 of 5"]);
    },
  );
});

describe("an edit of other fields", () => {
  it("gives no number back, also where one was given back before", async () => {
    await renumber("K-7");
    await rename("R-5");
    for (const record of [...world.store.customers(), ...world.store.projects()])
      await world.store.write({ ...record, state: "detached", revision: record.revision + 1 });
    const calls: string[] = [];
    world.faults.beforeStore = (name) => void calls.push(name);
    expect(await editCustomerRecord(run, { id: "7", edit: { name: "Neu" } })).toMatchObject({ kind: "done" });
    expect(await editProjectRecord(run, { id: "5", edit: { status: "completed" } })).toMatchObject({ kind: "done" });
    expect(calls.filter((name) => name === "write")).toHaveLength(2);
    expect(calls).not.toContain("releaseNumber");
  });
});

describe("editProjectRecord", () => {
  it("refuses a short form that another project has", async () => {
    world.hubspot.putDeal(sampleDeal("6"), "7");
    await world.tell(change("deal", "6"));
    await world.drain();
    const refusal = { code: "numberTaken", number: "6", holderId: "6", holderName: sampleDeal("6").description };
    expect(await rename("6")).toEqual({ kind: "refused", refusal });
    expect(numbers()).toContain("shortForm 5 of 5");
  });

  it.each([1, 60, 61, 64])(
    "frees a short form of %i characters when it gets another one, and takes it back",
    async (length) => {
      const shortForm = "R".repeat(length);
      await rename(shortForm);
      expect(numbers()).toContain(`shortForm ${shortForm} of 5`);
      expect(numbers()).not.toContain("shortForm 5 of 5");
      await rename("5");
      expect(numbers()).toContain("shortForm 5 of 5");
      expect(numbers()).not.toContain(`shortForm ${shortForm} of 5`);
    },
  );

  it("refuses a customer that is not here, after what HubSpot leads", async () => {
    const edit = { companyId: "4711" };
    expect(await editProjectRecord(run, { id: "5", edit })).toMatchObject({ refusal: { code: "hubspotLeads" } });
    const [stored] = world.store.projects();
    if (stored === undefined) throw new Error("no project");
    await world.store.write({ ...stored, state: "detached", revision: stored.revision + 1 });
    const refusal = { code: "customerUnknown", companyId: "4711" };
    expect(await editProjectRecord(run, { id: "5", edit })).toEqual({ kind: "refused", refusal });
    expect(await editProjectRecord(run, { id: "5", edit: { companyId: "8" } })).toMatchObject({
      kind: "done",
      record: { fields: { companyId: "8" } },
    });
  });
});
