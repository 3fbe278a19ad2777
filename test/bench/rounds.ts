/** The middle of some values; of an even number the mean of the two in the middle. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new RangeError("there is no median of nothing");
  return (low + high) / 2;
}

/**
 * Measures contestants in turn, round by round, so that whatever else the machine does hits all alike.
 *
 * @returns the median of each
 */
export async function measureInRounds<N extends string>(
  contestants: Readonly<Record<N, () => number | Promise<number>>>,
  rounds: number,
  report: (round: number) => void,
): Promise<Readonly<Record<N, number>>>;
export async function measureInRounds(
  contestants: Readonly<Record<string, () => number | Promise<number>>>,
  rounds: number,
  report: (round: number) => void,
): Promise<Readonly<Record<string, number>>> {
  const values = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    report(round + 1);
    for (const [name, measure] of Object.entries(contestants)) values.get(name)?.push(await measure());
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, medianOf(all)]));
}
