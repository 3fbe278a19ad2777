// Apart from reading, so that receive-webhook, which only sends, is not started with a schema it never uses.
import type { Change } from "../domain/change.ts";

/** What one message carries. */
export interface MessageBody {
  readonly deliveryId: string;
  readonly receivedAtMs: number;
  readonly changes: readonly Change[];
}

/** The text of a message: JSON without what has its usual value. */
export function encodeMessage({ deliveryId, receivedAtMs, changes }: MessageBody): string {
  return JSON.stringify({ v: 1, deliveryId, receivedAtMs, changes: changes.map(encodeChange) });
}

/** Most changes are new and have only usual values, which are set to undefined for JSON to leave out. */
function encodeChange(change: Change): object {
  return {
    ...change,
    looks: change.looks === 0 ? undefined : change.looks,
    failures: change.failures === 0 ? undefined : change.failures,
  };
}
