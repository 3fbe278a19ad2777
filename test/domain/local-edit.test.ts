import { describe, expect, it } from "vitest";
import { judgeBookable } from "../../lib/domain/bookable.ts";
import { findLengthWarnings } from "../../lib/domain/field-limits.ts";
import { findLeader, type Leader } from "../../lib/domain/leading-system.ts";
import {
  detachCustomer,
  editCustomer,
  editProject,
  type CustomerEdit,
  type ProjectEdit,
} from "../../lib/domain/local-edit.ts";
import { RECORD_STATES, type RecordState } from "../../lib/domain/record.ts";
import { NOW_MS } from "../fixtures/sample-objects.ts";
import { sampleCustomer, sampleProject, sampleUntransferred } from "../fixtures/sample-records.ts";

/** Who leads a record with data, in each state. */
const LEADERS: Readonly<Record<RecordState, Leader>> = {
  linked: "hubspot",
  excluded: "hubspot",
  outOfStage: "hubspot",
  waiting: "hubspot",
  failing: "hubspot",
  detached: "zep",
  deleted: "zep",
  merged: "nobody",
  erased: "nobody",
};

describe("findLeader", () => {
  it.each(RECORD_STATES)("of a record that is %s, with and without data", (state) => {
    expect(findLeader({ state, fields: {} })).toBe(LEADERS[state]);
    expect(findLeader({ state })).toBe("nobody");
  });
});

describe("editCustomer", () => {
  const led: CustomerEdit = { name: "X", phone: "1", address: { city: "X" }, website: "x", remark: "x" };

  it.each(RECORD_STATES)("treats led fields and the number of a %s customer by its leader", (state) => {
    const stored = sampleCustomer("1", { state });
    const refusals: Readonly<Record<Leader, object>> = {
      hubspot: { kind: "refused", refusal: { code: "hubspotLeads", fields: Object.keys(led) } },
      zep: { kind: "changed", record: { state, fields: { name: "X" }, fence: stored.fence, revision: 2 } },
      nobody: { kind: "refused", refusal: { code: "notEditable", state } },
    };
    expect(editCustomer(stored, led, NOW_MS)).toMatchObject(refusals[LEADERS[state]]);
    const numbered = editCustomer(stored, { customerNumber: "K-1" }, NOW_MS);
    expect(numbered.kind).toBe(LEADERS[state] === "nobody" ? "refused" : "changed");
  });

  it("has nothing to change on a company that was never transferred", () => {
    const edit = { customerNumber: "K-1" };
    expect(editCustomer(sampleUntransferred("1"), edit, NOW_MS)).toMatchObject({ refusal: { code: "notEditable" } });
  });

  it.each<[field: string, edit: CustomerEdit, limit: number]>([
    ["customerNumber", { customerNumber: "x".repeat(33) }, 32],
    ["name", { name: "x".repeat(121) }, 120],
    ["phone", { phone: "x".repeat(33) }, 32],
    ["website", { website: "x".repeat(121) }, 120],
    ["address.street", { address: { street: ["ok", "x".repeat(121)] } }, 120],
    ["address.postalCode", { address: { postalCode: "x".repeat(17) } }, 16],
    ["address.city", { address: { city: "x".repeat(33) } }, 32],
    ["address.country", { address: { country: "x".repeat(65) } }, 64],
  ])("refuses a %s that ZEP would cut, and takes one character less", (field, edit, limit) => {
    const stored = sampleCustomer("1", { state: "detached" });
    const texts = [{ field, length: limit + 1, limit, cutTo: "x".repeat(limit) }];
    expect(editCustomer(stored, edit, NOW_MS)).toEqual({ kind: "refused", refusal: { code: "tooLong", texts } });
    const shorter: CustomerEdit = JSON.parse(JSON.stringify(edit).replace("xx", "x"));
    expect(editCustomer(stored, shorter, NOW_MS).kind).toBe("changed");
  });

  it("takes a remark of any length", () => {
    const remark = "x".repeat(100_000);
    expect(editCustomer(sampleCustomer("1", { state: "detached" }), { remark }, NOW_MS).kind).toBe("changed");
  });

  it("changes nothing when nothing differs", () => {
    expect(editCustomer(sampleCustomer("1"), { customerNumber: "1" }, NOW_MS)).toEqual({ kind: "unchanged" });
  });
});

describe("editProject", () => {
  it("takes ZEP's own fields while HubSpot leads, and names every led field that it refuses", () => {
    const own: ProjectEdit = {
      shortForm: "A",
      tasks: ["T"],
      status: "completed",
      billingType: "flat",
      startDate: "2026-01-01",
    };
    expect(editProject(sampleProject("5", "1"), own, NOW_MS)).toMatchObject({
      kind: "changed",
      record: { shortForm: "A" },
    });
    const led = { ...own, description: "X", companyId: "2" };
    expect(editProject(sampleProject("5", "1"), led, NOW_MS)).toMatchObject({
      refusal: { code: "hubspotLeads", fields: ["description", "companyId"] },
    });
  });

  it.each([
    ["2026-01-02", "2026-01-01", "refused"],
    ["2026-01-01", "2026-01-01", "changed"],
  ])("with a duration from %s to %s: %s", (startDate, endDate, kind) => {
    expect(editProject(sampleProject("5", "1"), { startDate, endDate }, NOW_MS).kind).toBe(kind);
  });

  it.each<[field: string, edit: ProjectEdit, limit: number]>([
    ["shortForm", { shortForm: "x".repeat(65) }, 64],
    ["description", { description: "x".repeat(256) }, 255],
  ])("refuses a %s that ZEP would cut", (field, edit, limit) => {
    const stored = sampleProject("5", "1", { state: "detached" });
    expect(editProject(stored, edit, NOW_MS)).toMatchObject({
      refusal: { texts: [{ field, length: limit + 1, limit }] },
    });
  });
});

describe("detachCustomer", () => {
  it.each(RECORD_STATES)("of a %s customer with data", (state) => {
    const isPossible = state !== "detached" && LEADERS[state] !== "nobody";
    const change = detachCustomer(sampleCustomer("1", { state }), NOW_MS);
    expect(change).toMatchObject(
      isPossible
        ? { kind: "changed", record: { state: "detached", isFollowUpDue: true } }
        : { kind: "refused", refusal: { code: "notDetachable", state } },
    );
  });
});

describe("findLengthWarnings", () => {
  it("counts characters as people do code points, and never cuts one in half", () => {
    const name = "🚀".repeat(121);
    const { fields } = sampleCustomer("1");
    if (fields === undefined) throw new Error("the sample has no data");
    const record = sampleCustomer("1", { fields: { ...fields, name } });
    expect(findLengthWarnings(record)).toEqual([{ field: "name", length: 121, limit: 120, cutTo: "🚀".repeat(120) }]);
  });
});

describe("judgeBookable", () => {
  const ready = { tasks: ["Bau"], projectEmployees: ["mm"], status: "active" } as const;
  const today = "2026-06-15";

  it.each([
    ["everything is there, ends open", {}, []],
    ["it begins today and ends today", { startDate: today, endDate: today }, []],
    ["it begins tomorrow", { startDate: "2026-06-16" }, ["duration"]],
    ["it ended yesterday", { endDate: "2026-06-14" }, ["duration"]],
    ["no task", { tasks: [] }, ["tasks"]],
    ["no project employee", { projectEmployees: [] }, ["projectEmployees"]],
    ["it is completed", { status: "completed" as const }, ["status"]],
    [
      "nothing is there",
      { tasks: [], projectEmployees: [], status: "inactive" as const },
      ["status", "tasks", "projectEmployees"],
    ],
  ])("when %s", (_name, own, missing) => {
    const project = sampleProject("5", "1", { own: { ...ready, ...own } });
    expect(judgeBookable(project, today)).toEqual({ isBookable: missing.length === 0, missing });
  });

  it("lets nobody book on a project whose deal was deleted, and judges none without data", () => {
    expect(judgeBookable(sampleProject("5", "1", { own: ready, state: "deleted" }), today)?.missing).toEqual([
      "active",
    ]);
    const { own: _own, ...entry } = sampleProject("5", "1");
    expect(judgeBookable(entry, today)).toBeUndefined();
  });
});
