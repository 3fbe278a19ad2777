import { describe, expect, it } from "vitest";
import { decideContactPerson, judgeLiveContact } from "../../lib/domain/contact-person.ts";
import { MAX_LOOKS, type Decision, type Hint } from "../../lib/domain/decision.ts";
import type { ContactPerson, Customer, Reason } from "../../lib/domain/record.ts";
import { describeDecision, pick } from "../fixtures/decision-table.ts";
import { CUSTOMERS, SEEN_CONTACTS, STORED_PERSONS } from "../fixtures/life-cases.ts";
import { primaryLink, sampleContext } from "../fixtures/sample-objects.ts";
import { sampleCustomer, samplePerson, sampleTombstone, sampleUntransferred } from "../fixtures/sample-records.ts";

const elsewhere = [primaryLink("2")];
const added: Hint = { at: { association: 1 }, expects: { "1": { isAssociated: true, atMs: 1 } }, looks: 0 };
const believed: Hint = { at: { property: 1 }, looks: MAX_LOOKS };

interface Given {
  readonly stored?: ContactPerson | undefined;
  readonly hint?: Hint;
  readonly links?: Parameters<typeof decideContactPerson>[0]["links"];
  readonly customer?: Customer | undefined;
  readonly tombstone?: Parameters<typeof decideContactPerson>[0]["tombstone"];
}

function decide(sighting: string, { stored, hint, ...given }: Given): Decision<ContactPerson> {
  const seen = { ...pick(SEEN_CONTACTS, sighting), ...given, ...(hint && { context: sampleContext(hint) }) };
  return decideContactPerson({ contactId: "3", companyId: "1", stored, ...seen });
}

function show(sighting: string, given: Given): string {
  return describeDecision(decide(sighting, given), given.stored);
}

const linked = samplePerson("3", "1");
const { customer: detached } = pick(SEEN_CONTACTS, "customer detached");
const { readAtMs } = pick(SEEN_CONTACTS, "eligible").observed;
const justNow = { sourceUpdatedAtMs: 1, readAtMs: readAtMs - 1 };

describe("decideContactPerson", () => {
  it.each<[name: string, sighting: string, given: Given, again: string]>([
    [
      "a live contact that an event deleted",
      "eligible",
      { stored: linked, hint: { at: { deleted: 1 }, looks: 0 } },
      "stillThere",
    ],
    [
      "an archived contact that an event restored",
      "archived",
      { stored: linked, hint: { at: { restored: 1 }, looks: 0 } },
      "stillArchived",
    ],
    ["an association that an event added", "not associated", { hint: added }, "associationOlderThanEvent"],
    [
      "the same at a detached customer",
      "not associated",
      { hint: added, customer: detached },
      "associationOlderThanEvent",
    ],
    [
      "a read older than what is stored, after an event that no stamp shows",
      "outdated",
      { stored: linked, hint: { at: { association: 1 }, looks: 0 } },
      "olderThanStored",
    ],
    [
      "a read older than what is stored and than an event since",
      "outdated",
      { stored: linked, hint: { at: { property: Number.MAX_SAFE_INTEGER }, looks: 0 } },
      "readOlderThanEvent",
    ],
    ["a contact not found yet at a detached customer", "missing", { hint: added, customer: detached }, "notFoundYet"],
    [
      "a contact of a detached customer that an event restored",
      "archived",
      { hint: { at: { restored: 1 }, looks: 0 }, customer: detached },
      "stillArchived",
    ],
    [
      "a lost association that no event spoke of",
      "not associated",
      { stored: { ...linked, fence: justNow }, hint: { at: { property: 1 }, looks: 0 } },
      "unexpectedFlip",
    ],
  ])("looks again at %s, and says why", (...[, sighting, given, again]) => {
    expect(decide(sighting, given)).toStrictEqual({ kind: "keep", again });
  });

  it("takes no association with another company for one with this", () => {
    expect(show("eligible", { stored: linked, links: elsewhere })).toBe("deleted+ notAssociated");
    expect(show("eligible", { links: elsewhere, customer: detached })).toBe("=");
  });

  it("empties what it has when the contact was merged into one that is gone", () => {
    const hint: Hint = { at: { merged: 1 }, looks: MAX_LOOKS };
    expect(show("missing", { stored: linked, hint })).toBe("merged- goneFromHubSpot");
  });

  it("leads to the survivor that the tombstone names, also of a company that nobody has seen", () => {
    const tombstone = sampleTombstone("3", { state: "merged", mergedInto: "8" });
    const decision = decide("eligible", { stored: linked, tombstone, customer: undefined });
    expect(decision).toMatchObject({ record: { state: "merged", reason: { code: "absorbedBy", survivorId: "8" } } });
  });

  it("believes an event that an association came back, also within the replicas' lag, and looks once more", () => {
    const stored = samplePerson("3", "1", {
      state: "deleted",
      reason: { code: "notAssociated", companyId: "1" },
      fence: justNow,
    });
    expect(show("eligible", { stored, hint: added })).toBe("linked*?");
    expect(show("eligible", { stored, hint: { at: { property: 1 }, looks: 0 } })).toBe("?");
  });

  it("believes at once that a merged company has lost its contacts: no event tells of them", () => {
    const stored = { ...linked, fence: justNow };
    const hint: Hint = { at: { property: 1 }, looks: 0 };
    expect(show("customer merged", { stored, links: [], hint })).toBe("merged- absorbedBy");
    expect(
      show("customer merged", {
        stored: { ...stored, state: "deleted", reason: { code: "notAssociated", companyId: "1" } },
        hint,
      }),
    ).toBe("?");
  });

  it.each<[name: string, links: NonNullable<Given["links"]>, hint: Hint, expected: string]>([
    ["neither company", [], { at: { follow: readAtMs }, looks: 0 }, "merged-? absorbedBy"],
    ["the survivor", [primaryLink("2")], { at: { follow: readAtMs }, looks: 0 }, "merged- absorbedBy"],
    ["another company", [primaryLink("7")], { at: { follow: readAtMs }, looks: 0 }, "merged-? absorbedBy"],
    ["neither at the last look", [], { at: { follow: readAtMs }, looks: MAX_LOOKS }, "merged- absorbedBy"],
    ["neither long after", [], { at: { follow: 1 }, looks: 0 }, "merged- absorbedBy"],
  ])("after a merge, when the read shows %s", (...[, links, hint, expected]) => {
    const customer = sampleUntransferred("1", { state: "merged", reason: { code: "absorbedBy", survivorId: "2" } });
    expect(show("eligible", { stored: linked, customer, links, hint })).toBe(expected);
  });

  it.each<[name: string, code: "absorbedBy" | "attachedTo", looks: number, expected: string]>([
    ["doubts a read that shows it at a company that was absorbed", "absorbedBy", 0, "merged-? absorbedBy"],
    ["ends that at the last look", "absorbedBy", MAX_LOOKS, "merged- absorbedBy"],
    ["does not doubt it where an admin attached the company to another one", "attachedTo", 0, "merged- absorbedBy"],
  ])("%s", (...[, code, looks, expected]) => {
    const customer = sampleUntransferred("1", { state: "merged", reason: { code, survivorId: "2" } });
    expect(show("eligible", { stored: linked, customer, hint: { at: { property: 1 }, looks } })).toBe(expected);
  });

  it.each([
    ["what is stored", 10, 20, 5, 20],
    ["the tombstone", 10, 5, 20, 20],
    ["the read", 30, 5, 20, 30],
  ])(
    "strips a person of a merged or erased contact at the newest fence, that of %s",
    (...[, seenMs, storedMs, stoneMs, expected]) => {
      const seen = pick(SEEN_CONTACTS, "eligible");
      if (seen.observed.kind !== "live") throw new TypeError("the sample is not live");
      const { updatedAtMs: sourceUpdatedAtMs } = seen.observed.object;
      const at = (readAtMs: number) => ({ sourceUpdatedAtMs, readAtMs });
      const merged = sampleTombstone("3", { state: "merged", mergedInto: "8", fence: at(stoneMs) });
      const stored = samplePerson("3", "1", { fence: at(storedMs) });
      const observed = { ...seen.observed, readAtMs: seenMs };
      for (const tombstone of [merged, { ...merged, state: "erased" as const }]) {
        const decision = decideContactPerson({ contactId: "3", companyId: "1", stored, ...seen, observed, tombstone });
        expect(decision).toMatchObject({ record: { state: tombstone.state, fence: at(expected) } });
      }
    },
  );

  it.each<[name: string, given: Given, expected: string]>([
    ["that stays", { links: [primaryLink("1")] }, "linked*"],
    ["that goes", { links: [{ companyId: "1", isPrimary: false }] }, "?"],
    ["of another company in place of this", { links: elsewhere }, "?"],
  ])("within the replicas' lag, without an event, takes a primary label %s", (...[, given, expected]) => {
    const stored = { ...linked, fence: justNow };
    expect(show("eligible", { ...given, stored, hint: { at: { property: 1 }, looks: 0 } })).toBe(expected);
  });

  it.each<[name: string, sighting: string, at: Hint["at"], expected: string]>([
    [
      "a lost association, for its company has turned just now",
      "not associated",
      { follow: readAtMs - 1 },
      "deleted+? notAssociated",
    ],
    ["no lost association that nothing turned", "not associated", { property: 1 }, "deleted+ notAssociated"],
    ["no association that is there", "eligible", { follow: readAtMs - 1 }, "linked*"],
  ])("has a later read confirm %s", (...[, sighting, at, expected]) => {
    const stored = samplePerson("3", "1", { fence: { sourceUpdatedAtMs: 1, readAtMs: 1 } });
    const was =
      sighting === "eligible"
        ? { ...stored, state: "deleted" as const, reason: { code: "notAssociated", companyId: "1" } as const }
        : stored;
    expect(show(sighting, { stored: was, hint: { at, looks: 0 } })).toBe(expected);
  });

  it("revives at once what was deleted for another reason than its own deletion", () => {
    const reason: Reason = { code: "customerDeleted", companyId: "1" };
    const stored = samplePerson("3", "1", { state: "deleted", reason, fence: justNow });
    expect(show("eligible", { stored, hint: { at: { property: 1 }, looks: 0 } })).toBe("linked*");
  });
});

describe("decideContactPerson at a detached customer", () => {
  const merged: Hint = { at: { merged: 1 }, looks: MAX_LOOKS };

  it.each<[name: string, sighting: string, given: Given, expected: string]>([
    ["notes nothing of a contact in the bin, associated as it may be", "archived", { links: [primaryLink("1")] }, "="],
    ["asks for nothing more of one in the bin", "archived", { hint: added }, "="],
    [
      "takes a merged contact along that is still there",
      "eligible",
      { stored: linked, hint: merged },
      "detached+ customerDetached",
    ],
    [
      "looks before it empties one that may still appear",
      "missing",
      { stored: linked, hint: { ...merged, looks: 0 } },
      "detached+? customerDetached",
    ],
    [
      "has nothing to empty of one that was never transferred",
      "missing",
      { ...pick(STORED_PERSONS, "waiting-"), hint: merged },
      "detached- customerDetached",
    ],
    ["keeps what is newer than the read", "outdated", { stored: linked, hint: believed }, "="],
  ])("%s", (...[, sighting, given, expected]) => {
    expect(show(sighting, { ...given, customer: detached })).toBe(expected);
  });
});

function mergedCustomer(reason: Reason): Customer {
  return sampleUntransferred("1", { state: "merged", reason });
}

describe("judgeLiveContact", () => {
  it.each<[name: string, customer: Customer, survivorId: string]>([
    ["a customer absorbed by another", mergedCustomer({ code: "absorbedBy", survivorId: "90" }), "90"],
    ["a customer attached to another", mergedCustomer({ code: "attachedTo", survivorId: "91" }), "91"],
    ["a merged customer that tells not where to", mergedCustomer({ code: "goneFromHubSpot" }), "1"],
    ["a merged customer without a reason", { ...sampleCustomer("1", { state: "merged" }) }, "1"],
  ])("leads from %s to %s", (...[, customer, survivorId]) => {
    const verdict = { state: "merged", reason: { code: "absorbedBy", survivorId } };
    for (const isLinked of [true, false]) expect(judgeLiveContact("1", isLinked, customer)).toEqual(verdict);
  });

  it("asks the customer first, then the association, then whether the customer is here", () => {
    const states = Object.entries(CUSTOMERS).map(([name, customer]) => [
      name,
      judgeLiveContact("1", true, customer).state,
      judgeLiveContact("1", false, customer).reason?.code,
    ]);
    expect(states).toEqual([
      ["linked", "linked", "notAssociated"],
      ["failing", "linked", "notAssociated"],
      ["detached", "linked", "notAssociated"],
      ["excluded", "excluded", "customerExcluded"],
      ["excluded entry", "excluded", "customerExcluded"],
      ["deleted", "deleted", "customerDeleted"],
      ["held", "waiting", "notAssociated"],
      ["merged", "merged", "absorbedBy"],
      ["unseen", "waiting", "notAssociated"],
    ]);
  });

  it("keeps out whom the customer's exclusion kept out before it began to fail", () => {
    const customer = sampleCustomer("1", { state: "failing", isExcludedInHubSpot: true });
    const verdict = { state: "excluded", reason: { code: "customerExcluded", companyId: "1" } };
    expect(judgeLiveContact("1", true, customer)).toEqual(verdict);
  });
});
