import { describe, expect, it } from "vitest";
import { CustomerStates } from "../../../lib/domain/customer-states.ts";
import { createNight, fewestCalls, portalOf, runNight } from "../../bench/pass/unchanged-pass.ts";

const OBJECTS = 100_000;
/** HubSpot's calls apart from lists: the account twice, the exclusion property once. */
const SETTINGS_CALLS = 3;
/** Lists that are in flight at once, and the lanes that are done: one of each type. */
const MOST_LANES = 12 + 3;

describe("a pass over a hundred thousand objects", () => {
  it("lists full pages, keeps a bounded checkpoint, and looks at every object once", { timeout: 300_000 }, async () => {
    const night = { counts: portalOf(OBJECTS) };
    const { world, records } = await createNight(night);
    const lanes: number[] = [];
    world.faults.beforeStore = (name, [saved]) => {
      if (name === "saveCheckpoint") lanes.push(Object(saved).checkpoint.lanes.length);
    };
    const { calls, objects } = await runNight(world, night);
    expect(objects).toBe(OBJECTS);
    expect(calls - SETTINGS_CALLS).toBe(world.portal.calls.byKind.list);
    expect(calls / fewestCalls(records.counts)).toBeLessThanOrEqual(1.01);
    expect(lanes.length).toBeGreaterThan(4);
    expect(Math.max(...lanes)).toBeLessThanOrEqual(MOST_LANES);
  });
});

describe("CustomerStates", () => {
  it("still says what each of a hundred thousand turned customers is", () => {
    const states = new CustomerStates();
    for (let id = 1; id <= OBJECTS; id += 1) states.add("excluded", String(id * 7));
    states.turn({ companyId: "7", state: "linked" });
    states.turn({ companyId: "3", state: "linked" });
    states.turn({ companyId: "14", state: "excluded" });
    expect(["7", "3", "14", "700000", "699999"].map((id) => states.stateOf(id))).toEqual([
      "linked",
      "linked",
      "excluded",
      "excluded",
      "linked",
    ]);
  });
});
