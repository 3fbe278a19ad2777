import { beforeEach, describe, expect, it } from "vitest";
import type { Change } from "../../lib/domain/change.ts";
import { QUEUE } from "../../lib/contract.ts";
import { NonRetryableError, RetryableError } from "../../lib/sync/errors.ts";
import type { ChangeMessage } from "../../lib/sync/ports.ts";
import { processChanges } from "../../lib/sync/process-changes.ts";
import { sampleCompany } from "../fixtures/sample-objects.ts";
import { change, createSyncWorld, readMessage, type SyncWorld } from "../fixtures/sync-world.ts";

const refused = new NonRetryableError("the record is too large", { code: "refused" });

let world: SyncWorld;

/** Companies 1 and 2; the table refuses to hold customer 1 as HubSpot has it. */
beforeEach(() => {
  world = createSyncWorld();
  for (const id of ["1", "2"]) world.hubspot.putCompany(sampleCompany(id));
  refuse((record) => record.includes('"linked"'));
});

function refuse(isRefused: (record: string) => boolean): void {
  world.faults.beforeStore = (name, [record]) => {
    const text = JSON.stringify(record);
    if (name === "write" && text.includes('"companyId":"1"') && isRefused(text)) throw refused;
  };
}

const fresh = () => change("company", "1", { property: world.now() });
const failedBefore = (failures: number) => ({ receives: 1, changes: [{ ...fresh(), failures }] });
const stateOf = (id: string) => world.store.customers().find(({ companyId }) => companyId === id)?.state;

/** Works on messages of one batch. */
function process(...messages: readonly { readonly receives: number; readonly changes: readonly Change[] }[]) {
  const batch = messages.map((message, index): ChangeMessage => ({
    messageId: `m${index}`,
    deliveryId: "d",
    receivedAtMs: 1,
    ...message,
  }));
  return processChanges(world.ports, batch, { maxReceives: QUEUE.maxReceives });
}

/** The one change that was handed back, and after how many seconds it is visible. */
function takeBack() {
  const delaySeconds = Math.round(((world.queue.nextVisibleAtMs() ?? 0) - world.now()) / 1000);
  world.advance(3_600_000);
  const changes = world.queue.receive(10, 1).Records.flatMap((record) => readMessage(record).changes);
  return { delaySeconds, changes };
}

describe("a record that is refused", () => {
  it.each([31, 5, 400])(
    "is marked as failing within hours while an event arrives every %i seconds",
    async (seconds) => {
      for (let passedSeconds = 0; passedSeconds < 3 * 3_600; passedSeconds += seconds) {
        await world.tell(fresh());
        await world.work();
        world.advance(seconds * 1_000);
      }
      expect(stateOf("1")).toBe("failing");
    },
  );

  it("is marked as failing at the last receive's number of failures, whichever messages told of them", async () => {
    await process(failedBefore(3), failedBefore(2));
    expect(stateOf("1")).toBeUndefined();
    await process(failedBefore(4), failedBefore(0));
    expect(stateOf("1")).toBe("failing");
  });

  it("is marked when it goes back to SQS as well, with what it has failed before", async () => {
    const processed = await process({ receives: 3, changes: [{ ...fresh(), failures: 2 }] });
    expect(processed).toEqual({ failedMessageIds: ["m0"] });
    expect(stateOf("1")).toBe("failing");
  });

  it("takes the receives of a message of its own along when a fresh event joins it", async () => {
    await process({ receives: 3, changes: [fresh()] }, { receives: 1, changes: [fresh()] });
    expect(takeBack().changes).toMatchObject([{ id: "1", failures: 3 }]);
  });

  it("does not count receives of a message that tells of others too: they may have been theirs", async () => {
    await process({ receives: 4, changes: [fresh(), change("company", "2")] });
    expect(takeBack().changes).toMatchObject([{ id: "1", failures: 1 }]);
    expect([stateOf("1"), stateOf("2")]).toEqual([undefined, "linked"]);
  });

  it("keeps its failures through an outage", async () => {
    world.faults.beforeHubSpot = () => {
      throw new RetryableError("down", { code: "unreachable" });
    };
    await process({ receives: 4, changes: [fresh()] });
    expect(takeBack().changes).toMatchObject([{ id: "1", failures: 3 }]);
  });

  it.each([
    [0, 30],
    [1, 120],
    [2, 480],
    [3, 900],
    [199, 900],
  ])("after %i failures is tried again after %i seconds, among others and alone", async (failures, seconds) => {
    await process({ receives: 1, changes: [{ ...fresh(), failures }, change("company", "2")] });
    expect(takeBack()).toMatchObject({ delaySeconds: seconds, changes: [{ id: "1", failures: failures + 1 }] });
    const postponed: unknown[] = [];
    const postpone = async (...asked: readonly [string, number]) => void postponed.push(asked);
    const alone = {
      messageId: "m",
      deliveryId: "d",
      receivedAtMs: 1,
      receives: 1,
      changes: [{ ...fresh(), failures }],
    };
    const processed = await processChanges(world.ports, [alone], { maxReceives: QUEUE.maxReceives, postpone });
    expect(processed).toEqual({ failedMessageIds: ["m"] });
    expect(postponed).toEqual([["m", seconds]]);
  });

  it("clears itself when it succeeds, however often it has failed", async () => {
    await process({ receives: 1, changes: [{ ...fresh(), failures: 9 }, change("company", "2")] });
    expect(stateOf("1")).toBe("failing");
    world.faults.beforeStore = undefined;
    await world.drain();
    expect(stateOf("1")).toBe("linked");
  });

  it("costs the others of its batch nothing when the table refuses its mark as well", async () => {
    refuse(() => true);
    const processed = await process(
      { receives: 1, changes: [{ ...fresh(), failures: 9 }] },
      { receives: 1, changes: [change("company", "2")] },
    );
    expect(processed).toEqual({ failedMessageIds: ["m0"] });
    expect([stateOf("1"), stateOf("2")]).toEqual([undefined, "linked"]);
    expect(world.log.at(-1)).toEqual({
      message: "failing record not marked",
      fields: { type: "company", id: "1", error: refused },
    });
  });
});
