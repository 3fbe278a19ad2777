/** Requests of one read that are in flight together; the pacer spaces them. */
const CONCURRENCY = 4;

/** Works on the items, a few at a time, and answers the results in the items' order. The first failure ends it. */
export async function runLimited<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const left = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, worker));
  return results;
}

/** Distinct items in chunks of at most `size`. */
export function chunkDistinct<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const distinct = [...new Set(items)];
  return Array.from({ length: Math.ceil(distinct.length / size) }, (_, chunk) =>
    distinct.slice(chunk * size, (chunk + 1) * size),
  );
}
