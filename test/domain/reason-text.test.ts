import { describe, expect, it } from "vitest";
import { describeState } from "../../lib/domain/reason-text.ts";
import type { Reason, RecordState, SyncRecord } from "../../lib/domain/record.ts";
import { sampleCustomer, samplePerson, sampleProject, sampleUntransferred } from "../fixtures/sample-records.ts";

type Row = readonly [state: RecordState, reason: Reason, explanation: RegExp, remedy: RegExp | undefined];

const holder = { number: "1", holderId: "4", holderName: "Bäckerei" };

/** A reason that is missing here does not compile. */
const REASONS: Readonly<Record<Reason["code"], Row>> = {
  excludedByProperty: [
    "excluded",
    { code: "excludedByProperty", property: "zep", value: "no" },
    /is excluded, for the company's property "zep" is "no"; it keeps its data/u,
    /^Clear "zep"/u,
  ],
  customerExcluded: [
    "excluded",
    { code: "customerExcluded", companyId: "1" },
    /along with company 1; /u,
    /^Clear the exclusion of company 1/u,
  ],
  stageNotSelected: [
    "outOfStage",
    { code: "stageNotSelected", stageId: "lost" },
    /stage lost is none of the selected/u,
    /^Move the deal to a selected stage/u,
  ],
  noCompany: ["waiting", { code: "noCompany" }, /has no primary company; /u, /^Associate a primary company/u],
  customerNotHere: [
    "waiting",
    { code: "customerNotHere", companyId: "1" },
    /company 1 is not transferred; /u,
    /^See why company 1/u,
  ],
  detachedByAdmin: ["detached", { code: "detachedByAdmin" }, /was detached by an admin/u, /^Attach it/u],
  customerDetached: [
    "detached",
    { code: "customerDetached", companyId: "1" },
    /along with the customer of company 1; /u,
    /^Attach the customer of company 1/u,
  ],
  deletedInHubSpot: [
    "deleted",
    { code: "deletedInHubSpot" },
    /is inactive, for it was deleted in HubSpot; it keeps its data/u,
    /^Restore it in HubSpot/u,
  ],
  goneFromHubSpot: [
    "deleted",
    { code: "goneFromHubSpot" },
    /neither live nor in the recycle bin; it keeps its data/u,
    /^Attach the record to another HubSpot id/u,
  ],
  customerDeleted: [
    "waiting",
    { code: "customerDeleted", companyId: "1" },
    /is held, for company 1 was deleted/u,
    /^Restore company 1/u,
  ],
  notAssociated: [
    "deleted",
    { code: "notAssociated", companyId: "1" },
    /no longer associated with company 1/u,
    /^Associate the contact/u,
  ],
  absorbedBy: ["merged", { code: "absorbedBy", survivorId: "90" }, /90 has taken over all it had/u, /^Look at 90/u],
  attachedTo: ["merged", { code: "attachedTo", survivorId: "90" }, /attached to HubSpot id 90/u, /^Look at 90/u],
  erasedForPrivacy: ["erased", { code: "erasedForPrivacy" }, /was erased for privacy/u, undefined],
  numberTaken: [
    "failing",
    { code: "numberTaken", ...holder },
    /belongs to "Bäckerei" \(HubSpot id 4\)/u,
    /^Give "Bäckerei" \(HubSpot id 4\) another/u,
  ],
  refused: [
    "failing",
    { code: "refused", error: "Too large" },
    /is failing: Too large/u,
    /^Mend what the error names/u,
  ],
};

const ALL_OF_THEM = Object.values(REASONS).flatMap(([state, reason]): readonly SyncRecord[] => [
  sampleCustomer("1", { state, reason }),
  sampleUntransferred("1", { state, reason }),
  samplePerson("3", "1", { state, reason }),
  sampleProject("5", "1", { state, reason }),
]);

describe("describeState", () => {
  it.each(Object.entries(REASONS))("explains %s and tells what would change it", (_code, row) => {
    const [state, reason, explanation, remedy] = row;
    const told = describeState(sampleProject("5", "1", { state, reason }));
    expect(told.explanation).toMatch(explanation);
    expect(told.remedy ?? "nothing to do").toMatch(remedy ?? /^nothing to do$/u);
  });

  it("says in one sentence why, and in one what to do", () => {
    for (const record of ALL_OF_THEM) {
      const { explanation, remedy = "Nothing." } = describeState(record);
      for (const sentence of [explanation, remedy]) {
        expect(sentence).toMatch(/^[A-Z][^.!?]*[^.!?\s]\.?$/u);
        expect(sentence).not.toMatch(/undefined/u);
      }
    }
  });

  it("claims no data of a record that has none", () => {
    for (const [state, reason] of Object.values(REASONS))
      expect(describeState(sampleUntransferred("1", { state, reason })).explanation).not.toContain("keeps its data");
  });

  it("offers to move a record to another HubSpot id only where it has data that can move", () => {
    const deleted = { state: "deleted", reason: { code: "deletedInHubSpot" } } as const;
    expect(describeState(sampleCustomer("1", deleted)).remedy).toContain("attach the record");
    expect(describeState(sampleUntransferred("1", deleted)).remedy).not.toContain("attach");
    expect(describeState(samplePerson("3", "1", deleted)).remedy).not.toContain("attach");
  });

  it("calls a project's number its short form", () => {
    const held = { state: "failing", reason: { code: "numberTaken", ...holder } } as const;
    expect(describeState(sampleProject("5", "1", held)).explanation).toContain("default short form 1");
    expect(describeState(sampleCustomer("1", held)).explanation).toContain("default customer number 1");
  });

  it("has neither reason nor remedy for a linked record", () => {
    expect(describeState(sampleCustomer("1"))).toEqual({
      explanation: "Customer of company 1 is linked: HubSpot leads its fields and changes arrive by themselves.",
    });
  });
});
