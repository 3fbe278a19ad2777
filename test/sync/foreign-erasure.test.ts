import { beforeEach, describe, expect, it } from "vitest";
import { PASS_SCHEMAS } from "../../lib/dynamodb/pass-schemas.ts";
import { parseDelivery } from "../../lib/hubspot/webhook-events.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import { processChanges } from "../../lib/sync/process-changes.ts";
import type { SyncPorts } from "../../lib/sync/run.ts";
import { guardPortal } from "../../lib/wiring/portal-guard.ts";
import { CREATION, createContactWorld, ERASURE } from "../fixtures/contact-world.ts";
import { createInMemoryPassStore } from "../fixtures/in-memory-pass-store.ts";
import { applyOne, change, readMessage, type SyncWorld } from "../fixtures/sync-world.ts";

const OURS = "777";
const OTHER = "778";

let world: SyncWorld;
/** The account whose access token the worker has. */
let tokenOf: string;
let ports: SyncPorts;
let before: readonly unknown[];

/** Contact 3 is here, and the table remembers our account. */
beforeEach(async () => {
  world = await createContactWorld();
  await world.tell(CREATION);
  await world.drain();
  const marks = createInMemoryPassStore({ schemas: PASS_SCHEMAS });
  await marks.savePortal({ portalId: OURS, uiDomain: "app-eu1.hubspot.com" });
  ports = { ...world.ports, marks, hubspot: guardAnew(marks) };
  tokenOf = OURS;
  before = world.store.contactItems();
  world.advance(3_600_000);
});

/** As a new process does it. */
function guardAnew(marks: Parameters<typeof guardPortal>[1]): SyncPorts["hubspot"] {
  const readAccount = async () => ({ ...(await world.hubspot.readAccount()), portalId: tokenOf });
  return guardPortal({ ...world.hubspot, readAccount }, marks);
}

/** Lets the worker take what the queue holds, whenever it is due. */
async function work(): Promise<void> {
  world.advance(900_000);
  const messages = world.queue.receive(10, 1_000).Records.map(readMessage);
  const { failedMessageIds } = await processChanges(ports, messages, { maxReceives: 5 });
  expect(failedMessageIds).toEqual([]);
  world.queue.deleteMessages(messages.map(({ messageId }) => messageId));
}

const erasedIn = (...portalIds: readonly string[]) => ({ ...ERASURE, erasedIn: portalIds });
const isErased = (): boolean => world.store.contactItems().every(({ state }) => state === "erased");

/** As HubSpot sends it, the deletion with it. */
async function deliver(portalId: string): Promise<void> {
  const event = { portalId: Number(portalId), occurredAt: world.now(), objectId: 3 };
  const events = ["contact.deletion", "contact.privacyDeletion"].map((subscriptionType) => ({
    ...event,
    subscriptionType,
  }));
  const parsed = parseDelivery(Buffer.from(JSON.stringify(events)), world.now());
  if (parsed.kind === "parsed") await world.tell(...parsed.changes);
}

describe("an erasure that another account tells of", () => {
  it("waits like all of that account's changes while the access token is its own, and changes nothing", async () => {
    tokenOf = OTHER;
    await deliver(OTHER);
    for (let round = 0; round < 3; round += 1) await work();
    expect(world.store.contactItems()).toEqual(before);
    world.advance(900_000);
    const [told] = world.queue.receive(10, 1_000).Records.map(readMessage);
    expect(told?.changes).toMatchObject([{ id: "3", at: { erased: expect.any(Number) }, erasedIn: [OTHER], looks: 0 }]);
    const applied = await applyOne({ ports }, erasedIn(OTHER));
    expect(applied).toMatchObject({ kind: "failed", error: { code: "wrongPortal" } });
  });

  it("is settled once the access token is ours again, and our contact stays", async () => {
    tokenOf = OTHER;
    await deliver(OTHER);
    await work();
    tokenOf = OURS;
    // One look for each delay, as for any deletion that the read does not confirm.
    for (let round = 0; round < 8; round += 1) await work();
    expect(world.queue.size()).toBe(0);
    expect(world.store.contactItems().map(({ state }) => state)).toEqual(before.map(() => "linked"));
  });

  it("does not keep the contact from being erased in ours", async () => {
    expect(await applyOne({ ports }, erasedIn(OURS, OTHER))).toEqual({ kind: "done", writes: 2 });
    expect(isErased()).toBe(true);
  });

  it("fails as an outage when the table cannot say which account is ours", async () => {
    const error = new RetryableError("away", { code: "unreachable" });
    ports = { ...ports, marks: { readPortal: () => Promise.reject(error) } };
    await deliver(OTHER);
    await work();
    expect([world.queue.size(), world.store.contactItems()]).toEqual([1, before]);
  });
});

describe("an erasure", () => {
  it("of ours needs nothing of HubSpot, whatever the access token", async () => {
    tokenOf = OTHER;
    world.hubspot.calls.length = 0;
    expect(await applyOne({ ports }, erasedIn(OURS))).toEqual({ kind: "done", writes: 2 });
    expect([isErased(), world.hubspot.calls]).toEqual([true, []]);
  });

  it("counts as ours when its event did not say whose it is, and asks nothing", async () => {
    tokenOf = OTHER;
    ports = { ...ports, marks: { readPortal: () => Promise.reject(new Error("asked")) } };
    expect(await applyOne({ ports }, ERASURE)).toEqual({ kind: "done", writes: 2 });
    expect(isErased()).toBe(true);
  });

  it("counts as ours while no account is remembered", async () => {
    ports = { ...ports, marks: { readPortal: () => Promise.resolve(undefined) } };
    expect(await applyOne({ ports }, erasedIn(OTHER))).toEqual({ kind: "done", writes: 2 });
    expect(isErased()).toBe(true);
  });

  it("is the only change that asks whose it is", async () => {
    ports = { ...ports, marks: { readPortal: () => Promise.reject(new Error("asked")) } };
    expect(await applyOne({ ports }, change("company", "1"))).toMatchObject({ kind: "done" });
  });
});
