import { describe, expect, it } from "vitest";
import type { ContactPerson, Reason, RecordState, SyncRecord } from "../../lib/domain/record.ts";
import { classifyRepair, LATE_MS, type RepairCause } from "../../lib/domain/repair-cause.ts";
import { sampleCustomer, samplePerson, sampleProject } from "../fixtures/sample-records.ts";

const STORED_MS = sampleCustomer("1").fence.sourceUpdatedAtMs;
const NOW_MS = STORED_MS + 10 * LATE_MS;

const customer = (state: RecordState = "linked", reason?: Reason) =>
  sampleCustomer("1", { state, ...(reason && { reason }) });
const person = (state: RecordState = "linked", reason?: Reason) =>
  samplePerson("2", "1", { state, ...(reason && { reason }) });
const project = (state: RecordState = "linked", reason?: Reason) =>
  sampleProject("3", "1", { state, ...(reason && { reason }) });

type Difference = Parameters<typeof classifyRepair>[0];

function difference(stored: SyncRecord | undefined, next: SyncRecord, changes: Partial<Difference> = {}): Difference {
  return {
    stored,
    next,
    isKnown: stored !== undefined,
    updatedAtMs: STORED_MS,
    nowMs: NOW_MS,
    isFirstImport: false,
    areSettingsChanged: false,
    ...changes,
  };
}

const excluded = { code: "excludedByProperty", property: "zep", value: "no" } as const;
const outOfStage = { code: "stageNotSelected", stageId: "lost" } as const;
const deleted = { code: "deletedInHubSpot" } as const;
const gone = { code: "goneFromHubSpot" } as const;
const notAssociated = { code: "notAssociated", companyId: "1" } as const;
const ofCustomer = (code: "customerExcluded" | "customerNotHere" | "customerDetached" | "customerDeleted") =>
  ({ code, companyId: "1" }) as const;
const late = { updatedAtMs: NOW_MS - LATE_MS };
const missed = { updatedAtMs: NOW_MS - LATE_MS - 1 };

describe("classifyRepair", () => {
  it.each<[cause: RepairCause, situation: string, difference: Difference]>([
    ["firstImport", "a new object", difference(undefined, customer(), { isFirstImport: true })],
    [
      "firstImport",
      "a new object that is already gone",
      difference(undefined, customer(), { isFirstImport: true, updatedAtMs: undefined }),
    ],
    [
      "missedEvent",
      "a changed object in a first import",
      difference(customer(), customer(), { ...missed, isFirstImport: true }),
    ],
    ["missedEvent", "a new object, an hour and a millisecond old", difference(undefined, customer(), missed)],
    ["lateEvent", "a new object, an hour old", difference(undefined, customer(), late)],
    ["missedEvent", "a changed object, an hour and a millisecond old", difference(customer(), customer(), missed)],
    ["lateEvent", "a changed object, an hour old", difference(customer(), customer(), late)],
    [
      "missedEvent",
      "an object that is listed no longer",
      difference(customer(), customer("deleted", gone), { updatedAtMs: undefined }),
    ],
    [
      "missedEvent",
      "a failing object that is listed no longer",
      difference(customer("failing", { code: "refused", error: "" }), customer("deleted", gone), {
        updatedAtMs: undefined,
      }),
    ],
    [
      "survivorGone",
      "a contact that was merged into one that is gone",
      difference(person("detached", ofCustomer("customerDetached")), person("merged", gone), {
        updatedAtMs: undefined,
      }),
    ],
    [
      "missedEvent",
      "a contact that was merged",
      difference(person(), person("merged", { code: "absorbedBy", survivorId: "9" }), { updatedAtMs: undefined }),
    ],
    ["missedEvent", "a restored company", difference(customer("deleted", deleted), customer())],
    [
      "missedEvent",
      "a restored company that is excluded",
      difference(customer("deleted", deleted), customer("excluded", excluded), { areSettingsChanged: true }),
    ],
    ["missedEvent", "a restored contact", difference(person("deleted", gone), person())],
    [
      "missedEvent",
      "a restored deal without a company",
      difference(project("deleted", deleted), project("waiting", { code: "noCompany" })),
    ],
    [
      "association",
      "another contact person of a known contact",
      difference(undefined, person(), { isKnown: true, ...missed }),
    ],
    ["missedEvent", "the first contact person of a contact", difference(undefined, person(), missed)],
    ["association", "a contact that left its company", difference(person(), person("deleted", notAssociated))],
    ["association", "a contact that came back to its company", difference(person("deleted", notAssociated), person())],
    [
      "association",
      "another primary company of a contact",
      difference(person(), samplePerson("2", "1", { fields: { ...fieldsOf(person()), primary: false } })),
    ],
    ["association", "another company of a deal", difference(project(), sampleProject("3", "9"))],
    ["association", "no company of a deal any more", difference(project(), project("waiting", { code: "noCompany" }))],
    ["lateEvent", "another company and a new name of a deal", difference(project(), sampleProject("3", "9"), late)],
    [
      "failureCleared",
      "a company whose number became free",
      difference(customer("failing", { code: "refused", error: "" }), customer()),
    ],
    [
      "failureCleared",
      "a failing deal that was edited as well",
      difference(project("failing", { code: "refused", error: "" }), project(), missed),
    ],
    [
      "settings",
      "a company that new rules exclude",
      difference(customer(), customer("excluded", excluded), { areSettingsChanged: true }),
    ],
    [
      "settings",
      "a company that new rules let in",
      difference(customer("excluded", excluded), customer(), { areSettingsChanged: true }),
    ],
    [
      "settings",
      "a company that another property excludes",
      difference(customer("excluded", excluded), customer("excluded", { ...excluded, property: "kein_zep" }), {
        areSettingsChanged: true,
      }),
    ],
    [
      "settings",
      "a deal in a stage that is selected now",
      difference(project("outOfStage", outOfStage), project(), { areSettingsChanged: true }),
    ],
    [
      "missedEvent",
      "a company edited since, under new rules",
      difference(customer(), customer("excluded", excluded), { ...missed, areSettingsChanged: true }),
    ],
    [
      "driftByHand",
      "a deal out of stage, the rules being as they were",
      difference(project(), project("outOfStage", outOfStage)),
    ],
    [
      "customerTurned",
      "a contact of an excluded company",
      difference(person(), person("excluded", ofCustomer("customerExcluded"))),
    ],
    [
      "customerTurned",
      "a contact of a company that is let in again",
      difference(person("excluded", ofCustomer("customerExcluded")), person()),
    ],
    [
      "customerTurned",
      "a deal whose company arrived",
      difference(project("waiting", ofCustomer("customerNotHere")), project()),
    ],
    [
      "customerTurned",
      "a deal of a deleted company",
      difference(project(), project("waiting", ofCustomer("customerDeleted"))),
    ],
    [
      "customerTurned",
      "a contact of a detached customer",
      difference(person(), person("detached", ofCustomer("customerDetached"))),
    ],
    [
      "driftByHand",
      "a record that differs from what it came from",
      difference(customer(), sampleCustomer("1", { fields: { ...fieldsOf(customer()), name: "x" } })),
    ],
    [
      "driftByHand",
      "a record that differs under new rules that put nothing elsewhere",
      difference(customer(), sampleCustomer("1", { fields: { ...fieldsOf(customer()), name: "x" } }), {
        areSettingsChanged: true,
      }),
    ],
    [
      "association",
      "an entry without data whose contact came back to its company",
      difference(withoutFields(person("deleted", notAssociated)), person()),
    ],
    [
      "association",
      "a contact that left its company before anything of it was transferred",
      difference(withoutFields(person("waiting")), withoutFields(person("deleted", notAssociated))),
    ],
    [
      "driftByHand",
      "a contact person that differs",
      difference(person(), samplePerson("2", "1", { fields: { ...fieldsOf(person()), email: "x" } })),
    ],
    [
      "driftByHand",
      "a project that differs",
      difference(project(), sampleProject("3", "1", { fields: { description: "x", companyId: "1" } })),
    ],
  ])("names %s for %s", (expected, _situation, given) => {
    expect(classifyRepair(given)).toBe(expected);
  });
});

function withoutFields(record: ContactPerson): ContactPerson {
  const { fields: _, ...entry } = record;
  return entry;
}

function fieldsOf<F extends object>(record: { readonly fields?: F }): F {
  if (record.fields === undefined) throw new Error("a sample without fields");
  return record.fields;
}
