import { describe, expect, it } from "vitest";
import { dropVoidMove, isAttachWanted, isMoveVoid } from "../../lib/domain/attach-request.ts";
import type { HistoryEntry } from "../../lib/domain/record.ts";
import { sampleCustomer, sampleProject } from "../fixtures/sample-records.ts";

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

describe("an attach that is bound to a revision", () => {
  const stored = sampleCustomer("1", { state: "detached", revision: 4 });

  it.each<[seen: { id: string; revision: number } | undefined, isVoid: boolean]>([
    [undefined, false],
    [{ id: "1", revision: 4 }, false],
    [{ id: "1", revision: 3 }, true],
    [{ id: "1", revision: 5 }, true],
    [{ id: "2", revision: 3 }, false],
  ])("to %j: void is %s, in place and onto another id", (seen, isVoid) => {
    const bound = seen === undefined ? {} : { seen };
    expect(isAttachWanted(stored, { at: { attach: 1 }, ...bound })).toBe(!isVoid);
    expect(isMoveVoid([stored], { at: { attach: 1 }, absorbs: ["1"], ...bound })).toBe(isVoid);
  });

  it("is void if any of the records that are attached has changed, a customer or a project", () => {
    const hint = { at: { attach: 1 }, absorbs: ["1", "2"], seen: { id: "1", revision: 3 } };
    expect(isMoveVoid([sampleCustomer("2"), stored], hint)).toBe(true);
    expect(isMoveVoid([sampleProject("2", "7"), sampleProject("1", "7", { revision: 4 })], hint)).toBe(true);
    expect(isMoveVoid([sampleProject("2", "7"), sampleProject("1", "7", { revision: 3 })], hint)).toBe(false);
  });

  it("says nothing of records that a merge absorbed", () => {
    const seen = { id: "1", revision: 3 };
    expect(isMoveVoid([stored], { at: { attach: 1 }, absorbs: ["2"], seen })).toBe(false);
    expect(isMoveVoid([stored], { at: { merged: 1 }, absorbs: ["1"], seen })).toBe(false);
  });
});

describe("dropVoidMove", () => {
  const move = { absorbs: ["1", "2"], seen: { id: "1", revision: 3 }, looks: 1 };

  it("keeps the events that a void move was joined with, and what a read had shown to be absorbed", () => {
    const joined = { ...move, at: { attach: 5, property: 4 } };
    expect(dropVoidMove(joined)).toStrictEqual({ at: { property: 4 }, absorbs: ["2"], looks: 1 });
  });

  it("keeps what was absorbed, which may be nothing, where no revision was named", () => {
    const rest = { at: { created: 4 }, looks: 0 };
    const joined = { at: { attach: 5, created: 4 }, looks: 0 };
    expect(dropVoidMove(joined)).toStrictEqual({ ...rest, absorbs: [] });
    expect(dropVoidMove({ ...joined, absorbs: ["1"] })).toStrictEqual({ ...rest, absorbs: ["1"] });
  });

  it("leaves nothing of a move that came alone", () => {
    expect(dropVoidMove({ ...move, at: { attach: 5 } })).toBeUndefined();
  });
});
