import type { SQSEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import type { Change } from "../../lib/domain/change.ts";
import { parseSqsEvent } from "../../lib/sqs/sqs-event.ts";
import type { ChangeQueue } from "../../lib/sync/ports.ts";

interface QueueUnderTest {
  readonly queue: ChangeQueue;
  /** Receives what is visible, without deleting it; it stays invisible meanwhile. */
  readonly receive: () => Promise<SQSEvent>;
}

const CHANGES: readonly Change[] = [
  { type: "company", id: "18446744073709551615", at: { created: 5, property: 6 }, looks: 0, failures: 0 },
  { type: "contact", id: "2", at: {}, expects: { "7": { isAssociated: false, atMs: 9 } }, looks: 2, failures: 1 },
];

/** What every change queue does. `createQueue` answers a new, empty one. */
export function describeChangeQueue(name: string, createQueue: () => Promise<QueueUnderTest>): void {
  describe(`ChangeQueue: ${name}`, () => {
    it("carries a message to its receiver unchanged", async () => {
      const { queue, receive } = await createQueue();
      await queue.send({ deliveryId: "delivery-1", receivedAtMs: 42, changes: CHANGES });
      const { messages, malformed } = parseSqsEvent(await receive());
      expect(malformed).toEqual([]);
      expect(messages).toMatchObject([{ deliveryId: "delivery-1", receivedAtMs: 42, receives: 1, changes: CHANGES }]);
    });

    it("holds a delayed message back", async () => {
      const { queue, receive } = await createQueue();
      await queue.send({ deliveryId: "later", receivedAtMs: 1, changes: CHANGES, delaySeconds: 900 });
      expect((await receive()).Records).toEqual([]);
      expect(await queue.readDepth()).toEqual({ waiting: 0, inFlight: 0, delayed: 1 });
    });

    it("counts what waits and what is in flight", async () => {
      const { queue, receive } = await createQueue();
      await queue.send({ deliveryId: "1", receivedAtMs: 1, changes: CHANGES });
      expect(await queue.readDepth()).toEqual({ waiting: 1, inFlight: 0, delayed: 0 });
      await receive();
      expect(await queue.readDepth()).toEqual({ waiting: 0, inFlight: 1, delayed: 0 });
    });

    it("refuses more changes than a message may hold", async () => {
      const { queue } = await createQueue();
      const changes = Array.from(
        { length: 101 },
        () => ({ type: "deal", id: "1", at: {}, looks: 0, failures: 0 }) as const,
      );
      await expect(queue.send({ deliveryId: "1", receivedAtMs: 1, changes })).rejects.toBeInstanceOf(RangeError);
    });
  });
}
