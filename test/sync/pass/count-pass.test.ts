import { describe, expect, it } from "vitest";
import { METRICS } from "../../../lib/contract.ts";
import { OBJECT_TYPES, type ObjectType } from "../../../lib/domain/hubspot-object.ts";
import { countPass } from "../../../lib/sync/pass/count-pass.ts";
import { changeUnheard, fill, sums, work } from "../../fixtures/pass-portal.ts";

const REPORT = {
  durationMs: 61_500,
  usage: { hubspotCalls: 120, rateLimitedCalls: 2, readUnits: 40.5, writeUnits: 7, allowedPerSecond: 19 },
};
const COUNTS = {
  company: {
    read: 100,
    unchanged: 90,
    created: 3,
    updated: 4,
    repaired: 8,
    deactivated: 1,
    skipped: 2,
    "by.settings": 3,
  },
  contact: { read: 50, frozen: 5, repaired: 5, "by.firstImport": 1 },
  deal: { read: 7, failing: 6, hubspotCalls: 9, readUnits: 2.5, writeUnits: 3, durationMs: 4_200 },
};
const NO_USE = (type: string) => ({
  [`Pass${type}HubSpotCalls`]: 0,
  [`Pass${type}ReadUnits`]: 0,
  [`Pass${type}WriteUnits`]: 0,
  [`Pass${type}Seconds`]: 0,
});

function count(status: "succeeded" | "failed" | "stopped", types: readonly ObjectType[] = OBJECT_TYPES) {
  const metrics: Record<string, number> = {};
  const telemetry = {
    count: (name: string, value: number): void => void (metrics[name] = (metrics[name] ?? 0) + value),
  };
  countPass(telemetry, { status, types, counts: COUNTS }, REPORT);
  return metrics;
}

describe("countPass", () => {
  it("tells each outcome of each type, zeros too, and what the pass used", () => {
    expect(count("succeeded")).toEqual({
      PassSucceeded: 1,
      PassCompanyRead: 100,
      PassCompanyUnchanged: 90,
      PassCompanyCreated: 3,
      PassCompanyUpdated: 4,
      PassCompanyFrozen: 0,
      PassCompanyDeactivated: 1,
      PassCompanyRepaired: 8,
      PassCompanySkipped: 2,
      PassCompanyFailing: 0,
      PassContactRead: 50,
      PassContactUnchanged: 0,
      PassContactCreated: 0,
      PassContactUpdated: 0,
      PassContactFrozen: 5,
      PassContactDeactivated: 0,
      PassContactRepaired: 5,
      PassContactSkipped: 0,
      PassContactFailing: 0,
      PassDealRead: 7,
      PassDealUnchanged: 0,
      PassDealCreated: 0,
      PassDealUpdated: 0,
      PassDealFrozen: 0,
      PassDealDeactivated: 0,
      PassDealRepaired: 0,
      PassDealSkipped: 0,
      PassDealFailing: 6,
      ...NO_USE("Company"),
      ...NO_USE("Contact"),
      PassDealHubSpotCalls: 9,
      PassDealReadUnits: 2.5,
      PassDealWriteUnits: 3,
      PassDealSeconds: 4.2,
      PassSeconds: 61.5,
      PassHubSpotCalls: 120,
      PassRateLimited: 2,
      PassReadUnits: 40.5,
      PassWriteUnits: 7,
      PassRepaired: 13 - 1 - 3,
      RecordsFailing: 6,
    });
  });

  it.each(["failed", "stopped"] as const)(
    "tells of a pass that %s how far it came, but nothing that an alarm on records reads",
    (status) => {
      const metrics = count(status);
      expect(metrics).toMatchObject({ [status === "failed" ? "PassFailed" : "PassStopped"]: 1, PassCompanyRead: 100 });
      expect(metrics).not.toHaveProperty(METRICS.passRepaired);
      expect(metrics).not.toHaveProperty(METRICS.recordsFailing);
      expect(metrics).not.toHaveProperty(METRICS.passSucceeded);
    },
  );

  it("tells zeros of a type of which nothing was counted", () => {
    const metrics: Record<string, number> = {};
    const telemetry = { count: (name: string, value: number): void => void (metrics[name] = value) };
    countPass(telemetry, { status: "succeeded", types: ["company"], counts: {} }, REPORT);
    expect(metrics).toMatchObject({ PassCompanyRead: 0, PassRepaired: 0, RecordsFailing: 0, PassSeconds: 61.5 });
  });

  it("says nothing of types that were not compared", () => {
    const names = Object.keys(count("succeeded", ["deal"]));
    expect(names.filter((name) => /Company|Contact/u.test(name))).toEqual([]);
    expect(names).toContain("PassDealRead");
  });
});

describe("a pass", () => {
  it("leaves in the metrics what its report says", async () => {
    const filled = fill();
    const { world } = filled;
    await world.runPass();
    await work(filled);
    changeUnheard(filled);
    await world.clock.run(world.clock.sleep(7_200_000));
    const before = { ...world.metrics };
    const pass = await world.runPass();
    const grown = (name: string): number => (world.metrics[name] ?? 0) - (before[name] ?? 0);
    for (const name of ["Read", "Created", "Updated", "Frozen", "Deactivated", "Repaired"]) {
      const counted = ["Company", "Contact", "Deal"].map((type) => grown(`Pass${type}${name}`));
      expect(counted).toEqual(sums(pass, name.toLowerCase()));
    }
    expect(sums(pass, "repaired").every((repaired) => repaired > 0)).toBe(true);
    const report = await world.passes.readReport(pass.passId);
    expect(grown("PassHubSpotCalls")).toBe(report?.usage.hubspotCalls);
    expect(grown("PassSeconds") * 1_000).toBeCloseTo(report?.durationMs ?? -1);
  });

  it("that only tries leaves nothing in them", async () => {
    const { world } = fill({ companies: 30, contacts: 0, deals: 0 });
    await world.runPass({ isDryRun: true });
    expect(Object.keys(world.metrics).filter((name) => name.startsWith("Pass"))).toEqual([]);
  });
});
