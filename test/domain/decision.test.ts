import { describe, expect, it } from "vitest";
import {
  addHistory,
  diffVerdicts,
  hasStamplessKind,
  mustAdvanceFence,
  nextRevision,
} from "../../lib/domain/decision.ts";
import { HISTORY_LENGTH } from "../../lib/domain/record.ts";
import type { ChangeKind } from "../../lib/domain/change.ts";
import { NOW_MS, sampleContext, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";

const LONGEST_FLIGHT_MS = 20 * 60_000;

const read = (sourceUpdatedAtMs: number) => ({ sourceUpdatedAtMs, readAtMs: NOW_MS });
const entry = (atMs: number) => ({ atMs, cause: "event", fields: [] }) as const;

describe("hasStamplessKind", () => {
  it.each<[kind: ChangeKind, isStampless: boolean]>([
    ["created", false],
    ["property", false],
    ["erased", false],
    ["association", true],
    ["deleted", true],
    ["restored", true],
    ["merged", true],
    ["follow", true],
    ["resync", true],
    ["attach", true],
  ])("of %s is %s", (kind, expected) => {
    expect(hasStamplessKind({ at: { property: 1, [kind]: 1 }, looks: 0 })).toBe(expected);
  });
});

describe("mustAdvanceFence", () => {
  const stored = sampleCustomer("1", { fence: { sourceUpdatedAtMs: UPDATED_AT_MS, readAtMs: UPDATED_AT_MS } });
  const hint = { at: { property: 1 }, looks: 0 };

  it.each<[name: string, updatedAtMs: number, ageMs: number, expected: boolean]>([
    ["does not move on for the same stamp", UPDATED_AT_MS, 1000, false],
    ["moves on for a new stamp that a slower worker may hold the predecessor of", UPDATED_AT_MS + 1, 1000, true],
    ["moves on up to the longest flight", UPDATED_AT_MS + 1, LONGEST_FLIGHT_MS - 1, true],
    ["does not move on when no worker can still be in flight", UPDATED_AT_MS + 1, LONGEST_FLIGHT_MS, false],
  ])("%s", (...[, updatedAtMs, ageMs, expected]) => {
    const context = sampleContext(hint, { nowMs: updatedAtMs + ageMs });
    expect(mustAdvanceFence(stored, read(updatedAtMs), context)).toBe(expected);
  });

  it.each<[name: string, ageMs: number, expected: boolean]>([
    ["moves on after an event that moves no stamp", LONGEST_FLIGHT_MS - 1, true],
    ["does not move on when such an event comes again after the longest flight", LONGEST_FLIGHT_MS, false],
  ])("%s", (...[, ageMs, expected]) => {
    const at = { association: NOW_MS - ageMs, restored: NOW_MS - LONGEST_FLIGHT_MS };
    const context = sampleContext({ at, looks: 0 }, { nowMs: NOW_MS });
    expect(mustAdvanceFence(stored, read(UPDATED_AT_MS), context)).toBe(expected);
  });
});

describe("addHistory", () => {
  it("puts the newest first and forgets the oldest when it is full", () => {
    const full = Array.from({ length: HISTORY_LENGTH }, (_, index) => entry(HISTORY_LENGTH - index));
    const added = addHistory(full, entry(99));
    expect(added).toHaveLength(HISTORY_LENGTH);
    expect(added[0]).toEqual(entry(99));
    expect(added.at(-1)).toEqual(entry(2));
    expect(addHistory(full.slice(1), entry(99))).toHaveLength(HISTORY_LENGTH);
  });
});

describe("diffVerdicts", () => {
  const excluded = { state: "excluded", reason: { code: "customerExcluded", companyId: "7" } } as const;

  it("names state and reason that changed", () => {
    expect(diffVerdicts({ state: "linked" }, excluded)).toEqual([
      { field: "state", from: "linked", to: "excluded" },
      { field: "reason.code", to: "customerExcluded" },
      { field: "reason.companyId", to: "7" },
    ]);
    expect(diffVerdicts(undefined, { state: "linked" })).toEqual([{ field: "state", to: "linked" }]);
  });

  it("finds nothing between equal verdicts and sees another reason for the same state", () => {
    expect(diffVerdicts(excluded, { ...excluded })).toEqual([]);
    expect(diffVerdicts(excluded, { ...excluded, reason: { code: "customerExcluded", companyId: "8" } })).toHaveLength(
      1,
    );
  });
});

describe("nextRevision", () => {
  const fence = { sourceUpdatedAtMs: UPDATED_AT_MS, readAtMs: NOW_MS };
  const change = { fields: [{ field: "name", from: "a", to: "b" }], cause: "pass", nowMs: NOW_MS } as const;
  const entry = { atMs: NOW_MS, cause: "pass", fields: change.fields } as const;

  it("begins with revision 1", () => {
    const expected = { fence, revision: 1, createdAtMs: NOW_MS, changedAtMs: NOW_MS, history: [entry] };
    expect(nextRevision(undefined, fence, change)).toEqual(expected);
  });

  it("counts on, keeps the time of creation and remembers the change", () => {
    const stored = sampleCustomer("1", { revision: 7 });
    const expected = { fence, revision: 8, createdAtMs: stored.createdAtMs, changedAtMs: NOW_MS, history: [entry] };
    expect(nextRevision(stored, fence, change)).toEqual(expected);
  });

  it("moves only fence and revision of a touch", () => {
    const stored = sampleCustomer("1", { revision: 7, history: [entry] });
    const { createdAtMs, changedAtMs, history } = stored;
    const expected = { fence, revision: 8, createdAtMs, changedAtMs, history };
    expect(nextRevision(stored, fence, { ...change, fields: [] })).toEqual(expected);
  });

  it("creates what a merge hands to an id under which nothing is stored", () => {
    const inherited = sampleCustomer("1", { revision: 0 });
    expect(nextRevision(inherited, fence, change)).toMatchObject({ revision: 1, createdAtMs: NOW_MS });
  });
});
