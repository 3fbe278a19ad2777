import { describe, expect, it } from "vitest";
import { decideContactPerson } from "../../lib/domain/contact-person.ts";
import { decideCustomer } from "../../lib/domain/customer.ts";
import { MAX_LOOKS, type Decision, type Hint } from "../../lib/domain/decision.ts";
import { mapCompany, mapContact, mapDeal } from "../../lib/domain/field-mapping.ts";
import { decideProject } from "../../lib/domain/project.ts";
import type { Company, Observation } from "../../lib/domain/hubspot-object.ts";
import type { Customer, Project } from "../../lib/domain/record.ts";
import {
  NOW_MS,
  primaryLink,
  sampleCompany,
  sampleContact,
  sampleContext,
  sampleDeal,
  UPDATED_AT_MS,
} from "../fixtures/sample-objects.ts";
import { sampleCustomer, samplePerson, sampleProject, sampleUntransferred } from "../fixtures/sample-records.ts";

// What a decision writes, to the last key: a key without a value is not the same as none, for it would be stored.

const readAtMs = NOW_MS - 500;
const context = sampleContext({ at: { property: 1 }, looks: MAX_LOOKS });
const fence = { sourceUpdatedAtMs: UPDATED_AT_MS, readAtMs };
const absorbed = { kind: "absorbed", readAtMs, survivorId: "90" } as const;
const missing = { kind: "missing", readAtMs } as const;
const company = { kind: "live", readAtMs, object: sampleCompany("1") } as const;
const excludedCompany = { kind: "live", readAtMs, object: sampleCompany("1", { exclusion: "no" }) } as const;
const contact = { kind: "live", readAtMs, object: sampleContact("3") } as const;
const deal = { kind: "live", readAtMs, object: sampleDeal("5") } as const;
const reason = { code: "absorbedBy", survivorId: "90" } as const;

const first = { fence, revision: 1, createdAtMs: NOW_MS, changedAtMs: NOW_MS };
const next = { ...first, revision: 2, createdAtMs: sampleCustomer("1").createdAtMs };

function historyOf(...fields: readonly object[]): readonly object[] {
  return [{ atMs: NOW_MS, cause: "event", fields }];
}

function written(record: object): object {
  return { kind: "write", isTouch: false, record };
}

function decideBelieved(stored: Customer | undefined, observed: Observation<Company>): Decision<Customer> {
  return decideCustomer({ companyId: "1", stored, observed, context });
}

describe("decideCustomer", () => {
  it("writes a new customer whole", () => {
    const decision = decideBelieved(undefined, company);
    const fields = mapCompany(company.object);
    const history = [{ atMs: NOW_MS, cause: "event", fields: expect.any(Array) }];
    expect(decision).toStrictEqual(
      written({
        type: "customer",
        companyId: "1",
        state: "linked",
        customerNumber: "1",
        fields,
        absorbedIds: [],
        isFollowUpDue: false,
        ...first,
        history,
      }),
    );
    const told = decision.kind === "write" ? decision.record.history[0]?.fields : [];
    expect(told).toContainEqual({ field: "name", to: fields.name });
    expect(told).toContainEqual({ field: "customerNumber", to: "1" });
  });

  it("writes of an excluded company that it is excluded", () => {
    const byProperty = { code: "excludedByProperty", property: "zep", value: "no" } as const;
    const history = historyOf(
      { field: "state", to: "excluded" },
      { field: "reason.code", to: "excludedByProperty" },
      { field: "reason.property", to: "zep" },
      { field: "reason.value", to: "no" },
    );
    expect(decideBelieved(undefined, excludedCompany)).toStrictEqual(
      written({
        type: "customer",
        companyId: "1",
        state: "excluded",
        reason: byProperty,
        absorbedIds: [],
        isFollowUpDue: false,
        ...first,
        history,
      }),
    );
  });

  it("leaves of an absorbed customer the way to its survivor and whom it had absorbed", () => {
    const stored = sampleCustomer("1", { absorbedIds: ["7"] });
    const history = [{ atMs: NOW_MS, cause: "event", fields: expect.any(Array) }];
    const readOnly = { ...stored.fence, readAtMs };
    expect(decideBelieved(stored, absorbed)).toStrictEqual(
      written({
        type: "customer",
        companyId: "1",
        state: "merged",
        reason,
        absorbedIds: ["7"],
        isFollowUpDue: true,
        ...next,
        fence: readOnly,
        history,
      }),
    );
  });

  it("does not believe a read that misses what was there just before, and says so", () => {
    const stored = sampleCustomer("1", { fence: { sourceUpdatedAtMs: 1, readAtMs: readAtMs - 1 } });
    expect(decideBelieved(stored, missing)).toStrictEqual({ kind: "keep", again: "seenJustBefore" });
  });

  it("turns a pointer to another survivor when HubSpot has merged that one, too", () => {
    const stored = sampleUntransferred("1", { state: "merged", reason: { ...reason, survivorId: "80" } });
    expect(decideBelieved(stored, absorbed)).toMatchObject({ record: { state: "merged", reason } });
  });

  it("keeps what a merge hands over off the record of a company that was never seen", () => {
    expect(decideBelieved(sampleCustomer("1", { revision: 0 }), missing)).toStrictEqual({ kind: "keep" });
  });

  it.each([
    [
      "takes over whom a merge adds",
      { absorbedIds: ["7", "8"], changes: [{ field: "absorbed", to: "8" }] },
      ["7", "8"],
    ],
    ["keeps whom it has absorbed", undefined, ["7"]],
  ])("%s", (_name, adoption, absorbedIds) => {
    const stored = sampleCustomer("1", { absorbedIds: ["7"] });
    const decision = decideCustomer({
      companyId: "1",
      stored,
      observed: company,
      context,
      ...(adoption && { adoption }),
    });
    expect(decision).toMatchObject({ record: { absorbedIds } });
  });

  it.each([
    ["an heir", undefined, { absorbedIds: ["2"], changes: [{ field: "absorbed", to: "2" }] }, true],
    [
      "an heir that was there before",
      sampleCustomer("1"),
      { absorbedIds: ["2"], changes: [{ field: "absorbed", to: "2" }] },
      true,
    ],
    ["a survivor of which all is known", sampleCustomer("1"), { absorbedIds: ["2"], changes: [] }, false],
    ["a new company whose merge adds nothing", undefined, { absorbedIds: [], changes: [] }, false],
  ])("queues what depends on %s", (...[, stored, adoption, isFollowUpDue]) => {
    const decision = decideCustomer({ companyId: "1", stored, observed: company, context, adoption });
    expect(decision).toMatchObject({ record: { isFollowUpDue } });
  });
});

describe("decideCustomer of a detached customer", () => {
  const stored = sampleCustomer("1", { state: "detached", reason: { code: "detachedByAdmin" }, revision: 4 });
  const archived = { kind: "archived", readAtMs, updatedAtMs: NOW_MS } as const;
  const decide = (hint: Hint, observed: Observation<Company>, record = stored) =>
    decideCustomer({ companyId: "1", stored: record, observed, context: sampleContext(hint) });
  const followed = { kind: "write", record: { ...stored, isFollowUpDue: true, revision: 5 }, isTouch: true };

  it("queues what depends on it when its company is deleted or restored, and changes nothing else", () => {
    expect(decide({ at: { deleted: 1 }, looks: 0 }, archived)).toStrictEqual(followed);
    const seen = { ...followed, record: { ...followed.record, fence } };
    expect(decide({ at: { restored: 1 }, looks: 0 }, company)).toStrictEqual(seen);
  });

  it.each<[name: string, hint: Hint]>([
    ["any other event", { at: { property: 1, association: 1, merged: 1 }, looks: 0 }],
    ["a pass", { at: {}, looks: MAX_LOOKS }],
  ])("only notes how new the read is after %s, and nothing of one that does not show the company", (_name, hint) => {
    const touched = { kind: "write", record: { ...stored, fence, revision: 5 }, isTouch: true };
    expect(decide(hint, company)).toStrictEqual(touched);
    expect(decide(hint, archived)).toStrictEqual({ kind: "keep" });
  });

  it("notes that HubSpot excludes its company, and that it no longer does, and queues what depends on it", () => {
    const hint: Hint = { at: { property: 1 }, looks: 0 };
    const excluded = { ...stored, fence, isExcludedInHubSpot: true, isFollowUpDue: true, revision: 5 } as const;
    expect(decide(hint, excludedCompany)).toStrictEqual({ kind: "write", record: excluded, isTouch: true });
    const was = { ...stored, isExcludedInHubSpot: true } as const;
    const free = { ...stored, fence, isFollowUpDue: true, revision: 5 };
    expect(decide(hint, company, was)).toStrictEqual({ kind: "write", record: free, isTouch: true });
  });

  it("notes no exclusion twice, and keeps it while the company is in the bin", () => {
    const was = { ...stored, isExcludedInHubSpot: true } as const;
    const hint: Hint = { at: { property: 1 }, looks: 0 };
    const touched = { kind: "write", record: { ...was, fence, revision: 5 }, isTouch: true };
    expect(decide(hint, excludedCompany, was)).toStrictEqual(touched);
    const gone = { kind: "write", record: { ...was, isFollowUpDue: true, revision: 5 }, isTouch: true };
    expect(decide({ at: { deleted: 1 }, looks: 0 }, archived, was)).toStrictEqual(gone);
    const late = sampleContext(hint, { nowMs: NOW_MS + 86_400_000 });
    const input = { companyId: "1", stored: was, observed: excludedCompany, context: late };
    expect(decideCustomer(input)).toStrictEqual({ kind: "keep" });
  });

  it("believes no read older than what is stored that its company is excluded", () => {
    const newer = { ...stored, fence: { sourceUpdatedAtMs: UPDATED_AT_MS + 1, readAtMs } };
    expect(decide({ at: { property: 1 }, looks: 0 }, excludedCompany, newer)).toStrictEqual({ kind: "keep" });
  });

  it("looks again before it believes a deletion", () => {
    expect(decide({ at: { deleted: 1 }, looks: 0 }, company)).toStrictEqual({ kind: "keep", again: "stillThere" });
  });

  it("queues nothing twice", () => {
    const due = { ...stored, isFollowUpDue: true };
    expect(decide({ at: { deleted: 1 }, looks: 0 }, archived, due)).toStrictEqual({ kind: "keep" });
  });

  it("is left alone by an attach whose company was merged away: its survivor has taken nothing over", () => {
    expect(decide({ at: { attach: 1 }, looks: 0 }, absorbed)).toStrictEqual({ kind: "keep" });
  });
});

describe("decideCustomer, decideProject and decideContactPerson", () => {
  const late = { sourceUpdatedAtMs: UPDATED_AT_MS + 1, readAtMs };
  const customer = sampleCustomer("1", { fence: late });
  const project = sampleProject("5", "1", { fence: late });
  const decideAll = (hint: Hint) => {
    const context = sampleContext(hint);
    const links = [primaryLink("1")];
    const belongs = { links, customer: sampleCustomer("1"), context };
    return [
      decideCustomer({ companyId: "1", stored: customer, observed: company, context }),
      decideProject({ dealId: "5", stored: project, observed: deal, ...belongs }),
    ];
  };

  it.each<[name: string, hint: Hint, again: string | undefined]>([
    ["and nothing else tells of it, keep what is stored", { at: { property: 1 }, looks: 0 }, undefined],
    ["although an event spoke of more, look again", { at: { association: 1 }, looks: 0 }, "olderThanStored"],
    [
      "and older than its own event, look again",
      { at: { property: UPDATED_AT_MS + 9 }, looks: 0 },
      "readOlderThanEvent",
    ],
    ["and shows what an event deleted, look again", { at: { deleted: 1 }, looks: 0 }, "stillThere"],
  ])("of a read older than what is stored, %s", (_name, hint, again) => {
    const expected = { kind: "keep", ...(again !== undefined && { again }) };
    expect(decideAll(hint)).toStrictEqual([expected, expected]);
  });

  it("name what they wait for when a deleted object is seen again within the replicas' lag", () => {
    const deleted = {
      state: "deleted",
      reason: { code: "deletedInHubSpot" },
      fence: { sourceUpdatedAtMs: 1, readAtMs: readAtMs - 1 },
    } as const;
    const hinted = sampleContext({ at: { property: 1 }, looks: 0 });
    const belongs = { links: [primaryLink("1")], customer: sampleCustomer("1"), context: hinted };
    const expected = { kind: "keep", again: "seenAfterDeletion" };
    const person = { contactId: "3", companyId: "1", tombstone: undefined };
    expect(
      decideCustomer({ companyId: "1", stored: sampleCustomer("1", deleted), observed: company, context: hinted }),
    ).toStrictEqual(expected);
    expect(
      decideProject({ dealId: "5", stored: sampleProject("5", "1", deleted), observed: deal, ...belongs }),
    ).toStrictEqual(expected);
    expect(
      decideContactPerson({ ...person, stored: samplePerson("3", "1", deleted), observed: contact, ...belongs }),
    ).toStrictEqual(expected);
  });

  it("revive at once what an admin attaches", () => {
    const deleted = {
      state: "deleted",
      reason: { code: "deletedInHubSpot" },
      fence: { sourceUpdatedAtMs: 1, readAtMs: readAtMs - 1 },
    } as const;
    const hinted = sampleContext({ at: { attach: 1 }, looks: 0 });
    const belongs = { links: [primaryLink("1")], customer: sampleCustomer("1"), context: hinted };
    const revived = { kind: "write", record: { state: "linked" } };
    expect(
      decideCustomer({ companyId: "1", stored: sampleCustomer("1", deleted), observed: company, context: hinted }),
    ).toMatchObject(revived);
    expect(
      decideProject({ dealId: "5", stored: sampleProject("5", "1", deleted), observed: deal, ...belongs }),
    ).toMatchObject(revived);
  });

  it("queue what depends on a customer that an admin attaches although it was linked", () => {
    const hinted = sampleContext({ at: { attach: 1 }, looks: 0 });
    const decision = decideCustomer({
      companyId: "1",
      stored: sampleCustomer("1"),
      observed: company,
      context: hinted,
    });
    expect(decision).toMatchObject({ record: { isFollowUpDue: true } });
  });
});

describe("decideProject", () => {
  const links = [primaryLink("1")];
  const customer = sampleCustomer("1");
  const decide = (
    stored: Project | undefined,
    changes: Partial<Parameters<typeof decideProject>[0]> = {},
  ): ReturnType<typeof decideProject> =>
    decideProject({ dealId: "5", stored, observed: deal, links, customer, context, ...changes });

  it("writes a new project whole, not yet bookable", () => {
    const history = historyOf(
      { field: "state", to: "linked" },
      { field: "description", to: "Relaunch 5" },
      { field: "companyId", to: "1" },
      { field: "shortForm", to: "5" },
      { field: "dependsOn", to: "1" },
    );
    expect(decide(undefined)).toStrictEqual(
      written({
        type: "project",
        dealId: "5",
        state: "linked",
        absorbedIds: [],
        fields: mapDeal(deal.object, "1"),
        own: { tasks: [], projectEmployees: [], status: "active" },
        shortForm: "5",
        dependsOnCompanyId: "1",
        ...first,
        history,
      }),
    );
  });

  it("writes of a deal that waits for its company whom it waits for, and nothing else", () => {
    const waits = { code: "customerNotHere", companyId: "1" } as const;
    expect(decide(undefined, { customer: undefined })).toStrictEqual(
      written({
        type: "project",
        dealId: "5",
        state: "waiting",
        reason: waits,
        absorbedIds: [],
        dependsOnCompanyId: "1",
        ...first,
        history: [{ atMs: NOW_MS, cause: "event", fields: expect.any(Array) }],
      }),
    );
  });

  it("leaves of an absorbed project the way to its survivor and whom it had absorbed", () => {
    const stored = sampleProject("5", "1", { absorbedIds: ["7"] });
    expect(decide(stored, { observed: absorbed, links: [], customer: undefined })).toStrictEqual(
      written({
        type: "project",
        dealId: "5",
        state: "merged",
        reason,
        absorbedIds: ["7"],
        ...next,
        fence: { ...stored.fence, readAtMs },
        history: [{ atMs: NOW_MS, cause: "event", fields: expect.any(Array) }],
      }),
    );
  });

  it("remembers the company of a deal that is deleted, and none of one that had none", () => {
    const archived = { kind: "archived", readAtMs, updatedAtMs: UPDATED_AT_MS } as const;
    const deleted = decide(sampleProject("5", "1"), { observed: archived, links: [], customer: undefined });
    expect(deleted).toMatchObject({ record: { state: "deleted", dependsOnCompanyId: "1", shortForm: "5" } });
    const { dependsOnCompanyId: _, ...alone } = sampleProject("5", "1", { state: "waiting" });
    const gone = decide(alone, { observed: archived, links: [], customer: undefined });
    expect(gone.kind === "write" && Object.keys(gone.record)).not.toContain("dependsOnCompanyId");
  });

  it("turns a pointer to another survivor when HubSpot has merged that one, too", () => {
    const { fields: _, own: __, shortForm: ___, ...rest } = sampleProject("5", "1");
    const stored: Project = { ...rest, state: "merged", reason: { ...reason, survivorId: "80" } };
    expect(decide(stored, { observed: absorbed })).toMatchObject({ record: { state: "merged", reason } });
  });

  it("keeps what a merge hands over off the record of a deal that was never seen", () => {
    expect(decide(sampleProject("5", "1", { revision: 0 }), { observed: missing })).toStrictEqual({ kind: "keep" });
  });

  it("is left alone by an attach whose deal was merged away: its survivor has taken nothing over", () => {
    const stored = sampleProject("5", "1", { state: "detached" });
    const hinted = sampleContext({ at: { attach: 1 }, looks: 0 });
    expect(decide(stored, { observed: absorbed, context: hinted })).toStrictEqual({ kind: "keep" });
  });

  it("takes over whom a merge adds, and tells it", () => {
    const adoption = { absorbedIds: ["7", "8"], changes: [{ field: "absorbed", to: "8" }] };
    const decision = decide(sampleProject("5", "1", { absorbedIds: ["7"] }), { adoption });
    expect(decision).toMatchObject({ record: { absorbedIds: ["7", "8"] } });
    const told = decision.kind === "write" ? decision.record.history[0]?.fields : [];
    expect(told).toContainEqual({ field: "absorbed", to: "8" });
    const kept = decide(sampleProject("5", "1", { absorbedIds: ["7"] }));
    expect(kept).toMatchObject({ record: { absorbedIds: ["7"] } });
  });
});

describe("decideContactPerson", () => {
  it("writes a new contact person whole, its values not in the history", () => {
    const decision = decideContactPerson({
      contactId: "3",
      companyId: "1",
      stored: undefined,
      tombstone: undefined,
      observed: contact,
      links: [{ companyId: "2", isPrimary: false }, primaryLink("1")],
      customer: sampleCustomer("1"),
      context,
    });
    const fields = mapContact(contact.object, true);
    const names = Object.keys(fields).map((field) => ({ field }));
    expect(decision).toStrictEqual(
      written({
        type: "contactPerson",
        contactId: "3",
        companyId: "1",
        state: "linked",
        fields,
        absorbedIds: [],
        ...first,
        history: historyOf({ field: "state", to: "linked" }, ...names),
      }),
    );
  });

  it("leaves of an absorbed contact person the way to its survivor", () => {
    const stored = samplePerson("3", "1", { absorbedIds: ["7"] });
    const decision = decideContactPerson({
      contactId: "3",
      companyId: "1",
      stored,
      tombstone: undefined,
      observed: absorbed,
      links: [],
      customer: sampleCustomer("1"),
      context,
    });
    expect(decision).toStrictEqual(
      written({
        type: "contactPerson",
        contactId: "3",
        companyId: "1",
        state: "merged",
        reason,
        absorbedIds: ["7"],
        ...next,
        fence: { ...stored.fence, readAtMs },
        history: [{ atMs: NOW_MS, cause: "event", fields: expect.any(Array) }],
      }),
    );
  });
});
