import { describe, expect, it } from "vitest";
import { mapCompany, mapContact, mapDeal } from "../../lib/domain/field-mapping.ts";
import {
  compareContact,
  compareCustomer,
  compareProject,
  describeArrival,
  type CompareContext,
  type Finding,
} from "../../lib/domain/pass-finding.ts";
import type { ContactPerson, ContactTombstone, Customer, Project, Reason } from "../../lib/domain/record.ts";
import {
  primaryLink,
  SAMPLE_SETTINGS,
  sampleCompany,
  sampleContact,
  sampleDeal,
  UPDATED_AT_MS,
} from "../fixtures/sample-objects.ts";
import {
  sampleCustomer,
  samplePerson,
  sampleProject,
  sampleTombstone,
  sampleUntransferred,
} from "../fixtures/sample-records.ts";

const DAY_MS = 86_400_000;
const CONTEXT: CompareContext = {
  settings: SAMPLE_SETTINGS,
  nowMs: UPDATED_AT_MS + DAY_MS,
  readAtMs: UPDATED_AT_MS + DAY_MS,
  isFirstImport: false,
  areSettingsChanged: false,
};
const refused = { state: "failing", reason: { code: "refused", error: "" } } as const;
/** Read after the page was listed. */
const newer = { fence: { sourceUpdatedAtMs: UPDATED_AT_MS, readAtMs: CONTEXT.readAtMs + 1 } } as const;
const nothing: Finding = { kind: "settled" };

/** `suspect updated`, `deferred noted loss`, `deferred deactivated loss harm`, `settled`. */
function show(finding: Finding): string {
  if (finding.kind === "settled") return "settled";
  const repairs = finding.repairs.map(
    ({ effect, isLoss, isHarm }) => `${effect}${isLoss ? " loss" : ""}${isHarm ? " harm" : ""}`,
  );
  return [finding.kind, repairs.join(", ")].join(" ").trim();
}

interface Contact {
  readonly isListed?: boolean;
  readonly links?: readonly { readonly companyId: string; readonly isPrimary: boolean }[];
  readonly persons?: readonly ContactPerson[];
  readonly tombstone?: ContactTombstone;
  readonly customer?: Customer | undefined;
}

function findContact({
  isListed = true,
  links = [primaryLink("1")],
  persons = [],
  tombstone,
  ...given
}: Contact): Finding {
  const customer = "customer" in given ? given.customer : sampleCustomer("1");
  const listed = isListed ? { object: sampleContact("9"), links } : undefined;
  const stored = { persons, tombstone };
  return compareContact({ id: "9", listed, stored, customerOf: () => customer }, CONTEXT);
}

interface Deal {
  readonly isListed?: boolean;
  readonly companyId?: string | undefined;
  readonly stored?: Project | undefined;
  readonly customer?: Customer;
}

function findDeal({ isListed = true, stored, customer = sampleCustomer("1"), ...given }: Deal): Finding {
  const companyId = "companyId" in given ? given.companyId : "1";
  const links = companyId === undefined ? [] : [primaryLink(companyId)];
  const listed = isListed ? { object: sampleDeal("7"), links } : undefined;
  return compareProject({ id: "7", listed, stored, customerOf: () => customer }, CONTEXT);
}

function entryOf(state: Project["state"], reason: Reason, changes: Partial<Project> = {}): Project {
  const { fields: _, own: __, shortForm: ___, ...entry } = sampleProject("7", "1", { state, reason, ...changes });
  return entry;
}

function personEntry(state: ContactPerson["state"], reason: Reason): ContactPerson {
  const { fields: _, ...entry } = samplePerson("9", "1", { state, reason });
  return entry;
}

describe("compareCustomer, compareContact and compareProject", () => {
  const fence = { sourceUpdatedAtMs: UPDATED_AT_MS, readAtMs: UPDATED_AT_MS + 1 };
  const customer = sampleCustomer("1", { fence, fields: mapCompany(sampleCompany("1")) });
  const person = samplePerson("9", "1", { fence, fields: mapContact(sampleContact("9"), true) });
  const project = sampleProject("7", "1", { fence, fields: mapDeal(sampleDeal("7"), "1") });

  it("find nothing where record and listing say the same", () => {
    expect(compareCustomer({ id: "1", listed: sampleCompany("1"), stored: customer }, CONTEXT)).toEqual(nothing);
    expect(findContact({ persons: [person] })).toEqual(nothing);
    expect(findDeal({ stored: project })).toEqual(nothing);
  });

  it("only move the fence of a record that is right while an older read may still be under way", () => {
    const soon = { ...CONTEXT, nowMs: UPDATED_AT_MS + 1_000, readAtMs: UPDATED_AT_MS + 1_000 };
    const stored = { ...customer, fence: { ...fence, sourceUpdatedAtMs: UPDATED_AT_MS - 1 } };
    expect(show(compareCustomer({ id: "1", listed: sampleCompany("1"), stored }, soon))).toBe("suspect touched");
  });

  it("have a failing record read again although nothing of it is to be repaired now", () => {
    const failing = sampleCustomer("1", { ...refused, ...newer });
    const again = { kind: "suspect", repairs: [] };
    expect(compareCustomer({ id: "1", listed: sampleCompany("1"), stored: failing }, CONTEXT)).toEqual(again);
    const other = samplePerson("9", "2", newer);
    expect(findContact({ persons: [other, samplePerson("9", "1", { ...refused, ...newer })] })).toEqual(again);
    expect(findDeal({ stored: sampleProject("7", "1", { ...refused, ...newer }) })).toEqual(again);
    expect(findDeal({ stored: sampleProject("7", "1", newer) })).toEqual(nothing);
  });

  it("put off what is listed no longer, be it only an entry that holds no data", () => {
    const entry = personEntry("waiting", { code: "customerNotHere", companyId: "1" });
    expect(show(findContact({ isListed: false, persons: [entry] }))).toBe("deferred noted");
    const waiting = entryOf("waiting", { code: "noCompany" });
    expect(show(findDeal({ isListed: false, stored: waiting }))).toBe("deferred noted");
  });

  it("see one contact person that is still here beside others that are gone", () => {
    const persons = [samplePerson("9", "1", { state: "deleted" }), samplePerson("9", "2")];
    expect(show(findContact({ isListed: false, persons }))).toBe("deferred deactivated loss harm");
  });

  it("find a contact of which nothing is stored at all", () => {
    const listed = { object: sampleContact("9"), links: [primaryLink("1")] };
    expect(show(compareContact({ id: "9", listed, customerOf: () => customer }, CONTEXT))).toBe("suspect created");
    expect(compareContact({ id: "9", customerOf: () => customer }, CONTEXT)).toEqual(nothing);
  });

  it("ask for no customer of a deal without a company", () => {
    const asked: string[] = [];
    const customerOf = (companyId: string): undefined => void asked.push(companyId);
    compareProject({ id: "7", listed: { object: sampleDeal("7"), links: [] }, stored: project, customerOf }, CONTEXT);
    compareProject({ id: "7", stored: project, customerOf }, CONTEXT);
    expect(asked).toEqual([]);
  });
});

describe("compareContact of a contact that was merged and is listed no longer", () => {
  const merged = sampleTombstone("9", { state: "merged", mergedInto: "8" });
  const detached = sampleCustomer("1", { state: "detached" });
  const kept = samplePerson("9", "1", { state: "detached" });
  const look = { kind: "deferred", repairs: [] };
  const seen = { isListed: false, customer: detached };

  it("has what a detached customer kept of it read again, for the survivor may have been erased", () => {
    expect(findContact({ ...seen, persons: [kept], tombstone: merged })).toEqual(look);
    const other = personEntry("merged", { code: "absorbedBy", survivorId: "8" });
    expect(findContact({ ...seen, persons: [{ ...other, companyId: "2" }, kept], tombstone: merged })).toEqual(look);
  });

  it.each<[name: string, person: ContactPerson, tombstone: ContactTombstone | undefined]>([
    ["it was not merged", kept, sampleTombstone("9", { state: "deleted" })],
    ["nothing is known of it as a whole", kept, undefined],
    ["nothing of it was kept", personEntry("detached", { code: "customerDetached", companyId: "1" }), merged],
    ["it is gone already", samplePerson("9", "1", { state: "deleted" }), merged],
  ])("is left alone where %s", (_name, person, tombstone) => {
    expect(findContact({ ...seen, persons: [person], ...(tombstone && { tombstone }) })).toEqual(nothing);
  });
});

describe("what a repair takes away", () => {
  const waits: Reason = { code: "customerNotHere", companyId: "1" };
  const outOfStage = entryOf("outOfStage", { code: "stageNotSelected", stageId: "lost" });

  it.each<[name: string, found: Finding, expected: string]>([
    [
      "the company of an entry that holds no data",
      findDeal({ companyId: undefined, stored: outOfStage }),
      "deferred noted loss",
    ],
    [
      "nothing, if the entry had no company",
      findDeal({ companyId: undefined, stored: withoutCompany(outOfStage) }),
      "suspect noted",
    ],
    [
      "nothing, if a project waits for another reason than before",
      findDeal({
        stored: sampleProject("7", "1", { state: "waiting", reason: waits }),
        customer: sampleCustomer("1", { state: "deleted" }),
      }),
      "suspect updated",
    ],
    [
      "nothing of a contact person whose customer is held",
      findContact({ persons: [samplePerson("9", "1")], customer: undefined }),
      "suspect frozen",
    ],
    [
      "the association of an entry that holds no data",
      findContact({ links: [], persons: [personEntry("waiting", waits)] }),
      "deferred noted loss",
    ],
    [
      "nothing, if the entry was put away before",
      findContact({ links: [], persons: [personEntry("deleted", { code: "customerDeleted", companyId: "1" })] }),
      "suspect noted",
    ],
    [
      "nothing of an excluded customer that another value excludes",
      compareCustomer(
        {
          id: "1",
          listed: sampleCompany("1", { exclusion: "nein" }),
          stored: sampleCustomer("1", {
            state: "excluded",
            reason: { code: "excludedByProperty", property: "zep", value: "no" },
          }),
        },
        CONTEXT,
      ),
      "suspect updated",
    ],
    [
      "nothing of an entry that waits for its customer now",
      findContact({
        persons: [personEntry("excluded", { code: "customerExcluded", companyId: "1" })],
        customer: undefined,
      }),
      "suspect noted",
    ],
  ])("is %s", (_name, found, expected) => {
    expect(show(found)).toBe(expected);
  });
});

function withoutCompany(record: Project): Project {
  const { dependsOnCompanyId: _, ...entry } = record;
  return entry;
}

describe("describeArrival", () => {
  it("names what came, and why it was not here", () => {
    const arrived = sampleCustomer("1");
    expect(describeArrival(arrived, CONTEXT)).toStrictEqual({ effect: "created", cause: "missedEvent" });
    expect(describeArrival(sampleUntransferred("1"), { ...CONTEXT, isFirstImport: true })).toStrictEqual({
      effect: "noted",
      cause: "firstImport",
    });
    const soon = { ...CONTEXT, nowMs: arrived.fence.sourceUpdatedAtMs + 1 };
    expect(describeArrival(arrived, soon)).toStrictEqual({ effect: "created", cause: "lateEvent" });
  });
});
