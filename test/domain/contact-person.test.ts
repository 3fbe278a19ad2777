import { describe, expect, it } from "vitest";
import { decideContactPerson } from "../../lib/domain/contact-person.ts";
import { decideTombstone } from "../../lib/domain/contact-tombstone.ts";
import { MAX_LOOKS, type Hint } from "../../lib/domain/decision.ts";
import type { ContactPerson } from "../../lib/domain/record.ts";
import { REPLICA_LAG_MS } from "../../lib/domain/suspicion.ts";
import { describeDecision, findGaps, pick, readTable } from "../fixtures/decision-table.ts";
import { SEEN_CONTACTS, STORED_PERSONS } from "../fixtures/life-cases.ts";
import { NOW_MS, sampleContext } from "../fixtures/sample-objects.ts";
import { samplePerson, sampleTombstone } from "../fixtures/sample-records.ts";

/** "Life of a record" for contact persons with data: a sighting (row) meets what is stored (column). See `readTable`. */
const WITH_DATA = `
                          | reason           | linked    | excluded+ | waiting+  | deleted+  | failing+  | detached+
eligible                  |                  | linked*   | linked*   | linked*   | linked*   | linked*   | linked*
customer failing          |                  | linked*   | linked*   | linked*   | linked*   | linked*   | linked*
customer detached         | customerDetached | detached+ | detached+ | detached+ | =         | detached+ | =
customer excluded         | customerExcluded | excluded+ | touch     | excluded+ | excluded+ | excluded+ | excluded+
customer excluded entry   | customerExcluded | excluded+ | touch     | excluded+ | excluded+ | excluded+ | excluded+
customer deleted          | customerDeleted  | deleted+  | deleted+  | deleted+  | deleted+  | deleted+  | deleted+
customer held             | customerNotHere  | waiting+  | waiting+  | touch     | waiting+  | waiting+  | waiting+
customer merged           | absorbedBy       | merged-?  | merged-?  | merged-?  | merged-?  | merged-?  | merged-?
customer unseen           | customerNotHere  | waiting+  | waiting+  | touch     | waiting+  | waiting+  | waiting+
not associated            | notAssociated    | deleted+  | deleted+  | deleted+  | deleted+  | deleted+  | deleted+
archived                  | deletedInHubSpot | deleted+  | deleted+  | deleted+  | touch     | deleted+  | deleted+
absorbed                  | absorbedBy       | merged-   | merged-   | merged-   | merged-   | merged-   | merged-
missing                   | goneFromHubSpot  | deleted-  | deleted-  | deleted-  | deleted-  | deleted-  | deleted-
missing at first          |                  | ?         | ?         | ?         | ?         | ?         | ?
outdated                  |                  | =         | =         | =         | =         | =         | =
outdated deletion         |                  | =         | =         | =         | =         | =         | =
known as erased           | erasedForPrivacy | erased-   | erased-   | erased-   | erased-   | erased-   | erased-
known as merged           | goneFromHubSpot  | merged-   | merged-   | merged-   | merged-   | merged-   | merged-
known as merged, absorbed | absorbedBy       | merged-   | merged-   | merged-   | merged-   | merged-   | merged-
deleted since             |                  | =         | =         | =         | =         | =         | =
deleted before            |                  | linked*   | linked*   | linked*   | linked*   | linked*   | linked*
`;

/** The same for contact persons that were never transferred, and for those that hold nothing any more. */
const WITHOUT_DATA = `
                          | reason           | nothing   | excluded- | waiting-  | deleted-  | failing-  | detached- | merged    | erased
eligible                  |                  | linked*   | linked*   | linked*   | linked*   | linked*   | linked*   | linked*   | =
customer failing          |                  | linked*   | linked*   | linked*   | linked*   | linked*   | linked*   | linked*   | =
customer detached         | customerDetached | detached- | detached- | detached- | =         | detached- | =         | =         | =
customer excluded         | customerExcluded | excluded- | touch     | excluded- | excluded- | excluded- | excluded- | excluded- | =
customer excluded entry   | customerExcluded | excluded- | touch     | excluded- | excluded- | excluded- | excluded- | excluded- | =
customer deleted          | customerDeleted  | deleted-  | deleted-  | deleted-  | deleted-  | deleted-  | deleted-  | deleted-  | =
customer held             | customerNotHere  | waiting-  | waiting-  | touch     | waiting-  | waiting-  | waiting-  | waiting-  | =
customer merged           | absorbedBy       | merged-?  | merged-?  | merged-?  | merged-?  | merged-?  | merged-?  | touch?    | =
customer unseen           | customerNotHere  | waiting-  | waiting-  | touch     | waiting-  | waiting-  | waiting-  | waiting-  | =
not associated            | notAssociated    | =         | deleted-  | deleted-  | deleted-  | deleted-  | deleted-  | deleted-  | =
archived                  | deletedInHubSpot | deleted-  | deleted-  | deleted-  | touch     | deleted-  | deleted-  | deleted-  | =
absorbed                  | absorbedBy       | merged-   | merged-   | merged-   | merged-   | merged-   | merged-   | =         | =
missing                   | goneFromHubSpot  | =         | deleted-  | deleted-  | deleted-  | deleted-  | deleted-  | =         | =
missing at first          |                  | ?         | ?         | ?         | ?         | ?         | ?         | ?         | =
outdated                  |                  | linked*   | =         | =         | =         | =         | =         | =         | =
outdated deletion         | deletedInHubSpot | deleted-  | =         | =         | =         | =         | =         | =         | =
known as erased           | erasedForPrivacy | =         | erased-   | erased-   | erased-   | erased-   | erased-   | erased-   | =
known as merged           | goneFromHubSpot  | =         | merged-   | merged-   | merged-   | merged-   | merged-   | =         | =
known as merged, absorbed | absorbedBy       | merged-   | merged-   | merged-   | merged-   | merged-   | merged-   | =         | =
deleted since             |                  | =         | =         | =         | =         | =         | =         | =         | =
deleted before            |                  | linked*   | linked*   | linked*   | linked*   | linked*   | linked*   | linked*   | =
`;

const ids = { contactId: "3", companyId: "1" };
const expectsLink = (isAssociated: boolean): Hint => ({
  at: { association: 1 },
  expects: { "1": { isAssociated, atMs: 1 } },
  looks: 0,
});

describe("decideContactPerson", () => {
  const cells = [...readTable(WITH_DATA), ...readTable(WITHOUT_DATA)];

  it("has a cell for every sighting of everything that may be stored", () => {
    expect(findGaps(cells, { seen: SEEN_CONTACTS, stored: STORED_PERSONS })).toEqual([]);
  });

  it.each(cells)("on $sighting, stored $stored: $expected", ({ sighting, stored: column, expected }) => {
    const { stored } = pick(STORED_PERSONS, column);
    const decision = decideContactPerson({ ...ids, stored, ...pick(SEEN_CONTACTS, sighting) });
    expect(describeDecision(decision, stored)).toBe(expected);
  });

  it("carries the label of this association, not of another", () => {
    const links = [
      { companyId: "1", isPrimary: false },
      { companyId: "2", isPrimary: true },
    ];
    const decision = decideContactPerson({ ...ids, stored: undefined, ...pick(SEEN_CONTACTS, "eligible"), links });
    expect(decision).toMatchObject({ record: { fields: { primary: false } } });
  });

  it("keeps values out of the history", () => {
    const stored = samplePerson("3", "1");
    const decision = decideContactPerson({ ...ids, stored, ...pick(SEEN_CONTACTS, "eligible") });
    const history = decision.kind === "write" ? decision.record.history : [];
    expect(history).toHaveLength(1);
    expect(history[0]?.fields).toContainEqual({ field: "firstName" });
    expect(JSON.stringify(history)).not.toMatch(/Jörg|Änne|example/u);
  });

  it.each<[name: string, hint: Hint, sighting: string, expected: string]>([
    ["added", expectsLink(true), "eligible", "linked*"],
    ["added, not yet to be seen", expectsLink(true), "not associated", "?"],
    ["removed", expectsLink(false), "not associated", "deleted- notAssociated"],
    ["removed, still to be seen", expectsLink(false), "eligible", "?"],
    ["removed, still to be seen at the last look", { ...expectsLink(false), looks: MAX_LOOKS }, "eligible", "linked*"],
  ])("of a contact of which nothing is stored believes an association %s", (...[, hint, sighting, expected]) => {
    const context = sampleContext(hint);
    const decision = decideContactPerson({ ...ids, stored: undefined, ...pick(SEEN_CONTACTS, sighting), context });
    expect(describeDecision(decision, undefined)).toBe(expected);
  });

  it.each<[name: string, hint: Hint, sighting: string, expected: string]>([
    ["told and seen", expectsLink(true), "customer detached", "detached- customerDetached"],
    ["told, not yet to be seen", expectsLink(true), "not associated", "?"],
    ["neither told nor seen", { at: { property: 1 }, looks: 0 }, "not associated", "="],
  ])("notes a contact at a detached customer whose association is %s", (...[, hint, sighting, expected]) => {
    const { customer } = pick(SEEN_CONTACTS, "customer detached");
    const seen = { ...pick(SEEN_CONTACTS, sighting), customer };
    const decision = decideContactPerson({ ...ids, stored: undefined, ...seen, context: sampleContext(hint) });
    expect(describeDecision(decision, undefined)).toBe(expected);
  });

  it.each<[name: string, at: Hint["at"], looks: number, expected: string]>([
    ["keeps what it has, as long as no merge is known of", { property: 1 }, MAX_LOOKS, "="],
    ["is emptied when it was merged into one that is gone", { merged: 1 }, MAX_LOOKS, "merged- goneFromHubSpot"],
    ["is looked at again before that, as often as any other", { merged: 1 }, 0, "?"],
    ["is emptied when only the tombstone knows of that", { follow: 1 }, MAX_LOOKS, "merged- goneFromHubSpot"],
  ])("at a detached customer, of a contact that is gone, %s", (...[, at, looks, expected]) => {
    const { customer } = pick(SEEN_CONTACTS, "customer detached");
    const reason = { code: "customerDetached", companyId: "1" } as const;
    const stored = samplePerson("3", "1", { state: "detached", reason, fence: { sourceUpdatedAtMs: 1, readAtMs: 1 } });
    const context = sampleContext({ at, looks });
    const tombstone = at.follow === undefined ? undefined : sampleTombstone("3", { state: "merged", mergedInto: "4" });
    const seen = { ...pick(SEEN_CONTACTS, "missing"), customer, tombstone };
    const decision = decideContactPerson({ ...ids, stored, ...seen, context });
    expect(describeDecision(decision, stored)).toBe(expected);
  });

  const unassociated: ContactPerson = samplePerson("3", "1", {
    state: "deleted",
    reason: { code: "notAssociated", companyId: "1" },
  });

  it.each<[name: string, stored: ContactPerson, sighting: string, sinceMs: number, expected: string]>([
    ["within the lag", samplePerson("3", "1"), "not associated", REPLICA_LAG_MS - 1, "?"],
    ["after the lag", samplePerson("3", "1"), "not associated", REPLICA_LAG_MS, "deleted+ notAssociated"],
    ["that comes back within the lag", unassociated, "eligible", REPLICA_LAG_MS - 1, "?"],
    ["that comes back after the lag", unassociated, "eligible", REPLICA_LAG_MS, "linked*"],
  ])(
    "looks again at an association lost although no event spoke of it: %s",
    (...[, stored, sighting, sinceMs, expected]) => {
      const seen = pick(SEEN_CONTACTS, sighting);
      const aged = { ...stored, fence: { sourceUpdatedAtMs: 1, readAtMs: seen.observed.readAtMs - sinceMs } };
      const decision = decideContactPerson({ ...ids, stored: aged, ...seen });
      expect(describeDecision(decision, aged)).toBe(expected);
    },
  );

  it.each<[name: string, stored: ContactPerson, sighting: string, hint: Omit<Hint, "looks">, expected: string]>([
    [
      "lost by an event since",
      samplePerson("3", "1"),
      "not associated",
      { at: { association: NOW_MS }, expects: { "1": { isAssociated: false, atMs: NOW_MS } } },
      "deleted+ notAssociated",
    ],
    [
      "lost by an event from before",
      samplePerson("3", "1"),
      "not associated",
      { at: { association: 1 }, expects: { "1": { isAssociated: false, atMs: 1 } } },
      "?",
    ],
    [
      "won by an event from before",
      unassociated,
      "eligible",
      { at: { association: 1 }, expects: { "1": { isAssociated: true, atMs: 1 } } },
      "linked*?",
    ],
    ["won, and an event spoke of another company", unassociated, "eligible", { at: { association: 1 } }, "?"],
  ])("within the lag, of an association %s", (...[, stored, sighting, hint, expected]) => {
    const seen = pick(SEEN_CONTACTS, sighting);
    const aged = { ...stored, fence: { sourceUpdatedAtMs: 1, readAtMs: seen.observed.readAtMs - 1 } };
    const context = sampleContext({ ...hint, looks: 0 });
    expect(describeDecision(decideContactPerson({ ...ids, stored: aged, ...seen, context }), aged)).toBe(expected);
  });

  it.each<[name: string, hint: Omit<Hint, "looks">, sinceMs: number, expected: string]>([
    ["no event speaks of", { at: { property: 1 } }, REPLICA_LAG_MS - 1, "?"],
    ["no event speaks of, clearly later", { at: { property: 1 } }, REPLICA_LAG_MS, "linked*"],
    [
      "an event since speaks of",
      { at: { association: NOW_MS }, expectsPrimary: { companyId: "1", isPrimary: true, atMs: NOW_MS } },
      1,
      "linked*",
    ],
    ["no event since speaks of, but of an association", { at: { association: NOW_MS } }, 1, "?"],
    [
      "an event from before speaks of",
      { at: { association: 1 }, expectsPrimary: { companyId: "1", isPrimary: true, atMs: 1 } },
      1,
      "linked*?",
    ],
    [
      "an event since contradicts",
      { at: { association: NOW_MS }, expectsPrimary: { companyId: "2", isPrimary: true, atMs: NOW_MS } },
      REPLICA_LAG_MS,
      "?",
    ],
  ])("believes a primary label that turns or not: one that %s", (...[, hint, sinceMs, expected]) => {
    const seen = pick(SEEN_CONTACTS, "eligible");
    const fence = { sourceUpdatedAtMs: 1, readAtMs: seen.observed.readAtMs - sinceMs };
    const { fields } = samplePerson("3", "1");
    if (fields === undefined) throw new TypeError("the sample has no fields");
    const stored = samplePerson("3", "1", { fence, fields: { ...fields, primary: false } });
    const context = sampleContext({ ...hint, looks: 0 });
    expect(describeDecision(decideContactPerson({ ...ids, stored, ...seen, context }), stored)).toBe(expected);
  });

  it("is stripped when it was created from a read before the merge that the tombstone tells of", () => {
    const seen = pick(SEEN_CONTACTS, "eligible");
    const { updatedAtMs } = seen.observed.kind === "live" ? seen.observed.object : { updatedAtMs: 0 };
    const fence = { sourceUpdatedAtMs: updatedAtMs, readAtMs: seen.observed.readAtMs };
    const stored = samplePerson("3", "1", { fence, revision: 1 });
    const later = { ...fence, readAtMs: fence.readAtMs + 10_000 };
    const tombstone = sampleTombstone("3", { state: "merged", mergedInto: "4", fence: later });
    const decision = decideContactPerson({ ...ids, stored, ...seen, tombstone });
    expect(describeDecision(decision, stored)).toBe("merged- absorbedBy");
    expect(decision).toMatchObject({ record: { fence: later } });
  });

  it.each(["missing", "archived"])("does not believe a read that finds it %s just after it was there", (sighting) => {
    const seen = pick(SEEN_CONTACTS, sighting);
    const fence = { sourceUpdatedAtMs: 1, readAtMs: seen.observed.readAtMs - REPLICA_LAG_MS + 1 };
    const stored = samplePerson("3", "1", { fence });
    const decision = decideContactPerson({ ...ids, stored, ...seen });
    expect(decision).toEqual({ kind: "keep", again: "seenJustBefore" });
  });

  it.each<[name: string, at: Hint["at"], sinceMs: number, expected: string]>([
    ["not by a late update within the replicas' lag", { property: 1 }, REPLICA_LAG_MS - 1, "?"],
    ["by a live read clearly after it", { property: 1 }, REPLICA_LAG_MS, "linked*"],
    ["by a restore event at once", { restored: NOW_MS }, 1, "linked*"],
  ])("revives a deleted contact person %s", (...[, at, sinceMs, expected]) => {
    const seen = pick(SEEN_CONTACTS, "eligible");
    const fence = { sourceUpdatedAtMs: 1, readAtMs: seen.observed.readAtMs - sinceMs };
    const stored = samplePerson("3", "1", { state: "deleted", reason: { code: "deletedInHubSpot" }, fence });
    const decision = decideContactPerson({ ...ids, stored, ...seen, context: sampleContext({ at, looks: 0 }) });
    expect(describeDecision(decision, stored)).toBe(expected);
  });

  it.each([
    ["absorbed", "merged- absorbedBy"],
    ["missing", "deleted- goneFromHubSpot"],
  ])("ends a contact person at an older stamp than the contact's others when it is %s", (sighting, expected) => {
    const fence = { sourceUpdatedAtMs: 100, readAtMs: 100 };
    const stored = samplePerson("3", "1", { fence });
    const others = [samplePerson("3", "2", { fence: { sourceUpdatedAtMs: 200, readAtMs: 200 } }), stored];
    const seen = pick(SEEN_CONTACTS, sighting);
    const stone = decideTombstone({ contactId: "3", persons: others, ...seen, stored: undefined });
    const decision = decideContactPerson({ ...ids, stored, ...seen, tombstone: stone });
    expect(describeDecision(decision, stored)).toBe(expected);
  });
});
