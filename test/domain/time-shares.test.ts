import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OBJECT_TYPES } from "../../lib/domain/hubspot-object.ts";
import { TimeShares } from "../../lib/domain/time-shares.ts";

describe("TimeShares", () => {
  it("gives a type that is worked on alone all of the time, and nobody the time in which nothing is", () => {
    const times = new TimeShares(1_000);
    times.begin("deal", 1_400);
    expect(times.shareOf("deal", 1_500)).toBe(100);
    times.end("deal", 1_700);
    expect(times.shareOf("deal", 9_999)).toBe(300);
    expect(times.shareOf("company", 9_999)).toBe(0);
  });

  it("shares time out by the pieces of work", () => {
    const times = new TimeShares(0);
    times.begin("company", 0);
    times.begin("contact", 0);
    times.begin("contact", 0);
    times.begin("contact", 0);
    times.end("contact", 400);
    times.end("company", 400 + 300);
    times.end("contact", 700 + 50);
    times.end("contact", 750 + 50);
    expect(times.shareOf("company", 800)).toBe(100 + 100);
    expect(times.shareOf("contact", 800)).toBe(300 + 200 + 50 + 50);
  });

  it("adds up to the time in which anything was worked on", () => {
    const step = fc.record({ type: fc.constantFrom(...OBJECT_TYPES), ms: fc.nat(5_000), isBegun: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const times = new TimeShares(0);
        const begun: (typeof OBJECT_TYPES)[number][] = [];
        let nowMs = 0;
        let busyMs = 0;
        for (const { type, ms, isBegun } of steps) {
          nowMs += ms;
          busyMs += begun.length > 0 ? ms : 0;
          const over = isBegun ? undefined : begun.shift();
          if (over !== undefined) times.end(over, nowMs);
          if (isBegun) begun.push(type);
          if (isBegun) times.begin(type, nowMs);
        }
        const sum = OBJECT_TYPES.reduce((total, type) => total + times.shareOf(type, nowMs), 0);
        expect(sum).toBeCloseTo(busyMs, 5);
      }),
    );
  });
});
