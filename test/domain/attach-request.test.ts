import { describe, expect, it } from "vitest";
import { isAttachWanted } from "../../lib/domain/attach-request.ts";
import type { HistoryEntry } from "../../lib/domain/record.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";

const detachedAt = (atMs: number): HistoryEntry => ({
  atMs,
  cause: "admin",
  fields: [
    { field: "customerNumber", from: "1", to: "K-1" },
    { field: "state", from: "linked", to: "detached" },
  ],
});
const linkedAt = (atMs: number): HistoryEntry => ({
  atMs,
  cause: "event",
  fields: [{ field: "state", from: "detached", to: "linked" }],
});
const renamedAt = (atMs: number): HistoryEntry => ({
  atMs,
  cause: "admin",
  fields: [{ field: "name", from: "a", to: "detached" }],
});

describe("isAttachWanted", () => {
  it.each<[attachMs: number | undefined, history: readonly HistoryEntry[], isWanted: boolean]>([
    [undefined, [detachedAt(50)], false],
    [undefined, [], false],
    [49, [detachedAt(50)], false],
    [50, [detachedAt(50)], true],
    [51, [detachedAt(50)], true],
    // Detached, attached and detached anew: the first request was answered long ago.
    [60, [detachedAt(90), linkedAt(60), detachedAt(50)], false],
    [60, [renamedAt(95), detachedAt(50)], true],
    [60, [linkedAt(90)], true],
    [0, [], true],
  ])("asked at %s with the history %j is %s", (attach, history, isWanted) => {
    const stored = sampleCustomer("1", { state: "detached", history });
    expect(isAttachWanted(stored, { at: attach === undefined ? {} : { attach } })).toBe(isWanted);
  });
});
