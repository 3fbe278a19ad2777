import { describe, expect, it } from "vitest";
import type { Repair } from "../../../lib/domain/pass-finding.ts";
import type { SyncRecord } from "../../../lib/domain/record.ts";
import { describeRepairs } from "../../../lib/sync/pass/preview-entries.ts";
import { MOST_PREVIEWED } from "../../../lib/sync/pass/pass-types.ts";
import { sampleCustomer, samplePerson, sampleProject, sampleUntransferred } from "../../fixtures/sample-records.ts";

function repairOf(effect: Repair["effect"], next: SyncRecord, stored?: SyncRecord): Repair {
  return { stored, next, effect, cause: "settings", isLoss: false, isHarm: false };
}

describe("describeRepairs", () => {
  it("names customers and projects, and contact persons by their ids alone", () => {
    const repairs = [
      repairOf("created", sampleCustomer("1")),
      repairOf("frozen", samplePerson("2", "1")),
      repairOf("deactivated", sampleProject("3", "1")),
    ];
    expect(describeRepairs(repairs)).toEqual([
      { effect: "created", type: "customer", id: "1", name: "Müller & Söhne 1" },
      { effect: "frozen", type: "contactPerson", id: "2/1", name: "" },
      { effect: "deactivated", type: "project", id: "3", name: "Umbau 3" },
    ]);
  });

  it("cuts a long name between characters, so that a whole preview fits into an item of the table", () => {
    const project = sampleProject("3", "1");
    const entryOf = (description: string) =>
      describeRepairs([repairOf("created", { ...project, fields: { description, companyId: "1" } })])[0];
    expect(entryOf("ä".repeat(80))?.name).toBe("ä".repeat(80));
    expect(entryOf("😀".repeat(81))?.name).toBe("😀".repeat(80));
    const entry = entryOf("\u0001".repeat(65_536));
    expect(Buffer.byteLength(JSON.stringify(entry)) * MOST_PREVIEWED).toBeLessThan(300 * 1024);
  });

  it("has no name for what was never transferred", () => {
    const { fields: _fields, ...project } = sampleProject("3", "1", { state: "deleted" });
    const repairs = [repairOf("deactivated", sampleUntransferred("1")), repairOf("deactivated", project)];
    expect(describeRepairs(repairs).map(({ name }) => name)).toEqual(["", ""]);
  });

  it("calls released what another state lets go on, and updated what keeps its state", () => {
    const next = sampleCustomer("1");
    const stored = sampleCustomer("1", { state: "excluded" });
    const repairs = [repairOf("updated", next, stored), repairOf("updated", next, next), repairOf("updated", next)];
    expect(describeRepairs(repairs).map(({ effect }) => effect)).toEqual(["released", "updated", "updated"]);
    expect(describeRepairs([repairOf("frozen", stored, next)])).toMatchObject([{ effect: "frozen" }]);
  });

  it("leaves out what changes nothing in ZEP", () => {
    const next = sampleUntransferred("1");
    expect(describeRepairs([repairOf("touched", next), repairOf("noted", next)])).toEqual([]);
  });
});
