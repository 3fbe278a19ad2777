import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createUseMeter } from "../../lib/wiring/use-meter.ts";

const NOTHING = { hubspotCalls: 0, readUnits: 0, writeUnits: 0 };

describe("createUseMeter", () => {
  it("tells work of several types at once apart, across waiting and nesting", async () => {
    const meter = createUseMeter();
    const company = meter.run("company", async () => {
      meter.add({ hubspotCalls: 1 });
      await sleep(5);
      meter.add({ readUnits: 2.5 });
      await meter.run(undefined, async () => {
        await sleep(1);
        meter.add({ writeUnits: 3 });
      });
      meter.add({ readUnits: 1 });
    });
    const contact = meter.run("contact", async () => {
      await sleep(2);
      meter.add({ hubspotCalls: 4, writeUnits: 1 });
      await meter.run("company", async () => meter.add({ hubspotCalls: 8 }));
    });
    await Promise.all([company, contact]);
    expect(meter.readType("company")).toEqual({ hubspotCalls: 9, readUnits: 3.5, writeUnits: 0 });
    expect(meter.readType("contact")).toEqual({ hubspotCalls: 4, readUnits: 0, writeUnits: 1 });
    expect(meter.readType("deal")).toEqual(NOTHING);
    expect(meter.readTotal()).toEqual({ hubspotCalls: 13, readUnits: 3.5, writeUnits: 4 });
  });

  it("counts what nobody ran for no type", () => {
    const meter = createUseMeter();
    meter.add({ hubspotCalls: 2 });
    expect(meter.readType("company")).toEqual(NOTHING);
    expect(meter.readTotal()).toEqual({ ...NOTHING, hubspotCalls: 2 });
  });
});
