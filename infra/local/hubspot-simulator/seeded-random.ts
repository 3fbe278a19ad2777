/** A random source in [0, 1) that repeats exactly for the same seed. */
export type Random = () => number;

/** The mulberry32 generator: small, fast and good enough to shuffle and to toss coins. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A whole number in [0, `below`). */
export function pickIndex(random: Random, below: number): number {
  return Math.floor(random() * below);
}

/** The same items in random order. */
export function shuffle<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((left, right) => left.key - right.key)
    .map(({ item }) => item);
}

/** A small stable number for a text; used where variety must not depend on the order of calls. */
export function hashText(text: string): number {
  let hash = 2_166_136_261;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619);
  }
  return hash >>> 0;
}

/** Something that looks like a correlation id. */
export function createUuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => pickIndex(random, 16).toString(16)).join("");
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    "-",
  );
}
