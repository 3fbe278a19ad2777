/**
 * A new pass id, such as `20261103-010000-0k3f9x`: the time in UTC, then six random characters. Ids sort as passes start.
 *
 * @param random 0 to 1
 */
export function createPassId(startedAtMs: number, random: () => number): string {
  const [date, time] = new Date(startedAtMs).toISOString().slice(0, 19).replaceAll(/[-:]/gu, "").split("T");
  const suffix = Math.floor(random() * 36 ** 6)
    .toString(36)
    .padStart(6, "0");
  return `${date}-${time}-${suffix}`;
}
