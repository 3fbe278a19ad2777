import type { Repair } from "../../domain/pass-finding.ts";

/** Sums by name. */
export class Counter {
  readonly sums: Record<string, number> = {};

  add(name: string, count = 1): void {
    this.sums[name] = (this.sums[name] ?? 0) + count;
  }
}

/** Counts what repairs do and why they were needed. */
export function countRepairs(counts: Counter, repairs: readonly Pick<Repair, "effect" | "cause">[]): void {
  for (const { effect, cause } of repairs) {
    if (effect === "touched") continue;
    counts.add(effect);
    counts.add("repaired");
    counts.add(`by.${cause}`);
  }
}
