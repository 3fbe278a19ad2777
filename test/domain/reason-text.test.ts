import { describe, expect, it } from "vitest";
import { describeState } from "../../lib/domain/reason-text.ts";
import type { Reason, RecordState, SyncRecord } from "../../lib/domain/record.ts";
import { sampleCustomer, samplePerson, sampleProject, sampleUntransferred } from "../fixtures/sample-records.ts";

const taken = { code: "numberTaken", number: "K-7", holderId: "9", holderName: "Käse GmbH" } as const;

/** Each reason on the kind of record that has it, with its few words and with what must occur in its sentences. */
const CASES: readonly (readonly [Reason, SyncRecord, string, explains: string, remedy: string | undefined])[] = [
  [
    { code: "excludedByProperty", property: "zep", value: "Nein" },
    sampleCustomer("1", { state: "excluded" }),
    "excluded: zep = Nein",
    'Customer of company 1 is excluded, for the company\'s property "zep" is "Nein"; it keeps its data',
    'Clear "zep" on the company in HubSpot',
  ],
  [
    { code: "excludedByProperty", property: "zep", value: "no" },
    sampleUntransferred("1"),
    "excluded: zep = no",
    "nothing of it is transferred.",
    'Clear "zep"',
  ],
  [
    { code: "customerExcluded", companyId: "1" },
    samplePerson("7", "1", { state: "excluded" }),
    "excluded with company 1",
    "Contact person of contact 7 at company 1 is excluded along with company 1; it keeps its data",
    "Clear the exclusion of company 1",
  ],
  [
    { code: "stageNotSelected", stageId: "lost" },
    sampleProject("5", "1", { state: "outOfStage" }),
    "out of stage: lost",
    "Project of deal 5 is out of stage, for the deal's stage lost is none of the selected ones; it keeps its data",
    "add lost to the setting dealStages",
  ],
  [
    { code: "noCompany" },
    sampleProject("5", "1", { state: "waiting" }),
    "no company",
    "waiting, for the deal has no primary company; it keeps its data",
    "Associate a primary company",
  ],
  [
    { code: "customerNotHere", companyId: "1" },
    sampleProject("5", "1", { state: "waiting" }),
    "company 1 not transferred",
    "waiting, for company 1 is not transferred; it keeps its data",
    "See why company 1 is not transferred",
  ],
  [
    { code: "detachedByAdmin" },
    sampleCustomer("1", { state: "detached" }),
    "detached by an admin",
    "was detached by an admin: no change of HubSpot's arrives",
    "Attach it to let HubSpot lead again",
  ],
  [
    { code: "customerDetached", companyId: "1" },
    samplePerson("7", "1", { state: "detached" }),
    "detached with company 1",
    "is detached along with the customer of company 1; it keeps its data",
    "Attach the customer of company 1",
  ],
  [
    { code: "deletedInHubSpot" },
    sampleCustomer("1", { state: "deleted" }),
    "deleted in HubSpot",
    "is inactive, for it was deleted in HubSpot; it keeps its data, and HubSpot no longer leads.",
    "Restore it in HubSpot (within 90 days)",
  ],
  [
    { code: "goneFromHubSpot" },
    sampleCustomer("1", { state: "deleted" }),
    "gone from HubSpot",
    "HubSpot has it neither live nor in the recycle bin",
    "Attach the record to another HubSpot id",
  ],
  [
    { code: "goneFromHubSpot" },
    samplePerson("7", "1", { state: "deleted" }),
    "gone from HubSpot",
    "neither live nor",
    undefined,
  ],
  [
    { code: "customerDeleted", companyId: "1" },
    sampleProject("5", "1", { state: "waiting" }),
    "company 1 deleted in HubSpot",
    "is held, for company 1 was deleted in HubSpot; it keeps its data",
    "Restore company 1 in HubSpot",
  ],
  [
    { code: "notAssociated", companyId: "1" },
    samplePerson("7", "1", { state: "deleted" }),
    "not associated with company 1",
    "the contact is no longer associated with company 1",
    "Associate the contact with the company",
  ],
  [
    { code: "absorbedBy", survivorId: "9" },
    sampleCustomer("1", { state: "merged" }),
    "merged into 9",
    "was merged in HubSpot: 9 has taken over all it had",
    "Look at 9 instead.",
  ],
  [
    { code: "attachedTo", survivorId: "9" },
    sampleCustomer("1", { state: "merged" }),
    "attached to 9",
    "was attached to HubSpot id 9, which has taken over all it had",
    "Look at 9 instead.",
  ],
  [
    { code: "erasedForPrivacy" },
    samplePerson("7", "1", { state: "erased" }),
    "erased for privacy",
    "was erased for privacy (GDPR)",
    undefined,
  ],
  [
    taken,
    sampleUntransferred("1", { state: "failing" }),
    'number taken: K-7 belongs to "Käse GmbH" (HubSpot id 9)',
    'is held, for its default customer number K-7 belongs to "Käse GmbH" (HubSpot id 9);',
    'Give "Käse GmbH" (HubSpot id 9) another customer number',
  ],
  [
    { ...taken, holderName: "" },
    sampleUntransferred("1", { state: "failing" }),
    "number taken: K-7 belongs to HubSpot id 9",
    "its default customer number K-7 belongs to HubSpot id 9;",
    "Give HubSpot id 9 another customer number",
  ],
  [
    { code: "refused", error: "the store says no" },
    sampleCustomer("1", { state: "failing" }),
    "refused: the store says no",
    "Customer of company 1 is failing: the store says no",
    "Mend what the error names, then resync",
  ],
];

/** How the sentence about a deletion ends, and what is to be done, by type and by what is here. */
const DELETIONS: readonly (readonly [name: string, SyncRecord, ends: string, remedy: string])[] = [
  [
    "a customer",
    sampleCustomer("1", { state: "deleted" }),
    "deleted in HubSpot; it keeps its data, and HubSpot no longer leads.",
    "Restore it in HubSpot (within 90 days), or attach the record to another HubSpot id.",
  ],
  [
    "a customer that was never transferred",
    sampleUntransferred("1", { state: "deleted" }),
    "deleted in HubSpot.",
    "Restore it in HubSpot (within 90 days).",
  ],
  [
    "a contact person",
    samplePerson("7", "1", { state: "deleted" }),
    "deleted in HubSpot; it keeps its data.",
    "Restore it in HubSpot (within 90 days).",
  ],
];

describe("describeState", () => {
  it.each(DELETIONS)("tells of a deletion what is left of %s, and what can be done", (...[, record, ends, remedy]) => {
    const text = describeState({ ...record, reason: { code: "deletedInHubSpot" } });
    expect(text.explanation.slice(-ends.length)).toBe(ends);
    expect(text.remedy).toBe(remedy);
  });

  it("calls the number that is taken what ZEP calls it", () => {
    const customer = describeState({ ...sampleUntransferred("1", { state: "failing" }), reason: taken });
    expect(customer.explanation).toContain("default customer number K-7");
    expect(customer.remedy).toContain("another customer number");
    const project = describeState({ ...sampleProject("5", "1", { state: "failing" }), reason: taken });
    expect(project.explanation).toContain("default short form K-7");
    expect(project.remedy).toContain("another short form");
  });

  it.each(CASES)("puts %j into words, names the record and says what to do", (...given) => {
    const [reason, record, words, explains, remedy] = given;
    const text = describeState({ ...record, reason });
    expect(text.reason).toBe(words);
    expect(text.explanation).toContain(explains);
    expect(text.remedy?.includes(remedy ?? "")).toBe(remedy === undefined ? undefined : true);
  });

  it.each<[Reason, RecordState]>([
    [{ code: "customerExcluded", companyId: "1" }, "excluded"],
    [{ code: "stageNotSelected", stageId: "lost" }, "outOfStage"],
    [{ code: "noCompany" }, "waiting"],
    [{ code: "customerNotHere", companyId: "1" }, "waiting"],
    [{ code: "customerDeleted", companyId: "1" }, "waiting"],
  ])("says of %j that nothing is transferred where there is no data", (reason, state) => {
    const { fields: _, ...untransferred } = sampleProject("5", "1", { state, reason });
    expect(describeState(untransferred).explanation).toMatch(/; nothing of it is transferred\.$/u);
  });

  it.each<[string, SyncRecord]>([
    ["Customer of company 1", sampleCustomer("1")],
    ["Contact person of contact 7 at company 1", samplePerson("7", "1")],
    ["Project of deal 5", sampleProject("5", "1")],
  ])("calls the %s as ZEP does and says that HubSpot leads it, with nothing to do", (name, record) => {
    expect(describeState(record)).toEqual({
      explanation: `${name} is linked: HubSpot leads its fields and changes arrive by themselves.`,
    });
  });
});
