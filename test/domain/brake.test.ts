import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  confirmingCommand,
  foretellHolds,
  judgeBrake,
  type BrakeLoad,
  type BrakeVerdict,
} from "../../lib/domain/brake.ts";

const USUAL = { percent: 10, minimum: 20 };
const FREE: BrakeVerdict = { kind: "free" };
const tooMany = (limit: number): BrakeVerdict => ({ kind: "held", why: "tooMany", limit });
const EMPTY: BrakeVerdict = { kind: "held", why: "emptyListing", limit: 0 };

describe("judgeBrake", () => {
  it.each<[name: string, load: BrakeLoad, expected: BrakeVerdict]>([
    ["nothing of nothing", { active: 0, harmed: 0, listed: 0 }, FREE],
    ["twenty of few", { active: 20, harmed: 20, listed: 1 }, FREE],
    ["twenty-one of few", { active: 21, harmed: 21, listed: 1 }, tooMany(20)],
    ["twenty-one of 209, of which ten percent are twenty", { active: 209, harmed: 21, listed: 188 }, tooMany(20)],
    ["twenty-one of 210, of which ten percent are that many", { active: 210, harmed: 21, listed: 189 }, FREE],
    ["ten percent of many", { active: 5_000, harmed: 500, listed: 4_500 }, FREE],
    ["one more than ten percent of many", { active: 5_000, harmed: 501, listed: 4_499 }, tooMany(500)],
    ["one record, when nothing at all is listed", { active: 500, harmed: 1, listed: 0 }, EMPTY],
    ["nothing, when nothing at all is listed", { active: 0, harmed: 0, listed: 0 }, FREE],
    ["as many as confirmed", { active: 100, harmed: 90, listed: 10, confirmed: 90 }, FREE],
    ["one more than confirmed", { active: 100, harmed: 91, listed: 9, confirmed: 90 }, tooMany(20)],
    ["fewer than confirmed", { active: 100, harmed: 30, listed: 70, confirmed: 90 }, FREE],
    ["more than confirmed, but no more than usual", { active: 100, harmed: 20, listed: 80, confirmed: 5 }, FREE],
    ["everything, confirmed", { active: 100, harmed: 100, listed: 0, confirmed: 100 }, FREE],
    ["everything, less confirmed", { active: 100, harmed: 100, listed: 0, confirmed: 99 }, EMPTY],
  ])("judges %s", (_name, load, expected) => {
    expect(judgeBrake(load, USUAL)).toEqual(expected);
  });

  it.each([
    [{ percent: 0, minimum: 0 }, 0],
    [{ percent: 0, minimum: 5 }, 5],
    [{ percent: 50, minimum: 5 }, 500],
    [{ percent: 100, minimum: 0 }, 1000],
  ])("keeps to other settings: %o lets %i of a thousand go", (settings, limit) => {
    const load = { active: 1000, listed: 1 };
    expect(judgeBrake({ ...load, harmed: limit }, settings)).toEqual(FREE);
    expect(judgeBrake({ ...load, harmed: limit + 1 }, settings)).toEqual(tooMany(limit));
  });

  it("never lets more go than it would have let go of fewer", () => {
    const load = fc.record({ active: fc.nat(5000), harmed: fc.nat(5000), listed: fc.nat(3) });
    fc.assert(
      fc.property(load, ({ active, harmed, listed }) => {
        fc.pre(harmed > 0 && judgeBrake({ active, harmed, listed }, USUAL).kind === "free");
        expect(judgeBrake({ active, harmed: harmed - 1, listed }, USUAL)).toEqual(FREE);
      }),
    );
  });
});

describe("confirmingCommand", () => {
  it("carries out what the pass was held from", () => {
    expect(confirmingCommand("20261124-010000-abc")).toBe("npx hubspot-zep reconcile --confirm 20261124-010000-abc");
  });
});

describe("foretellHolds", () => {
  const reading = { active: 100, harmed: 30, listed: 70, limit: 20 };

  it("says of each type that is held, and of no other, how many would go and how many may", () => {
    const brake = {
      deal: { active: 9, harmed: 9, listed: 0, limit: 0, isHeld: true },
      company: { ...reading, isHeld: true },
      contact: { ...reading, isHeld: false },
    };
    expect(foretellHolds(brake)).toEqual([
      "The brake would stop a real pass before it deactivates anything: 30 of 100 records of type company would be deactivated or lose their customer, at most 20 may",
      "The brake would stop a real pass before it deactivates anything: HubSpot listed no deal at all, and 9 records would be deactivated",
    ]);
  });

  it("says nothing where nothing is held", () => {
    expect(foretellHolds({ company: { ...reading, isHeld: false } })).toEqual([]);
  });
});
