import { beforeEach, describe, expect, it } from "vitest";
import { QUEUE } from "../../lib/contract.ts";
import type { ChangeKind } from "../../lib/domain/change.ts";
import { RetryableError } from "../../lib/sync/errors.ts";
import { createChangeHandler } from "../../lib/wiring/change-handler.ts";
import { sampleCompany } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld, type SyncWorld } from "../fixtures/sync-world.ts";

let world: SyncWorld;
/** Every time of a last event that was stored. */
let stored: number[];
/** Receipt handles of messages that were postponed, and for how many seconds. */
let postponed: (readonly [string, number])[];
let refusal: Error | undefined;
let handle: ReturnType<typeof createChangeHandler>;

beforeEach(() => {
  world = createSyncWorld();
  world.hubspot.putCompany(sampleCompany("1"));
  stored = [];
  const marks = { saveLastEvent: async (atMs: number) => void stored.push(atMs) };
  postponed = [];
  refusal = undefined;
  const postpone = async (...asked: readonly [string, number]) => {
    postponed.push(asked);
    if (refusal !== undefined) throw refusal;
  };
  handle = createChangeHandler({ ports: world.ports, marks, maxReceives: QUEUE.maxReceives, postpone });
});

/** One message on company 1, as it comes from the queue. */
async function work(receivedAtMs: number, at: Partial<Record<ChangeKind, number>> = { property: 1 }) {
  const { queue } = world;
  for (const { messageId } of queue.receive(QUEUE.batchSize, 0).Records) queue.deleteMessages([messageId]);
  await queue.send({ deliveryId: "d", receivedAtMs, changes: [change("company", "1", at)], delaySeconds: 0 });
  return handle(queue.receive(1, 60_000), { getRemainingTimeInMillis: () => 120_000 });
}

describe("createChangeHandler", () => {
  it("notes when a webhook arrived, to the minute", async () => {
    for (const receivedAtMs of [1_000, 60_999, 61_000]) await work(receivedAtMs);
    expect(stored).toEqual([1_000, 61_000]);
  });

  it.each<ChangeKind>(["follow", "resync", "attach"])("takes no change of our own for a webhook: %s", async (kind) => {
    await work(1_000, { [kind]: 1 });
    expect(stored).toEqual([]);
    await work(2_000, { [kind]: 1, deleted: 1 });
    expect(stored).toEqual([2_000]);
  });

  it("does not take a change for a new webhook whenever it is handed back", async () => {
    world.faults.beforeHubSpot = () => {
      throw new RetryableError("down", { code: "unreachable" });
    };
    for (let hours = 0; hours < 3; hours += 1) {
      await work(1_000);
      world.advance(3_600_000);
    }
    expect(stored).toEqual([1_000]);
  });

  it("notes nothing of a message that goes back", async () => {
    world.faults.beforeStore = () => {
      throw new TypeError("a bug");
    };
    expect((await work(1_000)).batchItemFailures).toHaveLength(1);
    expect(stored).toEqual([]);
  });

  it("has a message that fails alone come back sooner than after the queue's own time", async () => {
    world.faults.beforeStore = () => {
      throw new TypeError("a bug");
    };
    await work(1_000);
    expect(postponed).toEqual([[expect.stringMatching(/./u), 30]]);
  });

  it("lets it come back whenever it does when the queue refuses to postpone it", async () => {
    world.faults.beforeStore = () => {
      throw new TypeError("a bug");
    };
    refusal = new RetryableError("SQS is down", { code: "unreachable" });
    expect((await work(1_000)).batchItemFailures).toHaveLength(1);
    expect(world.log.map(({ message }) => message)).toContain("failed message not postponed");
  });
});
