import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareFences, fenceOf } from "../../lib/domain/fence.ts";
import type { Fence } from "../../lib/domain/record.ts";

const fence = (sourceUpdatedAtMs: number, readAtMs: number): Fence => ({ sourceUpdatedAtMs, readAtMs });

describe("compareFences", () => {
  it.each<[left: Fence, right: Fence, sign: number]>([
    [fence(5, 5), fence(5, 5), 0],
    [fence(5, 6), fence(5, 5), 1],
    [fence(5, 4), fence(5, 5), -1],
    [fence(6, 1), fence(5, 9), 1],
    [fence(4, 9), fence(5, 1), -1],
  ])("of %j and %j is %i", (left, right, sign) => {
    expect(Math.sign(compareFences(left, right))).toBe(sign);
  });

  it("orders any fences the same way from either side, and transitively", () => {
    const any = fc.record({ sourceUpdatedAtMs: fc.nat(4), readAtMs: fc.nat(4) });
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        expect(Math.sign(compareFences(a, b)) + Math.sign(compareFences(b, a))).toBe(0);
        const isChain = compareFences(a, b) <= 0 && compareFences(b, c) <= 0;
        expect(!isChain || compareFences(a, c) <= 0).toBe(true);
      }),
    );
  });
});

describe("fenceOf", () => {
  const stored = { fence: fence(100, 200) };

  it("takes HubSpot's stamp from a live or archived object, even an older one", () => {
    expect(fenceOf({ kind: "live", readAtMs: 300, object: { updatedAtMs: 90 } }, stored)).toEqual(fence(90, 300));
    expect(fenceOf({ kind: "archived", readAtMs: 300, updatedAtMs: 90 }, stored)).toEqual(fence(90, 300));
  });

  it("stands at the stored stamp when the read found nothing or another record", () => {
    expect(fenceOf({ kind: "missing", readAtMs: 300 }, stored)).toEqual(fence(100, 300));
    expect(fenceOf({ kind: "absorbed", readAtMs: 300, survivorId: "2" }, stored)).toEqual(fence(100, 300));
    expect(fenceOf({ kind: "missing", readAtMs: 300 }, undefined)).toEqual(fence(0, 300));
  });
});
