import { describe, expect, it } from "vitest";
import { encodeRecord } from "../../lib/dynamodb/encode-record.ts";
import { failedWriteUnitsOf, readUnitsOf, sizeOfItem, writeUnitsOf } from "../fixtures/dynamodb-units.ts";
import { createInMemoryRecordStore } from "../fixtures/in-memory-record-store.ts";
import { sampleCustomer, sampleProject } from "../fixtures/sample-records.ts";

const OUT_OF_STAGE = { state: "outOfStage", reason: { code: "stageNotSelected", stageId: "s" } } as const;

describe("sizeOfItem", () => {
  it.each([
    [{ ab: { S: "ü" } }, 4],
    [{ a: { N: "1790000000000" } }, 4],
    [{ a: { N: "1790000000123" } }, 9],
    [{ a: { N: "-0.0250" } }, 3],
    [{ a: { BOOL: true } }, 2],
    [{ a: { B: new Uint8Array(5) } }, 6],
    [{ a: { L: [{ S: "x" }, { S: "yz" }] } }, 9],
    [{ a: { M: { b: { S: "x" } } } }, 7],
  ])("counts %j as %i bytes", (item, bytes) => {
    expect(sizeOfItem(item)).toBe(bytes);
  });
});

describe("writeUnitsOf", () => {
  it("charges the table by the larger of both, per started KB", () => {
    const big = { pk: { S: "x".repeat(1023) } };
    expect(writeUnitsOf(undefined, { pk: { S: "x" } })).toBe(1);
    expect(writeUnitsOf({ pk: { S: "x" } }, big)).toBe(2);
    expect(writeUnitsOf(big, { pk: { S: "x" } })).toBe(2);
  });

  it("charges an index for entering, leaving and twice for moving, and nothing for a change it does not hold", () => {
    const project = sampleProject("1", "5");
    const item = encodeRecord(project);
    expect(writeUnitsOf(undefined, item)).toBe(2);
    expect(writeUnitsOf(item, encodeRecord({ ...project, revision: 2 }))).toBe(1);
    expect(writeUnitsOf(item, encodeRecord({ ...project, ...OUT_OF_STAGE }))).toBe(2);
    expect(writeUnitsOf(encodeRecord({ ...project, ...OUT_OF_STAGE }), item)).toBe(2);
    expect(writeUnitsOf(item, encodeRecord({ ...project, dependsOnCompanyId: "6" }))).toBe(3);
  });
});

describe("readUnitsOf", () => {
  it.each([
    [0, true, 1],
    [4096, true, 1],
    [4097, true, 2],
    [4097, false, 1],
    [1, false, 0.5],
  ])("charges %i bytes (consistent: %s) as %d", (bytes, isConsistent, units) => {
    expect(readUnitsOf(bytes, isConsistent)).toBe(units);
  });
});

describe("failedWriteUnitsOf", () => {
  it("charges a failed condition like a write of what is stored", () => {
    expect(failedWriteUnitsOf(undefined)).toBe(1);
    expect(failedWriteUnitsOf({ pk: { S: "x".repeat(1500) } })).toBe(2);
  });
});

describe("createInMemoryRecordStore", () => {
  it("counts what its calls would consume", async () => {
    const store = createInMemoryRecordStore({ countsUnits: true });
    await store.write(sampleCustomer("1"));
    await store.write(sampleCustomer("1", { isFollowUpDue: true }));
    expect(store.units).toEqual({ read: 0, write: 2 });
    await store.readCustomers(["1"]);
    expect(store.units).toEqual({ read: 1, write: 2 });
  });

  it("runs its hooks around the effect", async () => {
    const seen: string[] = [];
    const store = createInMemoryRecordStore({
      beforeCall: async (name) => void seen.push(`before ${name} ${store.customers().length}`),
      afterCall: (name) => void seen.push(`after ${name} ${store.customers().length}`),
    });
    await store.write(sampleCustomer("1"));
    expect(seen).toEqual(["before write 0", "after write 1"]);
  });

  it("freezes what it stores, so that a caller that changes it is found out", async () => {
    const store = createInMemoryRecordStore();
    await store.write(sampleCustomer("1"));
    expect(Object.isFrozen(store.customers()[0]?.fields?.address)).toBe(true);
  });
});
