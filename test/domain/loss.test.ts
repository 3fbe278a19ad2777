import { describe, expect, it } from "vitest";
import { isActive, isHarmful, isInactive, isLoss } from "../../lib/domain/loss.ts";
import { RECORD_STATES, type SyncRecord } from "../../lib/domain/record.ts";
import { sampleCustomer, samplePerson, sampleProject } from "../fixtures/sample-records.ts";

describe("isActive", () => {
  it.each(RECORD_STATES.map((state) => [state, !["deleted", "merged", "erased"].includes(state)] as const))(
    "of a record that is %s is %s, and never without data",
    (state, expected) => {
      const { fields: _fields, ...empty } = sampleCustomer("1", { state });
      const records = [sampleCustomer("1", { state }), empty, undefined];
      expect(records.map(isActive)).toEqual([expected, false, false]);
    },
  );
});

describe("isHarmful and isLoss", () => {
  const waiting = { state: "waiting", reason: { code: "noCompany" } } as const;
  const { dependsOnCompanyId: _, ...nobodys } = sampleProject("5", "1", waiting);
  const { fields: _fields, ...emptyEntry } = samplePerson("3", "1", { state: "excluded" });
  const refused = { state: "failing", reason: { code: "refused", error: "" } } as const;
  const left = { state: "deleted", reason: { code: "notAssociated", companyId: "1" } } as const;

  it.each<[name: string, stored: SyncRecord | undefined, next: SyncRecord, isHarm: boolean, isAnyLoss: boolean]>([
    ["what was never there", undefined, sampleCustomer("1", { state: "deleted" }), false, false],
    ["a customer that is deleted", sampleCustomer("1"), sampleCustomer("1", { state: "deleted" }), true, true],
    ["a customer that is excluded", sampleCustomer("1"), sampleCustomer("1", { state: "excluded" }), false, false],
    ["a project that loses its company", sampleProject("5", "1"), nobodys, true, true],
    ["an entry that loses its company", sampleProject("5", "1", { state: "deleted" }), nobodys, false, true],
    ["a project that moves", sampleProject("5", "1"), sampleProject("5", "2"), false, false],
    ["a contact that leaves its company", samplePerson("3", "1"), samplePerson("3", "1", left), true, true],
    [
      "a contact of an excluded company that has left it",
      samplePerson("3", "1", { state: "excluded" }),
      samplePerson("3", "1", left),
      true,
      true,
    ],
    ["a waiting project whose name changes", sampleProject("5", "1", waiting), nobodys, false, true],
    [
      "a waiting project that finds its company",
      sampleProject("5", "1", waiting),
      sampleProject("5", "1"),
      false,
      false,
    ],
    ["a project that had no company", nobodys, nobodys, false, false],
    [
      "a contact whose customer is not here",
      samplePerson("3", "1"),
      samplePerson("3", "1", { state: "waiting", reason: { code: "customerNotHere", companyId: "1" } }),
      false,
      false,
    ],
    ["a project that is held", sampleProject("5", "1"), sampleProject("5", "1", refused), false, false],
    [
      "an entry that turns for another reason",
      emptyEntry,
      samplePerson("3", "1", { state: "deleted", reason: { code: "customerDeleted", companyId: "1" } }),
      false,
      false,
    ],
    ["an entry without data that has left its company", emptyEntry, samplePerson("3", "1", left), false, true],
    ["an entry whose contact was never associated", undefined, samplePerson("3", "1", left), false, false],
    ["one that had left before", samplePerson("3", "1", left), samplePerson("3", "1", left), false, false],
  ])("of %s", (...[, stored, next, isHarm, isAnyLoss]) => {
    expect([isHarmful(stored, next), isLoss(stored, next)]).toEqual([isHarm, isAnyLoss]);
  });

  it("counts states without work left as inactive", () => {
    expect(RECORD_STATES.filter((state) => isInactive({ state }))).toEqual(["deleted", "merged", "erased"]);
  });
});
