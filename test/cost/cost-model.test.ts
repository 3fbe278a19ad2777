import { describe, expect, it } from "vitest";
import { PRICES } from "../bench/prices.ts";
import { computeMonthlyCost, sumCost, type Portal } from "./cost-model.ts";
import type { CountedUnits } from "./count-units.ts";

const NOTHING = { deliveries: 0, hubspotCalls: 0, readUnits: 0, writeUnits: 0, logBytes: 0 };
const COUNTED: CountedUnits = {
  objects: 100,
  firstImport: NOTHING,
  edits: 10,
  editing: { deliveries: 10, hubspotCalls: 10, readUnits: 20, writeUnits: 10, logBytes: 10_240 },
  quietPass: { deliveries: 0, hubspotCalls: 5, readUnits: 10, writeUnits: 2, logBytes: 1_024 },
  storedBytes: 1024 ** 2,
};
const PORTAL: Portal = { name: "test", objects: 1_000, deliveries: 1_000_000, callsPerTenSeconds: 190 };

describe("computeMonthlyCost", () => {
  it("multiplies counted units with list prices", () => {
    const cost = computeMonthlyCost(COUNTED, PORTAL, 20);
    expect(cost["API Gateway"]).toBeCloseTo(1_000_000 * PRICES.httpApiRequest);
    const passes = 30 * 10;
    expect(cost["DynamoDB requests"]).toBeCloseTo(
      (2_000_000 + passes * 10) * PRICES.dynamoDbReadUnit + (1_000_000 + passes * 2) * PRICES.dynamoDbWriteUnit,
    );
    expect(cost["CloudWatch alarms, dashboard"]).toBeCloseTo(5);
  });

  it("still costs what stands there without any work: secrets, alarms, dashboard, metrics and pollers", () => {
    const idle = computeMonthlyCost(COUNTED, { ...PORTAL, objects: 0, deliveries: 0 }, 20);
    expect(idle["API Gateway"]).toBe(0);
    expect(idle["Secrets Manager"]).toBeCloseTo(2 * PRICES.secretMonth);
    expect(idle["SQS"]).toBeGreaterThan(0);
    expect(sumCost(idle)).toBeLessThan(sumCost(computeMonthlyCost(COUNTED, PORTAL, 20)));
  });
});
