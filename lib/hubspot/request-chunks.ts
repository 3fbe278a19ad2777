/** Requests of one read that are in flight together; the pacer spaces them. */
export const CALLS_IN_FLIGHT = { concurrency: 4 } as const;

/** Distinct items in chunks of at most `size`. */
export function chunkDistinct<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const distinct = [...new Set(items)];
  return Array.from({ length: Math.ceil(distinct.length / size) }, (_, chunk) =>
    distinct.slice(chunk * size, (chunk + 1) * size),
  );
}
