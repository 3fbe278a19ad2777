import { describe, expect, it } from "vitest";
import { isAttachedByHand } from "../../lib/domain/attach-request.ts";
import { NO_HINT, type Hint } from "../../lib/domain/decision.ts";
import {
  adoptCustomer,
  adoptProject,
  compareIds,
  pointCustomer,
  pointProject,
  releaseAttached,
} from "../../lib/domain/merge.ts";
import { NOW_MS } from "../fixtures/sample-objects.ts";
import { sampleCustomer, sampleProject, sampleUntransferred } from "../fixtures/sample-records.ts";

const absorbedBy = { code: "absorbedBy", survivorId: "90" } as const;
const target = { reason: absorbedBy, readAtMs: NOW_MS, cause: "event", nowMs: NOW_MS } as const;
const attach: Hint = { at: { attach: 1 }, absorbs: ["2"], looks: 0 };

describe("adoptCustomer and adoptProject", () => {
  it("hand over from the record that has absorbed another one of them, not from what a crash left of that", () => {
    const left = sampleCustomer("2", { customerNumber: "K-2" });
    const taker = sampleCustomer("3", { absorbedIds: ["2"] });
    const third = sampleCustomer("4");
    for (const absorbed of [
      [left, taker, third],
      [third, taker, left],
    ])
      expect(adoptCustomer("90", undefined, absorbed)).toMatchObject({ giverId: "3", absorbedIds: ["2", "3", "4"] });
  });

  it("hand over from what a crash left when the record that has absorbed it has nothing itself", () => {
    const left = sampleCustomer("2", { customerNumber: "K-2" });
    for (const taker of [
      sampleUntransferred("3", { absorbedIds: ["2"] }),
      sampleCustomer("3", { absorbedIds: ["2"], state: "detached" }),
    ])
      expect(adoptCustomer("90", undefined, [taker, left]).giverId).toBe("2");
  });

  it("do not count a record that is attached back to where it came from among the absorbed", () => {
    const customer = adoptCustomer("90", sampleCustomer("90"), [sampleCustomer("2", { absorbedIds: ["90"] })]);
    expect(customer.absorbedIds).toEqual(["2"]);
    const project = adoptProject("90", sampleProject("90", "1"), [sampleProject("2", "1", { absorbedIds: ["90"] })]);
    expect(project.absorbedIds).toEqual(["2"]);
  });

  it("leave a surviving project what it has", () => {
    const own = sampleProject("90", "1", { shortForm: "ALT" });
    const adoption = adoptProject("90", own, [sampleProject("2", "1", { shortForm: "NEU" })]);
    expect(adoption).toStrictEqual({ base: own, absorbedIds: ["2"], changes: [{ field: "absorbed", to: "2" }] });
  });

  it("let a new survivor start before any read, so that the read that found it may be written", () => {
    const fence = { sourceUpdatedAtMs: 0, readAtMs: 0 };
    expect(adoptCustomer("90", undefined, [sampleCustomer("2")]).base?.fence).toEqual(fence);
    expect(adoptProject("90", undefined, [sampleProject("2", "1")]).base?.fence).toEqual(fence);
  });
});

describe("isAttachedByHand", () => {
  it.each<[name: string, id: string, hint: Pick<Hint, "at" | "absorbs">, expected: boolean]>([
    ["a record that an attach names", "2", attach, true],
    ["another record", "3", attach, false],
    ["a record that a merge names", "2", { at: { merged: 1 }, absorbs: ["2"] }, false],
    ["a record of an attach that names none", "2", { at: { attach: 1 } }, false],
  ])("of %s", (...[, id, hint, expected]) => {
    expect(isAttachedByHand(id, hint)).toBe(expected);
  });
});

describe("releaseAttached", () => {
  const customer = sampleCustomer("2", { state: "detached" });
  const project = sampleProject("2", "1", { state: "detached" });

  it("lets a detached record that is attached by hand take part, with all it has", () => {
    expect(releaseAttached([customer], attach)).toStrictEqual([{ ...customer, state: "deleted" }]);
    expect(releaseAttached([project], attach)).toStrictEqual([{ ...project, state: "deleted" }]);
  });

  it("leaves any other record as it is", () => {
    const others = [sampleCustomer("2"), sampleCustomer("3", { state: "detached" })];
    expect(releaseAttached(others, attach)).toStrictEqual(others);
    expect(releaseAttached([customer, project], NO_HINT)).toStrictEqual([customer, project]);
  });
});

describe("pointCustomer and pointProject", () => {
  const history = [
    {
      atMs: NOW_MS,
      cause: "event",
      fields: [
        { field: "state", from: "linked", to: "merged" },
        { field: "reason.code", to: "absorbedBy" },
        { field: "reason.survivorId", to: "90" },
      ],
    },
  ];
  const { createdAtMs, fence } = sampleCustomer("2");
  const pointer = {
    state: "merged",
    reason: absorbedBy,
    absorbedIds: ["1"],
    fence: { ...fence, readAtMs: NOW_MS },
    revision: 2,
    createdAtMs,
    changedAtMs: NOW_MS,
    history,
  };

  it.each([
    ["when the survivor does not know of it", true, true],
    ["never when it does", false, false],
    ["never when nobody says so", undefined, false],
  ])("leave what depends on the customer to be queued %s", (...[, isDue, isFollowUpDue]) => {
    const stored = sampleCustomer("2", { absorbedIds: ["1"] });
    const aim = isDue === undefined ? target : { ...target, isFollowUpDue: isDue };
    expect(pointCustomer(stored, aim)).toStrictEqual({ type: "customer", companyId: "2", isFollowUpDue, ...pointer });
  });

  it("leave of a project nothing but its id", () => {
    const stored = sampleProject("2", "1", { absorbedIds: ["1"] });
    expect(pointProject(stored, target)).toStrictEqual({ type: "project", dealId: "2", ...pointer });
  });

  it("move a detached record only when an admin attaches it elsewhere", () => {
    const byHand = { ...target, reason: { code: "attachedTo", survivorId: "90" } } as const;
    expect(pointCustomer(sampleCustomer("2", { state: "detached" }), byHand)?.reason).toEqual(byHand.reason);
    expect(pointProject(sampleProject("2", "1", { state: "detached" }), byHand)?.reason).toEqual(byHand.reason);
  });

  it("take nothing but a merged record that leads there for a pointer", () => {
    expect(pointCustomer(sampleCustomer("2", { reason: absorbedBy }), target)?.state).toBe("merged");
    expect(pointCustomer(sampleUntransferred("2", { state: "merged" }), target)?.reason).toEqual(absorbedBy);
    const { reason: _, ...unexplained } = sampleUntransferred("2", { state: "merged" });
    expect(pointCustomer(unexplained, target)?.reason).toEqual(absorbedBy);
  });
});

describe("compareIds", () => {
  it.each([
    ["21", "20", 1],
    ["20", "21", -1],
    ["99999999999999999999", "99999999999999999998", 1],
  ])("orders %s and %s, which are equally long", (left, right, sign) => {
    expect(Math.sign(compareIds(left, right))).toBe(sign);
  });
});
