import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adoptCustomer, adoptProject, compareIds, pointCustomer, pointProject } from "../../lib/domain/merge.ts";
import type { Customer } from "../../lib/domain/record.ts";
import { NOW_MS } from "../fixtures/sample-objects.ts";
import { sampleCustomer, sampleProject, sampleUntransferred } from "../fixtures/sample-records.ts";

const absorbedBy = { code: "absorbedBy", survivorId: "90" } as const;
const target = { reason: absorbedBy, readAtMs: NOW_MS, cause: "event", nowMs: NOW_MS } as const;

describe("adoptCustomer", () => {
  it.each<[name: string, absorbed: readonly Customer[], giverId: string | undefined]>([
    ["nobody when nothing is stored of the absorbed", [], undefined],
    ["the only one with data", [sampleUntransferred("2"), sampleCustomer("3")], "3"],
    [
      "a number changed by hand before a default one",
      [sampleCustomer("2"), sampleCustomer("3", { customerNumber: "K-7" })],
      "3",
    ],
    [
      "the older id of two changed by hand",
      [sampleCustomer("3", { customerNumber: "K-3" }), sampleCustomer("2", { customerNumber: "K-2" })],
      "2",
    ],
    ["the older id of two default numbers, as numbers go", [sampleCustomer("10"), sampleCustomer("9")], "9"],
    ["nobody who is detached", [sampleCustomer("2", { state: "detached", customerNumber: "K-1" })], undefined],
    ["one who is not detached", [sampleCustomer("2", { state: "detached" }), sampleCustomer("3")], "3"],
    ["one whose data is frozen", [sampleCustomer("2", { state: "excluded" })], "2"],
  ])("lets a new survivor take over from %s", (_name, absorbed, giverId) => {
    const { base, giverId: chosen } = adoptCustomer("90", undefined, absorbed);
    expect(chosen).toBe(giverId);
    expect(adoptCustomer("90", undefined, absorbed.toReversed()).giverId).toBe(giverId);
    const giver = absorbed.find(({ companyId }) => companyId === giverId);
    expect(base?.customerNumber).toBe(giver?.customerNumber);
    expect(base?.fields).toEqual(giver?.fields);
    expect(base?.state).toBe(giver?.state);
    expect(base && [base.companyId, base.revision]).toEqual(giver && ["90", 0]);
  });

  it("leaves a survivor its own number and data", () => {
    const own = sampleCustomer("90", { customerNumber: "K-90" });
    const adoption = adoptCustomer("90", own, [sampleCustomer("2", { customerNumber: "K-2" })]);
    expect(adoption).toEqual({ base: own, absorbedIds: ["2"], changes: [{ field: "absorbed", to: "2" }] });
  });

  it("gives a survivor that was never transferred the data, on its own revision and state", () => {
    const own = sampleUntransferred("90", { revision: 4 });
    const { base, giverId, changes } = adoptCustomer("90", own, [sampleCustomer("2", { customerNumber: "K-2" })]);
    expect(giverId).toBe("2");
    expect(base).toMatchObject({
      companyId: "90",
      customerNumber: "K-2",
      state: "excluded",
      revision: 4,
      fence: own.fence,
    });
    expect(changes).toEqual([
      { field: "takenOverFrom", to: "2" },
      { field: "absorbed", to: "2" },
    ]);
  });

  it("gives nothing to a detached survivor", () => {
    const own = sampleUntransferred("90", { state: "detached" });
    expect(adoptCustomer("90", own, [sampleCustomer("2")]).giverId).toBeUndefined();
  });

  it("joins chains of absorbed ids once each, in the order of ids, and repeats nothing that is known", () => {
    const own = sampleCustomer("90", { absorbedIds: ["10", "9"] });
    const absorbed = [sampleCustomer("10", { absorbedIds: ["2", "9"] }), sampleCustomer("11")];
    const { absorbedIds, changes } = adoptCustomer("90", own, absorbed);
    expect(absorbedIds).toEqual(["2", "9", "10", "11"]);
    expect(changes).toEqual([{ field: "absorbed", to: "2, 11" }]);
    expect(adoptCustomer("90", { ...own, absorbedIds }, absorbed).changes).toEqual([]);
  });

  it("does not depend on the order in which the absorbed are found", () => {
    const person = fc.record({
      id: fc.constantFrom("2", "3", "10", "11"),
      isHandMade: fc.boolean(),
      isDetached: fc.boolean(),
    });
    const some = fc.uniqueArray(person, { selector: ({ id }) => id, minLength: 1 });
    fc.assert(
      fc.property(some, fc.infiniteStream(fc.nat()), (rows, random) => {
        const absorbed = rows.map(({ id, isHandMade, isDetached }) =>
          sampleCustomer(id, {
            customerNumber: isHandMade ? `K-${id}` : id,
            state: isDetached ? "detached" : "linked",
          }),
        );
        const shuffled = absorbed
          .map((record) => ({ record, at: random.next().value }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ record }) => record);
        expect(adoptCustomer("90", undefined, shuffled)).toEqual(adoptCustomer("90", undefined, absorbed));
      }),
    );
  });
});

describe("adoptProject", () => {
  it("hands over short form and ZEP's own fields", () => {
    const own = { tasks: ["Plan"], projectEmployees: ["AB"], billingType: "hourly", status: "completed" } as const;
    const giver = sampleProject("5", "1", { shortForm: "UMBAU", own });
    const { base, giverId, absorbedIds } = adoptProject("90", undefined, [sampleProject("4", "1"), giver]);
    expect(giverId).toBe("5");
    expect(absorbedIds).toEqual(["4", "5"]);
    expect(base).toMatchObject({ dealId: "90", shortForm: "UMBAU", own, revision: 0 });
  });
});

describe("pointCustomer and pointProject", () => {
  it("leave nothing but the way to the survivor, and whom the record had absorbed itself", () => {
    const customer = sampleCustomer("2", { absorbedIds: ["1"], isFollowUpDue: true });
    const pointer = pointCustomer(customer, target);
    expect(pointer).toMatchObject({
      companyId: "2",
      state: "merged",
      reason: absorbedBy,
      absorbedIds: ["1"],
      revision: 2,
    });
    for (const field of ["fields", "customerNumber"]) expect(pointer).not.toHaveProperty(field);
    const project = pointProject(sampleProject("5", "1"), target);
    expect(project).toMatchObject({ dealId: "5", state: "merged", reason: absorbedBy, revision: 2 });
    for (const field of ["fields", "own", "shortForm", "dependsOnCompanyId"]) expect(project).not.toHaveProperty(field);
  });

  it("leave a detached record and a pointer that already leads there alone", () => {
    expect(pointCustomer(sampleCustomer("2", { state: "detached" }), target)).toBeUndefined();
    expect(pointCustomer(sampleCustomer("2", { state: "merged", reason: absorbedBy }), target)).toBeUndefined();
    expect(pointProject(sampleProject("5", "1", { state: "detached" }), target)).toBeUndefined();
  });

  it("turn a pointer to the next survivor of a chain, never moving its fence back", () => {
    const stored = sampleCustomer("2", { state: "merged", reason: { ...absorbedBy, survivorId: "80" } });
    expect(pointCustomer(stored, target)?.reason).toEqual(absorbedBy);
    expect(pointCustomer(stored, { ...target, readAtMs: 1 })?.fence).toEqual(stored.fence);
  });
});

describe("compareIds", () => {
  it.each([
    ["9", "10", -1],
    ["10", "9", 1],
    ["10", "10", 0],
    ["99999999999999999998", "99999999999999999999", -1],
  ])("orders %s and %s as numbers", (left, right, sign) => {
    expect(Math.sign(compareIds(left, right))).toBe(sign);
  });
});
