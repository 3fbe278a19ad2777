import { describe, expect, it } from "vitest";
import { judgeBookable, type Missing } from "../../lib/domain/bookable.ts";
import type { ProjectOwnFields, RecordState } from "../../lib/domain/record.ts";
import { sampleProject } from "../fixtures/sample-records.ts";

const TODAY = "2026-11-25";
const READY: ProjectOwnFields = { tasks: ["Konzept"], projectEmployees: ["mm"], status: "active" };

describe("judgeBookable", () => {
  it.each<[changes: Partial<ProjectOwnFields>, missing: readonly Missing[]]>([
    [{}, []],
    [{ tasks: [] }, ["tasks"]],
    [{ projectEmployees: [] }, ["projectEmployees"]],
    [{ tasks: [], projectEmployees: [] }, ["tasks", "projectEmployees"]],
    [{ status: "inactive" }, ["status"]],
    [{ status: "completed", tasks: [] }, ["status", "tasks"]],
    [{ startDate: TODAY, endDate: TODAY }, []],
    [{ startDate: "2026-11-26" }, ["duration"]],
    [{ startDate: "2026-11-24" }, []],
    [{ endDate: "2026-11-24" }, ["duration"]],
    [{ endDate: "2026-11-26" }, []],
    [{ startDate: "2027-01-01", endDate: "2027-02-01" }, ["duration"]],
    [{ startDate: "2025-01-01", endDate: "2025-02-01" }, ["duration"]],
  ])("of a project with %j misses %j", (changes, missing) => {
    const project = sampleProject("5", "1", { own: { ...READY, ...changes } });
    expect(judgeBookable(project, TODAY)).toEqual({ isBookable: missing.length === 0, missing });
  });

  it.each<[RecordState, readonly Missing[]]>([
    ["linked", []],
    ["excluded", []],
    ["outOfStage", []],
    ["waiting", []],
    ["detached", []],
    ["failing", []],
    ["deleted", ["active"]],
    ["merged", ["active"]],
    ["erased", ["active"]],
  ])("of a project that is %s misses %j", (state, missing) => {
    expect(judgeBookable(sampleProject("5", "1", { own: READY, state }), TODAY)?.missing).toEqual(missing);
  });

  it("says nothing of a deal that was never transferred", () => {
    const { own: _, ...untransferred } = sampleProject("5", "1");
    expect(judgeBookable(untransferred, TODAY)).toBeUndefined();
  });
});
