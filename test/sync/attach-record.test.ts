import { beforeEach, describe, expect, it } from "vitest";
import type { Change } from "../../lib/domain/change.ts";
import type { RecordState } from "../../lib/domain/record.ts";
import {
  attachCustomerRecord,
  attachProjectRecord,
  type AttachRefusal,
  type AttachRequest,
} from "../../lib/sync/attach-record.ts";
import { detachCustomerRecord, detachProjectRecord } from "../../lib/sync/detach-record.ts";
import { editCustomerRecord } from "../../lib/sync/edit-record.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import type { Run } from "../../lib/sync/run.ts";
import { sampleCompany, sampleDeal, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;

/** Company 1 with deal 5, both detached; companies 2 and 3 with deal 6, of which nobody has heard yet. */
beforeEach(async () => {
  world = createSyncWorld();
  world.hubspot.putCompany(sampleCompany("1"));
  world.hubspot.putCompany(sampleCompany("2"));
  world.hubspot.putCompany(sampleCompany("3"));
  world.hubspot.putDeal(sampleDeal("5"), "1");
  world.hubspot.putDeal(sampleDeal("6"), "3");
  await world.tell(change("deal", "5"));
  await world.drain();
  await detachProjectRecord({ ...world.ports, cause: "admin" }, { id: "5" });
  await detachCustomerRecord({ ...world.ports, cause: "admin" }, { id: "1" });
  world.advance(3_600_000);
});

/** An attach onto another id that waits in the queue, of a record that has changed since the admin saw it. */
function voidMove(type: "company" | "deal", { from, to }: { readonly from: string; readonly to: string }): Change {
  return { ...change(type, to, { attach: world.now() }), absorbs: [from], seen: { id: from, revision: 1 } };
}

const lookAtRecords = () =>
  [
    ...world.store.customers().map(({ companyId, state }) => `company ${companyId} ${state}`),
    ...world.store.projects().map(({ dealId, state }) => `deal ${dealId} ${state}`),
  ].toSorted();

describe("an attach onto another id that has become void while it waited", () => {
  it("moves nothing, although the company of the deal is brought here", async () => {
    await world.tell(voidMove("company", { from: "1", to: "2" }), voidMove("deal", { from: "5", to: "6" }));
    await world.drain();
    expect(lookAtRecords()).toEqual(["company 1 detached", "company 3 linked", "deal 5 detached"]);
  });

  it("lets the events pass that it was joined with", async () => {
    await world.tell(
      voidMove("company", { from: "1", to: "2" }),
      change("company", "2", { created: world.now() }),
      voidMove("deal", { from: "5", to: "6" }),
      change("deal", "6", { created: world.now() }),
    );
    await world.drain();
    expect(lookAtRecords()).toEqual([
      "company 1 detached",
      "company 2 linked",
      "company 3 linked",
      "deal 5 detached",
      "deal 6 linked",
    ]);
  });
});

describe("an attach that failed when half of it was done", () => {
  it("is finished by whoever asks again, although the record is attached already", async () => {
    const run = { ...world.ports, cause: "admin" } as const;
    world.faults.beforeQueue = () => {
      throw new RetryableError("the queue does not answer", { code: "unreachable" });
    };
    await expect(attachCustomerRecord(run, { id: "1" })).rejects.toThrow("the queue does not answer");
    delete world.faults.beforeQueue;
    const again = await attachCustomerRecord(run, { id: "1" });
    expect(again).toEqual({ kind: "refused", refusal: { code: "notAttachable", state: "linked" } });
    expect((await world.store.readCustomers(["1"])).get("1")).toMatchObject({ state: "linked", isFollowUpDue: false });
  });
});

const admin = (): Run => ({ ...world.ports, cause: "admin" });
const read = async (id: string) => (await world.store.readCustomers([id])).get(id);
const attach = (request: AttachRequest) => attachCustomerRecord(admin(), request);
const refused = (refusal: AttachRefusal) => ({ kind: "refused", refusal });

/** Puts customer 1 into a state. */
async function turn(state: RecordState): Promise<void> {
  const stored = await read("1");
  if (stored === undefined) throw new Error("customer 1 is missing");
  await world.store.write({ ...stored, state, revision: stored.revision + 1 });
}

/** A crash right after the first hand-over. */
function loseAnswerOfHandOver(): void {
  world.faults.afterStore = (name) => {
    if (name !== "handOver") return;
    world.faults.afterStore = undefined;
    throw new RetryableError("the answer was lost", { code: "timeout" });
  };
}

describe("attachCustomerRecord", () => {
  it("lets HubSpot lead the customer again, and what depends on it follows", async () => {
    await world.drain();
    world.hubspot.putCompany(sampleCompany("1", { name: "Neu", updatedAtMs: UPDATED_AT_MS + 60_000 }));
    const outcome = await attach({ id: "1" });
    expect(outcome).toMatchObject({ kind: "done", applied: { kind: "done", writes: 1 } });
    expect(outcome).toMatchObject({ record: { companyId: "1", state: "linked", fields: { name: "Neu" } } });
    expect(outcome.kind === "done" && outcome.record).toEqual(await read("1"));
    expect(await read("1")).toMatchObject({ isFollowUpDue: false });
    // What depends on it, and one more read of the company itself.
    expect(world.queue.size()).toBe(2);
  });

  it("asks for one more read in the admin's name, once no replica lags", async () => {
    await world.drain();
    const sent: unknown[] = [];
    world.faults.beforeQueue = (_name, [message]) => void sent.push(message);
    await attach({ id: "1" });
    const next = { ...change("company", "1"), at: { resync: expect.any(Number) } };
    const deliveryId = expect.stringMatching(/^admin-\d+$/u);
    expect(sent.at(-1)).toEqual({ deliveryId, receivedAtMs: expect.any(Number), changes: [next], delaySeconds: 30 });
  });

  it("brings what changed while it was on its way, of which the event met a detached customer", async () => {
    let isTold = false;
    world.faults.beforeStore = async (name) => {
      if (name !== "write" || isTold) return;
      isTold = true;
      world.hubspot.putCompany(sampleCompany("1", { name: "Neu", updatedAtMs: UPDATED_AT_MS + 60_000 }));
      await world.tell(change("company", "1", { property: UPDATED_AT_MS + 60_000 }));
      await world.work();
    };
    await attach({ id: "1" });
    expect(await read("1")).toMatchObject({ state: "linked", fields: { name: sampleCompany("1").name } });
    await world.drain();
    expect(await read("1")).toMatchObject({ state: "linked", fields: { name: "Neu" } });
  });

  it("moves number and data to another company that has none here", async () => {
    const outcome = await attach({ id: "1", ontoId: "2" });
    expect(outcome).toMatchObject({ kind: "done", applied: { kind: "done" } });
    expect(outcome).toMatchObject({ record: { companyId: "2", state: "linked", customerNumber: "1" } });
    expect(await read("1")).toMatchObject({ state: "merged", reason: { code: "attachedTo", survivorId: "2" } });
  });

  it("moves a customer that was deleted in HubSpot", async () => {
    await turn("deleted");
    expect(await attach({ id: "1", ontoId: "2" })).toMatchObject({ record: { companyId: "2", customerNumber: "1" } });
  });

  it("refuses what is not here", async () => {
    expect(await attach({ id: "4711" })).toEqual(refused({ code: "notFound" }));
  });

  it("makes it of the revision that the admin has seen, and refuses it of another", async () => {
    const seen = (await read("1"))?.revision ?? 0;
    for (const expectedRevision of [seen - 1, seen + 1]) {
      const refusal = { code: "revisionChanged", revision: seen } as const;
      expect(await attach({ id: "1", expectedRevision })).toEqual(refused(refusal));
    }
    expect(await read("1")).toMatchObject({ state: "detached", revision: seen });
    expect(await attach({ id: "1", expectedRevision: seen })).toMatchObject({ kind: "done" });
  });

  it.each([undefined, "2"])("refuses it when another writer was faster, moved to %s", async (ontoId) => {
    const expectedRevision = (await read("1"))?.revision ?? 0;
    world.faults.beforeHubSpot = async () => {
      world.faults.beforeHubSpot = undefined;
      await editCustomerRecord(admin(), { id: "1", edit: { customerNumber: "K-1" } });
    };
    const outcome = await attach({ id: "1", expectedRevision, ...(ontoId !== undefined && { ontoId }) });
    const stored = await read("1");
    expect(stored).toMatchObject({ state: "detached", customerNumber: "K-1" });
    expect(outcome).toEqual(refused({ code: "revisionChanged", revision: stored?.revision ?? 0 }));
  });

  it("looks again at what it has seen in time, whoever writes before it answers", async () => {
    world.hubspot.putCompany(sampleCompany("1", { name: "Alt", updatedAtMs: UPDATED_AT_MS - 1000 }));
    world.faults.beforeQueue = async () => {
      await editCustomerRecord(admin(), { id: "1", edit: { customerNumber: "K-1" } });
    };
    const expectedRevision = (await read("1"))?.revision;
    expect(await attach({ id: "1", expectedRevision })).toMatchObject({
      kind: "done",
      record: { customerNumber: "K-1" },
      applied: { kind: "lookingAgain" },
    });
  });

  it("asks HubSpot nothing for what it refuses and has followed up", async () => {
    await attach({ id: "1" });
    world.hubspot.calls.length = 0;
    expect(await attach({ id: "1" })).toEqual(refused({ code: "notAttachable", state: "linked" }));
    expect(await attach({ id: "1", ontoId: "2" })).toEqual(refused({ code: "notAttachable", state: "linked" }));
    expect(world.hubspot.calls).toEqual([]);
  });

  it.each(["linked", "excluded", "waiting"] as const)("refuses a customer that is %s", async (state) => {
    await turn(state);
    const refusal = { code: "notAttachable", state } as const;
    expect(await attach({ id: "1" })).toEqual(refused(refusal));
    expect(await attach({ id: "1", ontoId: "2" })).toEqual(refused(refusal));
  });

  it("refuses a deleted customer in its own place", async () => {
    await turn("deleted");
    expect(await attach({ id: "1" })).toEqual(refused({ code: "notAttachable", state: "deleted" }));
  });

  it("refuses a company that has a customer with data already", async () => {
    await world.tell(change("company", "2"));
    await world.drain();
    expect(await attach({ id: "1", ontoId: "2" })).toEqual(refused({ code: "targetTaken", targetId: "2" }));
  });

  it.each([
    ["missing", () => {}],
    ["archived", () => world.hubspot.archive("company", "2")],
    ["absorbed", () => world.hubspot.mergeCompanies(["2"], sampleCompany("90"))],
  ] as const)("refuses a company that is %s", async (observed, prepare) => {
    prepare();
    const targetId = observed === "missing" ? "4711" : "2";
    const refusal = { code: "targetNotLive", targetId, observed } as const;
    expect(await attach({ id: "1", ontoId: targetId })).toEqual(refused(refusal));
    expect(await read("1")).toMatchObject({ state: "detached", customerNumber: "1" });
  });

  it("finishes a move that was cut short after the hand-over, asked again", async () => {
    loseAnswerOfHandOver();
    await expect(attach({ id: "1", ontoId: "2" })).rejects.toThrow("the answer was lost");
    expect(await attach({ id: "1", ontoId: "3" })).toEqual(refused({ code: "notAttachable", state: "merged" }));
    expect(await attach({ id: "1", ontoId: "2" })).toMatchObject({ kind: "done", record: { companyId: "2" } });
  });

  it("queues another look when HubSpot's answer looks old", async () => {
    const at = UPDATED_AT_MS - 1000;
    world.hubspot.putCompany(sampleCompany("1", { name: "Alt", updatedAtMs: at }));
    const outcome = await attach({ id: "1" });
    expect(outcome).toMatchObject({ kind: "done", applied: { kind: "lookingAgain", why: expect.any(String) } });
    world.hubspot.putCompany(sampleCompany("1", { name: "Neu", updatedAtMs: UPDATED_AT_MS + 60_000 }));
    await world.drain();
    expect(await read("1")).toMatchObject({ state: "linked", fields: { name: "Neu" } });
  });
});

describe("attachProjectRecord", () => {
  it("finishes a move that was cut short after the hand-over, asked again", async () => {
    loseAnswerOfHandOver();
    await expect(attachProjectRecord(admin(), { id: "5", ontoId: "6" })).rejects.toThrow("the answer was lost");
    const again = await attachProjectRecord(admin(), { id: "5", ontoId: "6" });
    expect(again).toMatchObject({ kind: "done", record: { dealId: "6", shortForm: "5" } });
  });

  it("lets HubSpot lead the project again, or moves it to another deal", async () => {
    const run: Run = { ...world.ports, cause: "admin" };
    await attachCustomerRecord(run, { id: "1" });
    expect(await attachProjectRecord(run, { id: "5" })).toMatchObject({ record: { dealId: "5", state: "linked" } });
    await world.drain();
    await detachProjectRecord(run, { id: "5" });
    expect(await attachProjectRecord(run, { id: "5", ontoId: "6" })).toMatchObject({
      record: { dealId: "6", shortForm: "5", state: "linked", fields: { companyId: "3" } },
    });
  });
});
