import type { NumberKind } from "./ports.ts";
import type { Run } from "./run.ts";

/**
 * Queues the record whose default number has become free, if it is held for want of it.
 *
 * @throws RetryableError when the store or the queue fails
 */
export async function wakeHeldRecord(
  { store, queue, clock, cause }: Pick<Run, "store" | "queue" | "clock" | "cause">,
  numberKind: NumberKind,
  number: string,
): Promise<void> {
  const records =
    numberKind === "customerNumber" ? await store.readCustomers([number]) : await store.readProjects([number]);
  const reason = records.get(number)?.reason;
  if (reason?.code !== "numberTaken" || reason.number !== number) return;
  const nowMs = clock.now();
  const type = numberKind === "customerNumber" ? "company" : "deal";
  const change = { type, id: number, at: { resync: nowMs }, looks: 0, failures: 0 } as const;
  await queue.send({ deliveryId: `${cause}-${nowMs}`, receivedAtMs: nowMs, changes: [change] });
}
