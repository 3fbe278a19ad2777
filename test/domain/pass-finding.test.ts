import { describe, expect, it } from "vitest";
import type { CompanyLink } from "../../lib/domain/hubspot-object.ts";
import {
  compareContact,
  compareCustomer,
  compareProject,
  type CompareContext,
  type Finding,
} from "../../lib/domain/pass-finding.ts";
import type { ContactPerson, Customer, Project } from "../../lib/domain/record.ts";
import {
  primaryLink,
  SAMPLE_SETTINGS,
  sampleCompany,
  sampleContact,
  sampleDeal,
  UPDATED_AT_MS,
} from "../fixtures/sample-objects.ts";
import { sampleCustomer, samplePerson, sampleProject, sampleUntransferred } from "../fixtures/sample-records.ts";

const CONTEXT: CompareContext = {
  settings: SAMPLE_SETTINGS,
  nowMs: UPDATED_AT_MS + 86_400_000,
  readAtMs: UPDATED_AT_MS + 86_400_000,
  isFirstImport: false,
  areSettingsChanged: false,
};

/** `suspect created missedEvent`, `deferred deactivated association harm`, `settled`. */
function describeFinding(finding: Finding): string {
  if (finding.kind === "settled") return "settled";
  const repairs = finding.repairs.map(({ effect, cause, isHarm }) => `${effect} ${cause}${isHarm ? " harm" : ""}`);
  return [finding.kind, repairs.toSorted().join(", ")].join(" ").trim();
}

const refused = { state: "failing", reason: { code: "refused", error: "" } } as const;
const inState = (state: Customer["state"]) => ({ state }) as const;

describe("compareCustomer", () => {
  const upToDate = sampleCustomer("1", {
    fence: { sourceUpdatedAtMs: UPDATED_AT_MS, readAtMs: UPDATED_AT_MS + 1 },
    fields: {
      name: "Bäckerei 1",
      phone: "+49 30 1234",
      address: { street: ["Ringstr. 5"], postalCode: "10115", city: "Berlin", country: "Deutschland" },
      website: "baeckerei.example",
      remark: "",
    },
  });
  it.each<[name: string, listed: ReturnType<typeof sampleCompany> | undefined, stored: Customer | undefined, string]>([
    ["both the same", sampleCompany("1"), upToDate, "settled"],
    ["a new company", sampleCompany("1"), undefined, "suspect created missedEvent"],
    ["a new company that is excluded", sampleCompany("1", { exclusion: "no" }), undefined, "suspect noted missedEvent"],
    ["a changed company", sampleCompany("1"), sampleCustomer("1"), "suspect updated missedEvent"],
    [
      "a company excluded since",
      sampleCompany("1", { exclusion: "Nein" }),
      sampleCustomer("1"),
      "suspect frozen missedEvent",
    ],
    ["a company let in again", sampleCompany("1"), sampleUntransferred("1"), "suspect created missedEvent"],
    ["a company that is not listed", undefined, sampleCustomer("1"), "deferred deactivated missedEvent harm"],
    [
      "an excluded customer that is not listed",
      undefined,
      sampleCustomer("1", inState("excluded")),
      "deferred deactivated missedEvent harm",
    ],
    ["an entry without data that is not listed", undefined, sampleUntransferred("1"), "deferred noted missedEvent"],
    [
      "a failing customer that is right",
      sampleCompany("1"),
      { ...upToDate, ...refused },
      "suspect updated failureCleared",
    ],
    ["a customer whose dependants wait", sampleCompany("1"), { ...upToDate, isFollowUpDue: true }, "suspect"],
    [
      "a deleted customer whose dependants wait",
      undefined,
      sampleCustomer("1", { state: "deleted", reason: { code: "goneFromHubSpot" }, isFollowUpDue: true }),
      "deferred",
    ],
    ["a restored company", sampleCompany("1"), sampleCustomer("1", inState("deleted")), "suspect updated missedEvent"],
    ["a detached customer that differs", sampleCompany("1"), sampleCustomer("1", inState("detached")), "settled"],
    ["a detached customer that is not listed", undefined, sampleCustomer("1", inState("detached")), "settled"],
    ["a deleted customer that is not listed", undefined, sampleCustomer("1", inState("deleted")), "settled"],
    ["a pointer that is not listed", undefined, sampleCustomer("1", inState("merged")), "settled"],
    ["nothing on either side", undefined, undefined, "settled"],
  ])("finds %s", (...[, listed, stored, expected]) => {
    expect(describeFinding(compareCustomer({ id: "1", listed, stored }, CONTEXT))).toBe(expected);
  });

  it("leaves what was read before the stored read as it is", () => {
    const newer = sampleCustomer("1", { fence: { sourceUpdatedAtMs: UPDATED_AT_MS, readAtMs: CONTEXT.readAtMs + 1 } });
    expect(compareCustomer({ id: "1", listed: sampleCompany("1"), stored: newer }, CONTEXT).kind).toBe("settled");
    expect(compareCustomer({ id: "1", stored: newer }, CONTEXT).kind).toBe("settled");
  });
});

const findContact = (
  links: readonly CompanyLink[] | undefined,
  persons: readonly ContactPerson[],
  customer: (companyId: string) => Customer | undefined = (companyId) => sampleCustomer(companyId),
): string =>
  describeFinding(
    compareContact(
      { id: "9", listed: links && { object: sampleContact("9"), links }, stored: { persons }, customerOf: customer },
      CONTEXT,
    ),
  );
const plainLink = (companyId: string): CompanyLink => ({ companyId, isPrimary: false });

describe("compareContact", () => {
  it.each<[name: string, found: string, expected: string]>([
    [
      "a new contact at two companies",
      findContact([primaryLink("1"), plainLink("2")], []),
      "suspect created missedEvent, created missedEvent",
    ],
    ["a contact without a company", findContact([], []), "settled"],
    [
      "a contact at one more company",
      findContact([primaryLink("1"), plainLink("2")], [samplePerson("9", "1")]),
      "suspect created association, updated missedEvent",
    ],
    [
      "a contact that left a company",
      findContact([primaryLink("1")], [samplePerson("9", "1"), samplePerson("9", "2")]),
      "deferred deactivated missedEvent harm, updated missedEvent",
    ],
    [
      "a contact that is not listed",
      findContact(undefined, [samplePerson("9", "1"), samplePerson("9", "2")]),
      "deferred deactivated missedEvent harm, deactivated missedEvent harm",
    ],
    [
      "a contact person that is gone already",
      findContact(undefined, [samplePerson("9", "1", { state: "deleted" })]),
      "settled",
    ],
    [
      "a contact person that only left its company, of a contact that is listed no longer",
      findContact(undefined, [
        samplePerson("9", "1", { state: "deleted", reason: { code: "notAssociated", companyId: "1" } }),
      ]),
      "deferred noted missedEvent",
    ],
    [
      "a contact person whose company alone was deleted, of a contact that is listed no longer",
      findContact(undefined, [
        samplePerson("9", "1", { state: "deleted", reason: { code: "customerDeleted", companyId: "1" } }),
      ]),
      "deferred noted missedEvent",
    ],
    ["an erased contact person", findContact(undefined, [samplePerson("9", "1", { state: "erased" })]), "settled"],
    [
      "a contact of an excluded customer",
      findContact([primaryLink("1")], [samplePerson("9", "1")], () => sampleCustomer("1", inState("excluded"))),
      "suspect frozen missedEvent",
    ],
    [
      "a contact of a deleted customer",
      findContact([primaryLink("1")], [samplePerson("9", "1")], () => sampleCustomer("1", inState("deleted"))),
      "deferred deactivated missedEvent harm",
    ],
    [
      "a contact of a detached customer",
      findContact([primaryLink("1")], [samplePerson("9", "1")], () => sampleCustomer("1", inState("detached"))),
      "suspect frozen missedEvent",
    ],
    [
      "a failing contact person",
      findContact([primaryLink("1")], [samplePerson("9", "1", refused)]),
      "suspect updated failureCleared",
    ],
  ])("finds %s", (_name, found, expected) => {
    expect(found).toBe(expected);
  });
});

const findDeal = (
  links: readonly CompanyLink[] | undefined,
  stored: Project | undefined,
  { stageId = "won", customer = sampleCustomer("1") }: { stageId?: string; customer?: Customer } = {},
): string =>
  describeFinding(
    compareProject(
      {
        id: "7",
        listed: links && { object: sampleDeal("7", { stageId }), links },
        stored,
        customerOf: () => customer,
      },
      CONTEXT,
    ),
  );

describe("compareProject", () => {
  it.each<[name: string, found: string, expected: string]>([
    ["a new deal", findDeal([primaryLink("1")], undefined), "suspect created missedEvent"],
    [
      "a new deal out of the stages",
      findDeal([primaryLink("1")], undefined, { stageId: "lost" }),
      "suspect noted missedEvent",
    ],
    ["a new deal without a company", findDeal([], undefined), "suspect noted missedEvent"],
    [
      "a deal that left the stages",
      findDeal([primaryLink("1")], sampleProject("7", "1"), { stageId: "lost" }),
      "suspect frozen missedEvent",
    ],
    [
      "a deal that came back",
      findDeal([primaryLink("1")], sampleProject("7", "1", { state: "outOfStage" })),
      "suspect updated missedEvent",
    ],
    ["a deal that lost its company", findDeal([], sampleProject("7", "1")), "deferred frozen missedEvent harm"],
    [
      "a deal of a deleted customer",
      findDeal([primaryLink("1")], sampleProject("7", "1"), { customer: sampleCustomer("1", inState("deleted")) }),
      "deferred frozen missedEvent harm",
    ],
    [
      "a deal that is not listed",
      findDeal(undefined, sampleProject("7", "1")),
      "deferred deactivated missedEvent harm",
    ],
    [
      "a waiting entry that is not listed",
      findDeal(undefined, sampleProject("7", "1", { state: "waiting", reason: { code: "noCompany" } })),
      "deferred deactivated missedEvent harm",
    ],
    [
      "a detached project that is not listed",
      findDeal(undefined, sampleProject("7", "1", { state: "detached" })),
      "settled",
    ],
    [
      "a failing project",
      findDeal([primaryLink("1")], sampleProject("7", "1", refused)),
      "suspect updated failureCleared",
    ],
  ])("finds %s", (_name, found, expected) => {
    expect(found).toBe(expected);
  });
});
