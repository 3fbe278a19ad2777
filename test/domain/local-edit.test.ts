import { describe, expect, it } from "vitest";
import {
  detachCustomer,
  detachProject,
  editCustomer,
  editProject,
  type CustomerEdit,
  type LocalChange,
  type ProjectEdit,
} from "../../lib/domain/local-edit.ts";
import type { Customer, Project, ProjectOwnFields, RecordState } from "../../lib/domain/record.ts";
import { sampleCustomer, sampleProject, sampleUntransferred } from "../fixtures/sample-records.ts";

const NOW_MS = 1_790_000_900_000;
const OWN: ProjectOwnFields = {
  tasks: ["Konzept"],
  projectEmployees: ["mm"],
  startDate: "2026-01-01",
  endDate: "2026-12-31",
  billingType: "hourly",
  status: "active",
};
const LED: readonly RecordState[] = ["linked", "excluded", "outOfStage", "waiting", "failing"];
const FREE: readonly RecordState[] = ["detached", "deleted"];
const CLOSED: readonly RecordState[] = ["merged", "erased"];

function changed<R>(change: LocalChange<R>): R {
  if (change.kind !== "changed") throw new Error(`was ${change.kind}`);
  return change.record;
}

function refused(change: LocalChange<unknown>): unknown {
  return change.kind === "refused" ? change.refusal : change.kind;
}

describe("editCustomer", () => {
  it("changes the number of a linked customer, tells history, and leaves data and fence as they are", () => {
    const stored = sampleCustomer("1", { revision: 4 });
    const { customerNumber, revision, changedAtMs, history, ...rest } = changed(
      editCustomer(stored, { customerNumber: "K-7" }, NOW_MS),
    );
    expect({ customerNumber, revision, changedAtMs }).toEqual({
      customerNumber: "K-7",
      revision: 5,
      changedAtMs: NOW_MS,
    });
    const fields = [{ field: "customerNumber", from: "1", to: "K-7" }];
    expect(history).toEqual([{ atMs: NOW_MS, cause: "admin", fields }]);
    expect({ ...stored, ...rest }).toEqual(stored);
  });

  it.each(LED)("refuses what HubSpot leads on a customer that is %s, naming each field", (state) => {
    const edit: CustomerEdit = { customerNumber: "K-7", website: "", name: "A" };
    const change = editCustomer(sampleCustomer("1", { state }), edit, NOW_MS);
    expect(refused(change)).toEqual({ code: "hubspotLeads", fields: ["name", "website"] });
  });

  it.each(FREE)("changes every field of a customer that is %s; of an address only what is named", (state) => {
    const stored = sampleCustomer("1", { state });
    const edit = { name: "A", phone: "1", address: { city: "Ulm" }, website: "w", remark: "r", customerNumber: "K" };
    const record = changed(editCustomer(stored, edit, NOW_MS));
    const { customerNumber, ...fields } = edit;
    expect(record.fields).toEqual({ ...fields, address: { ...stored.fields?.address, city: "Ulm" } });
    expect(record.customerNumber).toBe(customerNumber);
    expect(record.history[0]?.fields.map(({ field }) => field)).toEqual([
      "name",
      "phone",
      "address.city",
      "website",
      "remark",
      "customerNumber",
    ]);
  });

  it("leaves the number alone when the edit does not name it", () => {
    const record = changed(editCustomer(sampleCustomer("1", { state: "detached" }), { name: "A" }, NOW_MS));
    expect(record.customerNumber).toBe("1");
    const { customerNumber: _, ...numberless } = sampleCustomer("1", { state: "detached" });
    expect(changed(editCustomer(numberless, { name: "A" }, NOW_MS))).not.toHaveProperty("customerNumber");
  });

  it.each(CLOSED)("changes nothing of a customer that is %s", (state) => {
    const change = editCustomer(sampleCustomer("1", { state }), { customerNumber: "K" }, NOW_MS);
    expect(refused(change)).toEqual({ code: "notEditable", state });
  });

  it("changes nothing of a company that was never transferred", () => {
    const change = editCustomer(sampleUntransferred("1"), { customerNumber: "K" }, NOW_MS);
    expect(refused(change)).toEqual({ code: "notEditable", state: "excluded" });
  });

  it("refuses texts that ZEP does not take whole", () => {
    const customerNumber = "K".repeat(33);
    const text = { field: "customerNumber", length: 33, limit: 32, cutTo: "K".repeat(32) };
    const change = editCustomer(sampleCustomer("1"), { customerNumber }, NOW_MS);
    expect(refused(change)).toEqual({ code: "tooLong", texts: [text] });
  });

  it("writes nothing when nothing differs", () => {
    expect(editCustomer(sampleCustomer("1"), { customerNumber: "1" }, NOW_MS)).toEqual({ kind: "unchanged" });
    expect(editCustomer(sampleCustomer("1"), {}, NOW_MS)).toEqual({ kind: "unchanged" });
  });
});

describe("editProject", () => {
  const stored = sampleProject("5", "1", { own: OWN });

  it.each(LED)("changes each of ZEP's own fields of a project that is %s and none of HubSpot's", (state) => {
    const edit: ProjectEdit = {
      shortForm: "RELAUNCH",
      tasks: ["Konzept", "Umsetzung"],
      projectEmployees: [],
      startDate: "2026-02-01",
      endDate: "2026-02-01",
      billingType: "flat",
      status: "completed",
    };
    const { shortForm, ...own } = edit;
    const record = changed(editProject({ ...stored, state }, edit, NOW_MS));
    expect(record).toMatchObject({ shortForm, fields: stored.fields, dependsOnCompanyId: "1", fence: stored.fence });
    expect(record.own).toEqual(own);
    expect(record.history[0]?.fields.map(({ field }) => field)).toEqual([
      "tasks",
      "projectEmployees",
      "startDate",
      "endDate",
      "billingType",
      "status",
      "shortForm",
    ]);
  });

  it("leaves what the edit does not name", () => {
    const record = changed(editProject(stored, { status: "inactive" }, NOW_MS));
    expect(record.own).toEqual({ ...OWN, status: "inactive" });
    expect(record.shortForm).toBe("5");
    const { shortForm: _, ...numberless } = stored;
    expect(changed(editProject(numberless, { status: "inactive" }, NOW_MS))).not.toHaveProperty("shortForm");
  });

  it("empties what the edit names as null", () => {
    const record = changed(editProject(stored, { startDate: null, endDate: null, billingType: null }, NOW_MS));
    expect(record.own).toEqual({ tasks: OWN.tasks, projectEmployees: OWN.projectEmployees, status: "active" });
    expect(record.history[0]?.fields).toEqual([
      { field: "startDate", from: "2026-01-01" },
      { field: "endDate", from: "2026-12-31" },
      { field: "billingType", from: "hourly" },
    ]);
  });

  it.each(LED)("refuses description and customer of a project that is %s", (state) => {
    const edit = { description: "x", companyId: "2", status: "inactive" } as const;
    const change = editProject({ ...stored, state }, edit, NOW_MS);
    expect(refused(change)).toEqual({ code: "hubspotLeads", fields: ["description", "companyId"] });
  });

  it.each(FREE)("moves a project that is %s to another customer, also in that customer's list", (state) => {
    const record = changed(editProject({ ...stored, state }, { companyId: "2" }, NOW_MS));
    expect(record.fields).toEqual({ ...stored.fields, companyId: "2" });
    expect(record.dependsOnCompanyId).toBe("2");
    expect(record.history[0]?.fields).toEqual([{ field: "companyId", from: "1", to: "2" }]);
  });

  it("does not touch the customer it depends on when only its description changes", () => {
    const moved = { ...stored, state: "detached", dependsOnCompanyId: "9" } as const;
    expect(changed(editProject(moved, { description: "x" }, NOW_MS))).toMatchObject({
      fields: { description: "x", companyId: "1" },
      dependsOnCompanyId: "9",
    });
  });

  it.each<[edit: ProjectEdit, isReversed: boolean]>([
    [{ startDate: "2026-05-02", endDate: "2026-05-01" }, true],
    [{ startDate: "2026-05-01", endDate: "2026-05-01" }, false],
    [{ startDate: "2027-01-01" }, true],
    [{ endDate: "2025-12-31" }, true],
    [{ startDate: "2027-01-01", endDate: null }, false],
    [{ startDate: null, endDate: "2025-12-31" }, false],
  ])("with the dates %j is refused: %s", (edit, isReversed) => {
    const change = editProject(stored, edit, NOW_MS);
    expect(change.kind).toBe(isReversed ? "refused" : "changed");
    if (!isReversed) return;
    const { startDate = OWN.startDate, endDate = OWN.endDate } = edit;
    expect(refused(change)).toEqual({ code: "datesReversed", startDate, endDate });
  });

  it.each(CLOSED)("changes nothing of a project that is %s", (state) => {
    const change = editProject({ ...stored, state }, { status: "inactive" }, NOW_MS);
    expect(refused(change)).toEqual({ code: "notEditable", state });
  });

  it("changes nothing of a project that lacks ZEP's own fields", () => {
    const { own: _, ...untransferred } = stored;
    expect(refused(editProject(untransferred, { status: "inactive" }, NOW_MS))).toEqual({
      code: "notEditable",
      state: "linked",
    });
  });

  it("refuses texts that ZEP does not take whole", () => {
    const text = { field: "shortForm", length: 65, limit: 64, cutTo: "s".repeat(64) };
    expect(refused(editProject(stored, { shortForm: "s".repeat(65) }, NOW_MS))).toEqual({
      code: "tooLong",
      texts: [text],
    });
  });

  it("writes nothing when nothing differs", () => {
    const edit = { ...OWN, shortForm: "5" };
    expect(editProject(stored, edit, NOW_MS)).toEqual({ kind: "unchanged" });
  });
});

describe.each<[string, Customer | Project, () => LocalChange<Customer | Project>, (state: RecordState) => unknown]>([
  [
    "detachCustomer",
    sampleCustomer("1"),
    () => detachCustomer(sampleCustomer("1"), NOW_MS),
    (state) => refused(detachCustomer(sampleCustomer("1", { state }), NOW_MS)),
  ],
  [
    "detachProject",
    sampleProject("5", "1"),
    () => detachProject(sampleProject("5", "1"), NOW_MS),
    (state) => refused(detachProject(sampleProject("5", "1", { state }), NOW_MS)),
  ],
])("%s", (...[, stored, detach, detachIn]) => {
  it("keeps all data, says who did it, and counts a revision", () => {
    const record = changed(detach());
    expect(record).toMatchObject({ state: "detached", reason: { code: "detachedByAdmin" }, revision: 2 });
    expect(record.fields).toEqual(stored.fields);
    expect(record.history).toEqual([
      {
        atMs: NOW_MS,
        cause: "admin",
        fields: [
          { field: "state", from: "linked", to: "detached" },
          { field: "reason.code", to: "detachedByAdmin" },
        ],
      },
    ]);
  });

  it.each([...LED, "deleted"] as const)("is made of a record that is %s", (state) => {
    expect(detachIn(state)).toBe("changed");
  });

  it.each([...CLOSED, "detached"] as const)("is refused for a record that is %s", (state) => {
    expect(detachIn(state)).toEqual({ code: "notDetachable", state });
  });
});

describe("detachCustomer", () => {
  it("tells what depends on the customer, in the same write", () => {
    expect(changed(detachCustomer(sampleCustomer("1"), NOW_MS)).isFollowUpDue).toBe(true);
  });

  it.each(["linked", "excluded", "deleted"] as const)("keeps in mind whether HubSpot excludes it: was %s", (state) => {
    const { isExcludedInHubSpot } = changed(detachCustomer(sampleCustomer("1", { state }), NOW_MS));
    expect(isExcludedInHubSpot).toBe(state === "excluded" ? true : undefined);
  });

  it("is refused for a company that was never transferred", () => {
    expect(refused(detachCustomer(sampleUntransferred("1"), NOW_MS))).toEqual({
      code: "notDetachable",
      state: "excluded",
    });
  });
});
