import { describe, expect, it } from "vitest";
import { MAX_LOOKS, type Hint, type Suspicion } from "../../lib/domain/decision.ts";
import {
  isWithinLag,
  LOOK_DELAYS_SECONDS,
  REPLICA_LAG_MS,
  suspectLinks,
  suspectObject,
} from "../../lib/domain/suspicion.ts";
import type { Observation } from "../../lib/domain/hubspot-object.ts";
import { sampleCustomer } from "../fixtures/sample-records.ts";

const live = { kind: "live", readAtMs: 900, object: { updatedAtMs: 500 } } as const;
const archived = { kind: "archived", readAtMs: 900, updatedAtMs: 500 } as const;
const missing = { kind: "missing", readAtMs: 900 } as const;
const absorbed = { kind: "absorbed", readAtMs: 900, survivorId: "2" } as const;

const hint = (at: Hint["at"], looks = 0): Hint => ({ at, looks });

const linksOf = (...ids: readonly string[]) => ids.map((companyId) => ({ companyId, isPrimary: false }));

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

describe("isWithinLag", () => {
  const stored = sampleCustomer("1", { fence: { sourceUpdatedAtMs: 1, readAtMs: 1000 } });

  it("holds up to the replicas' lag and not from then on", () => {
    expect(isWithinLag(stored, 1000 + REPLICA_LAG_MS - 1, hint({}))).toBe(true);
    expect(isWithinLag(stored, 1000 + REPLICA_LAG_MS, hint({}))).toBe(false);
  });

  it("ends when the read was repeated often enough", () => {
    expect(isWithinLag(stored, 1001, hint({}, MAX_LOOKS - 1))).toBe(true);
    expect(isWithinLag(stored, 1001, hint({}, MAX_LOOKS))).toBe(false);
  });
});

describe("LOOK_DELAYS_SECONDS", () => {
  it("has a delay for each look and outlasts the replicas' lag", () => {
    expect(LOOK_DELAYS_SECONDS).toHaveLength(MAX_LOOKS);
    expect(LOOK_DELAYS_SECONDS.reduce((sum, seconds) => sum + seconds * 1000, 0)).toBeGreaterThan(REPLICA_LAG_MS);
  });
});
