import { createRandom, pickIndex, type Random } from "../../infra/local/hubspot-simulator/seeded-random.ts";

/** All chance of one actor: repeats exactly for the same seed. */
export interface Dice {
  readonly random: Random;
  readonly hits: (share: number) => boolean;
  /** A whole number from `least` up to and with `most`. */
  readonly between: (least: number, most: number) => number;
  readonly pick: <T>(items: readonly T[]) => T | undefined;
}

export function createDice(seed: number): Dice {
  const random = createRandom(seed);
  return {
    random,
    hits: (share) => share > 0 && random() < share,
    between: (least, most) => least + pickIndex(random, most - least + 1),
    pick: (items) => items[pickIndex(random, items.length)],
  };
}

/** An independent seed for the n-th actor of a kind. */
export function deriveSeed(seed: number, n: number): number {
  return (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(n + 1, 0xc2b2ae35)) >>> 0;
}
