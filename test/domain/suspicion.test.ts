import { describe, expect, it } from "vitest";
import { MAX_LOOKS, type Hint, type Suspicion } from "../../lib/domain/decision.ts";
import {
  associationToldAtMs,
  isMissedTooSoon,
  isRevivedTooSoon,
  LOOK_DELAYS_SECONDS,
  isSoonAfter,
  mayPrecede,
  REPLICA_LAG_MS,
  suspectLinks,
  suspectObject,
} from "../../lib/domain/suspicion.ts";
import type { Observation } from "../../lib/domain/hubspot-object.ts";
import type { SyncRecord } from "../../lib/domain/record.ts";
import { sampleCustomer, samplePerson } from "../fixtures/sample-records.ts";

const live = { kind: "live", readAtMs: 900, object: { updatedAtMs: 500 } } as const;
const archived = { kind: "archived", readAtMs: 900, updatedAtMs: 500 } as const;
const missing = { kind: "missing", readAtMs: 900 } as const;
const absorbed = { kind: "absorbed", readAtMs: 900, survivorId: "2" } as const;

const hint = (at: Hint["at"], looks = 0): Hint => ({ at, looks });

const linksOf = (...ids: readonly string[]) => ids.map((companyId) => ({ companyId, isPrimary: false }));

const contextOf = (at: Hint["at"]) => ({ hint: hint(at, MAX_LOOKS) });

describe("suspectObject", () => {
  it.each<[name: string, Observation<{ updatedAtMs: number }>, at: Hint["at"], Suspicion | undefined]>([
    ["a live object as old as its property event", live, { property: 500 }, undefined],
    ["a live object older than its property event", live, { property: 501 }, "readOlderThanEvent"],
    ["a live object after events that move no stamp", live, { association: 900, created: 900, merged: 900 }, undefined],
    ["a live object after its deletion", live, { deleted: 1 }, "stillThere"],
    ["a live object deleted and restored at once", live, { deleted: 7, restored: 7 }, undefined],
    ["a live object restored after its deletion", live, { deleted: 7, restored: 8 }, undefined],
    ["a live object deleted after its restoring", live, { deleted: 8, restored: 7 }, "stillThere"],
    ["an archived object after its deletion", archived, { deleted: 1 }, undefined],
    ["an archived object without any event", archived, {}, undefined],
    ["an archived object after its restoring", archived, { restored: 1 }, "stillArchived"],
    ["an archived object deleted after its restoring", archived, { deleted: 8, restored: 7 }, undefined],
    ["a missing object", missing, {}, "notFoundYet"],
    ["a missing object after its deletion", missing, { deleted: 1 }, "notFoundYet"],
    ["an absorbed object", absorbed, { property: 501, deleted: 1 }, undefined],
  ])("of %s", (...[, observed, at, expected]) => {
    expect(suspectObject(observed, hint(at))).toBe(expected);
    expect(suspectObject(observed, hint(at, MAX_LOOKS - 1))).toBe(expected);
    expect(suspectObject(observed, hint(at, MAX_LOOKS))).toBeUndefined();
  });
});

describe("suspectLinks", () => {
  const expects = { "1": { isAssociated: true, atMs: 5 }, "2": { isAssociated: false, atMs: 5 } };

  it.each<[links: readonly string[], suspects: readonly string[]]>([
    [["1"], []],
    [["1", "3"], []],
    [[], ["1"]],
    [["1", "2"], ["2"]],
    [["2"], ["1", "2"]],
  ])("of a read with %j, when 1 was associated and 2 removed, is %j", (links, suspects) => {
    expect(suspectLinks(linksOf(...links), { at: {}, expects, looks: MAX_LOOKS - 1 })).toEqual(suspects);
    expect(suspectLinks(linksOf(...links), { at: {}, expects, looks: MAX_LOOKS })).toEqual([]);
  });

  it("finds nothing when no event spoke of associations", () => {
    expect(suspectLinks(linksOf("1"), hint({ property: 9 }))).toEqual([]);
  });
});

describe("suspectLinks, when the primary company was told", () => {
  const links = [
    { companyId: "1", isPrimary: true },
    { companyId: "2", isPrimary: false },
  ];

  it.each<[companyId: string, isPrimary: boolean, suspects: readonly string[]]>([
    ["1", true, []],
    ["2", true, ["2", "1"]],
    ["3", true, ["3", "1"]],
    ["1", false, ["1", "1"]],
    ["2", false, []],
  ])("with company 1 as primary, and company %s told to be primary: %s, is %j", (companyId, isPrimary, suspects) => {
    const expectsPrimary = { companyId, isPrimary, atMs: 5 };
    expect(suspectLinks(links, { at: {}, expectsPrimary, looks: 0 })).toEqual([...new Set(suspects)]);
    expect(suspectLinks(links, { at: {}, expectsPrimary, looks: MAX_LOOKS })).toEqual([]);
  });

  it.each([
    [4, ["3", "1"]],
    [5, []],
    [6, []],
  ])("of a primary company told at 5 that was removed at %i is %j", (atMs, suspects) => {
    const expectsPrimary = { companyId: "3", isPrimary: true, atMs: 5 };
    const expects = { "3": { isAssociated: false, atMs } };
    expect(suspectLinks(links, { at: {}, expects, expectsPrimary, looks: 0 })).toEqual(suspects);
  });
});

describe("mayPrecede", () => {
  const stored = sampleCustomer("1", { fence: { sourceUpdatedAtMs: 1, readAtMs: 1000 } });
  it("holds up to the replicas' lag and not from then on, however often it was looked at", () => {
    expect(mayPrecede(stored, { readAtMs: 1000 + REPLICA_LAG_MS - 1 }, {})).toBe(true);
    expect(mayPrecede(stored, { readAtMs: 1000 + REPLICA_LAG_MS }, {})).toBe(false);
  });

  it.each([
    ["at the moment of the stored read", 1000, true],
    ["since the stored read", 1001, false],
  ])("asks whether an event explains the difference: %s", (_name, toldAtMs, expected) => {
    expect(mayPrecede(stored, { readAtMs: 2000, toldAtMs }, {})).toBe(expected);
  });

  it("does not hold for a comparison, which applies nothing", () => {
    expect(mayPrecede(stored, { readAtMs: 1001 }, { isComparison: true })).toBe(false);
  });
});

describe("associationToldAtMs", () => {
  const expects = { "1": { isAssociated: true, atMs: 5 }, "2": { isAssociated: false, atMs: 7 } };
  it.each([
    ["the newest event of the companies asked about", ["1", "2"], 7],
    ["no event of another company", ["1", undefined], 5],
    ["nothing where none was named", ["3"], undefined],
  ])("is %s", (_name, companyIds, expected) => {
    expect(associationToldAtMs({ at: {}, expects, looks: 0 }, companyIds)).toBe(expected);
  });

  it("is nothing where no event told of associations", () => {
    expect(associationToldAtMs({ at: {}, looks: 0 }, ["1"])).toBeUndefined();
  });
});

describe("isSoonAfter", () => {
  it.each<[name: string, at: Hint["at"], looks: number, sinceMs: number, expected: boolean]>([
    ["just after a restoring", { restored: 1000 }, 0, REPLICA_LAG_MS - 1, true],
    ["just after a merge", { merged: 1000 }, 0, REPLICA_LAG_MS - 1, true],
    ["just after another event", { property: 1000, follow: 1000 }, 0, 1, false],
    ["when the lag is over", { merged: 1000 }, 0, REPLICA_LAG_MS, false],
    ["at the last look", { merged: 1000 }, MAX_LOOKS, 1, false],
  ])("%s", (...[, at, looks, sinceMs, expected]) => {
    expect(isSoonAfter({ readAtMs: 1000 + sinceMs }, { at, looks })).toBe(expected);
  });
});

describe("isMissedTooSoon and isRevivedTooSoon", () => {
  const fence = { sourceUpdatedAtMs: 1, readAtMs: 1000 };
  const context = contextOf({});

  it.each<[name: string, stored: SyncRecord, isMissed: boolean, isRevived: boolean]>([
    ["linked", sampleCustomer("1", { fence }), true, false],
    ["excluded", sampleCustomer("1", { fence, state: "excluded" }), true, false],
    ["deleted", sampleCustomer("1", { fence, state: "deleted", reason: { code: "deletedInHubSpot" } }), true, true],
    ["gone", sampleCustomer("1", { fence, state: "deleted", reason: { code: "goneFromHubSpot" } }), false, true],
    ["merged", sampleCustomer("1", { fence, state: "merged" }), false, false],
    [
      "merged into a contact that is gone",
      samplePerson("3", "1", { fence, state: "merged", reason: { code: "goneFromHubSpot" } }),
      false,
      false,
    ],
    ["erased", samplePerson("3", "1", { fence, state: "erased" }), false, false],
    [
      "not associated, which only a live contact shows",
      samplePerson("3", "1", { fence, state: "deleted", reason: { code: "notAssociated", companyId: "1" } }),
      true,
      false,
    ],
  ])("of what is %s", (...[, stored, isMissed, isRevived]) => {
    expect(isMissedTooSoon(stored, { kind: "missing", readAtMs: 1001 }, context)).toBe(isMissed);
    expect(isRevivedTooSoon(stored, 1001, context)).toBe(isRevived);
  });

  it.each<
    [name: string, code: "deletedInHubSpot" | "goneFromHubSpot", kind: "missing" | "archived", isMissed: boolean]
  >([
    ["in the bin, and not found there", "deletedInHubSpot", "missing", true],
    ["in the bin, and found there again", "deletedInHubSpot", "archived", false],
    ["gone, and not found again", "goneFromHubSpot", "missing", false],
  ])("of what was %s", (...[, code, kind, isMissed]) => {
    const stored = sampleCustomer("1", { fence, state: "deleted", reason: { code } });
    expect(isMissedTooSoon(stored, { kind, readAtMs: 1001 }, context)).toBe(isMissed);
  });
});

describe("LOOK_DELAYS_SECONDS", () => {
  it("has a delay for each look and outlasts the replicas' lag", () => {
    expect(LOOK_DELAYS_SECONDS).toHaveLength(MAX_LOOKS);
    expect(LOOK_DELAYS_SECONDS.reduce((sum, seconds) => sum + seconds * 1000, 0)).toBeGreaterThan(REPLICA_LAG_MS);
  });
});
