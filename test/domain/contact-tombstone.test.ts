import { describe, expect, it } from "vitest";
import { decideTombstone, eraseContact, erasePerson } from "../../lib/domain/contact-tombstone.ts";
import { MAX_LOOKS, NO_HINT, type Hint } from "../../lib/domain/decision.ts";
import type { Contact, Observation } from "../../lib/domain/hubspot-object.ts";
import type { ContactPerson, ContactTombstone } from "../../lib/domain/record.ts";
import { REPLICA_LAG_MS } from "../../lib/domain/suspicion.ts";
import { NOW_MS, sampleContact, sampleContext, UPDATED_AT_MS } from "../fixtures/sample-objects.ts";
import { samplePerson, sampleTombstone } from "../fixtures/sample-records.ts";

const live: Observation<Contact> = { kind: "live", readAtMs: NOW_MS, object: sampleContact("3") };
const archived: Observation<Contact> = { kind: "archived", readAtMs: NOW_MS, updatedAtMs: UPDATED_AT_MS };
const missing: Observation<Contact> = { kind: "missing", readAtMs: NOW_MS };
const absorbed: Observation<Contact> = { kind: "absorbed", readAtMs: NOW_MS, survivorId: "8" };
const believed: Hint = { at: { deleted: 1 }, looks: MAX_LOOKS };

interface Case {
  readonly observed: Observation<Contact>;
  readonly persons?: readonly ContactPerson[];
  readonly stored?: ContactTombstone;
  readonly hint?: Hint;
}

function decide({ observed, persons = [], stored, hint = believed }: Case): ContactTombstone | undefined {
  return decideTombstone({ contactId: "3", observed, persons, stored, context: sampleContext(hint) });
}

const person = samplePerson("3", "1");
const readAt = (readAtMs: number): ContactPerson =>
  samplePerson("3", "1", { fence: { sourceUpdatedAtMs: UPDATED_AT_MS, readAtMs } });
const deletedStone = sampleTombstone("3", { state: "deleted" });

describe("decideTombstone", () => {
  it.each<[name: string, given: Case, state: ContactTombstone["state"] | undefined]>([
    ["an archived contact", { observed: archived, persons: [person] }, "deleted"],
    [
      "an archived contact of which nothing is stored, for a slower creation may follow",
      { observed: archived },
      "deleted",
    ],
    ["a missing contact with contact persons", { observed: missing, persons: [person] }, "deleted"],
    ["a missing contact of which nothing is stored", { observed: missing }, undefined],
    [
      "a missing contact that may still appear",
      { observed: missing, persons: [person], hint: { ...believed, looks: 3 } },
      undefined,
    ],
    [
      "a missing contact that was there just before",
      { observed: missing, persons: [readAt(NOW_MS - REPLICA_LAG_MS + 1)], hint: NO_HINT },
      undefined,
    ],
    [
      "an archived contact that was there just before",
      { observed: archived, persons: [readAt(NOW_MS - REPLICA_LAG_MS + 1)], hint: NO_HINT },
      undefined,
    ],
    [
      "an archived contact that was there a while before",
      { observed: archived, persons: [readAt(NOW_MS - REPLICA_LAG_MS)], hint: NO_HINT },
      "deleted",
    ],
    ["an absorbed contact", { observed: absorbed }, "merged"],
    ["an absorbed contact that was deleted before", { observed: absorbed, stored: deletedStone }, "merged"],
    ["a live contact", { observed: live, persons: [person], stored: deletedStone }, undefined],
    ["an erased contact", { observed: absorbed, stored: sampleTombstone("3") }, undefined],
    [
      "a contact already known as merged",
      { observed: archived, stored: sampleTombstone("3", { state: "merged" }) },
      undefined,
    ],
  ])("of %s", (_name, given, state) => {
    expect(decide(given)?.state).toBe(state);
  });

  it.each<[name: string, persons: readonly ContactPerson[], hint: Hint, revision: number | undefined]>([
    ["an event tells of it", [], believed, 2],
    ["a pass finds contact persons that were linked again", [person], NO_HINT, 2],
    ["a pass finds nothing new", [samplePerson("3", "1", { state: "deleted" })], NO_HINT, undefined],
  ])("renews the tombstone of a contact deleted again when %s", (...[, persons, hint, revision]) => {
    expect(decide({ observed: archived, persons, stored: deletedStone, hint })?.revision).toBe(revision);
  });

  it.each<[name: string, sinceMs: number, revision: number | undefined]>([
    ["older than the tombstone", -1, undefined],
    ["that left the tombstone", 0, undefined],
    ["later than the tombstone", 1, 2],
  ])("on a read %s", (...[, sinceMs, revision]) => {
    const fence = { sourceUpdatedAtMs: UPDATED_AT_MS, readAtMs: NOW_MS - sinceMs };
    const stored = sampleTombstone("3", { state: "deleted", fence });
    expect(decide({ observed: archived, stored })?.revision).toBe(revision);
  });

  it("is written by a pass, too, when nothing is known yet or when the contact was absorbed since", () => {
    expect(decide({ observed: archived, hint: NO_HINT })?.state).toBe("deleted");
    expect(decide({ observed: absorbed, stored: deletedStone, hint: NO_HINT })?.state).toBe("merged");
  });

  it("is written of an absorbed contact that was seen a moment ago, but not yet of one that is only missing", () => {
    const persons = [samplePerson("3", "1", { fence: { sourceUpdatedAtMs: 1, readAtMs: NOW_MS - 1 } })];
    const hint = { at: { property: 1 }, looks: MAX_LOOKS };
    expect(decide({ observed: absorbed, persons, hint })?.state).toBe("merged");
    expect(decide({ observed: missing, persons, hint })).toBeUndefined();
  });

  it("is renewed when only one of several contact persons was linked again", () => {
    const persons = [samplePerson("3", "1", { state: "deleted" }), samplePerson("3", "2")];
    expect(decide({ observed: archived, persons, stored: deletedStone, hint: NO_HINT })?.revision).toBe(2);
  });

  it("holds ids and the fence, and nothing else", () => {
    const stone = { type: "contactTombstone", contactId: "3", revision: 1 };
    expect(decide({ observed: archived })).toStrictEqual({
      ...stone,
      state: "deleted",
      fence: { sourceUpdatedAtMs: UPDATED_AT_MS, readAtMs: NOW_MS },
    });
    expect(decide({ observed: absorbed })).toStrictEqual({
      ...stone,
      state: "merged",
      mergedInto: "8",
      fence: { sourceUpdatedAtMs: 0, readAtMs: NOW_MS },
    });
  });

  it("names the survivor and counts revisions", () => {
    expect(decide({ observed: absorbed })).toMatchObject({ mergedInto: "8", revision: 1 });
    expect(decide({ observed: absorbed, stored: deletedStone })).toMatchObject({ mergedInto: "8", revision: 2 });
  });

  it("stands at the newest fence of what is stored when the read carries no stamp", () => {
    const newer = { sourceUpdatedAtMs: UPDATED_AT_MS - 5, readAtMs: 7 };
    const persons = [person, samplePerson("3", "2", { fence: newer })];
    for (const some of [persons, persons.toReversed()])
      expect(decide({ observed: missing, persons: some })?.fence).toEqual({ ...newer, readAtMs: NOW_MS });
  });
});

describe("eraseContact", () => {
  it("writes a tombstone without any personal data, once", () => {
    const stone = eraseContact("3", { persons: [person] }, NOW_MS);
    const fence = { ...person.fence, readAtMs: NOW_MS };
    expect(stone).toEqual({ type: "contactTombstone", contactId: "3", state: "erased", fence, revision: 1 });
    expect(eraseContact("3", { persons: [], tombstone: stone }, NOW_MS)).toBeUndefined();
  });

  it("still tells into whom the contact was merged, for an erasure that was cut short goes on from there", () => {
    const tombstone = sampleTombstone("3", { state: "merged", mergedInto: "8" });
    expect(eraseContact("3", { persons: [], tombstone }, NOW_MS)).toStrictEqual({
      type: "contactTombstone",
      contactId: "3",
      state: "erased",
      mergedInto: "8",
      fence: { ...tombstone.fence, readAtMs: NOW_MS },
      revision: 2,
    });
    expect(eraseContact("3", { persons: [] }, NOW_MS)).not.toHaveProperty("mergedInto");
  });

  it.each(["deleted", "merged"] as const)("goes over a contact that is %s", (state) => {
    const tombstone = sampleTombstone("3", { state, revision: 2 });
    expect(eraseContact("3", { persons: [], tombstone }, NOW_MS)).toMatchObject({ state: "erased", revision: 3 });
  });
});

describe("erasePerson", () => {
  const secret = "Änne";
  const history = [{ atMs: 1, cause: "event", fields: [{ field: "firstName", to: secret }] }] as const;

  it.each(["linked", "detached", "deleted", "excluded", "waiting", "merged", "failing"] as const)(
    "leaves ids alone of a contact person that is %s, and no history",
    (state) => {
      const erased = erasePerson(samplePerson("3", "1", { state, history }), NOW_MS);
      expect(erased).toMatchObject({ contactId: "3", companyId: "1", state: "erased", history: [], revision: 2 });
      expect(erased).not.toHaveProperty("fields");
      expect(JSON.stringify(erased)).not.toContain(secret);
    },
  );

  it("keeps ids, times and the reason, and nothing else", () => {
    const stored = samplePerson("3", "1", { absorbedIds: ["2"] });
    const { createdAtMs, fence } = stored;
    expect(erasePerson(stored, NOW_MS)).toStrictEqual({
      type: "contactPerson",
      contactId: "3",
      companyId: "1",
      state: "erased",
      reason: { code: "erasedForPrivacy" },
      fence: { ...fence, readAtMs: NOW_MS },
      revision: 2,
      createdAtMs,
      changedAtMs: NOW_MS,
      history: [],
      absorbedIds: ["2"],
    });
  });

  it("is done once", () => {
    expect(erasePerson(samplePerson("3", "1", { state: "erased" }), NOW_MS)).toBeUndefined();
  });
});
