/** How many buckets the numbers are summed in. */
export const NUMBER_BUCKETS = 64;

/** One checksum for each bucket, of numbers with their holders, in any order. */
export type NumberSums = readonly number[];

/** Sums of nothing. */
export function createNumberSums(): number[] {
  return Array.from({ length: NUMBER_BUCKETS }, () => 0);
}

/** The bucket of a number. */
export function bucketOf(number: string): number {
  return hash(number, 0x811c9dc5) % NUMBER_BUCKETS;
}

/** Adds a number and its holder to the sums. Order does not matter. */
export function addNumber(sums: number[], claim: { readonly number: string; readonly holderId: string }): void {
  const bucket = bucketOf(claim.number);
  sums[bucket] = ((sums[bucket] ?? 0) + hash(`${claim.number}\n${claim.holderId}`, 0x9747b28c)) >>> 0;
}

/** Buckets in which two sums differ: something in them is held by one side only. */
export function findDifferingBuckets(left: NumberSums, right: NumberSums): ReadonlySet<number> {
  return new Set(left.flatMap((sum, bucket) => (sum === right[bucket] ? [] : [bucket])));
}

/** FNV-1a, then the final mix of MurmurHash3. */
function hash(text: string, seed: number): number {
  let mixed = seed;
  for (let index = 0; index < text.length; index += 1) mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
