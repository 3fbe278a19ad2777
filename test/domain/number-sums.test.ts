import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addNumber,
  bucketOf,
  createNumberSums,
  findDifferingBuckets,
  NUMBER_BUCKETS,
} from "../../lib/domain/number-sums.ts";

interface Claim {
  readonly number: string;
  readonly holderId: string;
}

function sumUp(claims: readonly Claim[]): number[] {
  const sums = createNumberSums();
  for (const claim of claims) addNumber(sums, claim);
  return sums;
}

const claim = fc.record({ number: fc.string({ minLength: 1, maxLength: 12 }), holderId: fc.string({ maxLength: 12 }) });
const claims = fc.uniqueArray(claim, { maxLength: 60, selector: ({ number }) => number });

describe("number sums", () => {
  it("are zero in each bucket before the first number", () => {
    const empty = createNumberSums();
    expect(empty).toHaveLength(NUMBER_BUCKETS);
    expect(new Set(empty)).toEqual(new Set([0]));
  });

  it("are equal for the same claims in any order", () => {
    fc.assert(
      fc.property(claims, (some) => {
        expect(findDifferingBuckets(sumUp(some), sumUp(some.toReversed()))).toEqual(new Set());
      }),
    );
  });

  it("differ in the bucket of a number that only one side holds, and in no other", () => {
    fc.assert(
      fc.property(claims, claim, (some, leaked) => {
        fc.pre(!some.some(({ number }) => number === leaked.number));
        expect(findDifferingBuckets(sumUp([...some, leaked]), sumUp(some))).toEqual(new Set([bucketOf(leaked.number)]));
      }),
    );
  });

  it("differ where a number has another holder", () => {
    const differing = findDifferingBuckets(
      sumUp([{ number: "K-1", holderId: "1" }]),
      sumUp([{ number: "K-1", holderId: "2" }]),
    );
    expect(differing).toEqual(new Set([bucketOf("K-1")]));
  });

  it("spread numbers over all buckets", () => {
    const buckets = Array.from({ length: 2_000 }, (_, index) => bucketOf(String(31_204_500_000 + index)));
    expect(new Set(buckets).size).toBe(NUMBER_BUCKETS);
    expect(buckets.every((bucket) => Number.isInteger(bucket) && bucket >= 0 && bucket < NUMBER_BUCKETS)).toBe(true);
  });

  it("stay 32-bit integers, so that a checkpoint can hold them", () => {
    const sums = sumUp(Array.from({ length: 5_000 }, (_, index) => ({ number: `K-${index}`, holderId: `${index}` })));
    expect(sums.every((sum) => Number.isInteger(sum) && sum >= 0 && sum < 2 ** 32)).toBe(true);
  });
});
