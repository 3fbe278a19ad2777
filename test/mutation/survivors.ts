import { DOMAIN } from "./survivors/domain.ts";
import { PASS } from "./survivors/pass.ts";
import { SYNC } from "./survivors/sync.ts";
import type { FileExpectation } from "./expectation.ts";

/** What is asked of each file that was measured. */
export const EXPECTATIONS: Readonly<Record<string, FileExpectation>> = { ...DOMAIN, ...SYNC, ...PASS };

/** What is asked of a file that is not listed. */
const DEFAULT_EXPECTATION: FileExpectation = { least: 90 };

/** What is asked of a file. */
export function findExpectation(source: string): FileExpectation {
  return EXPECTATIONS[source] ?? DEFAULT_EXPECTATION;
}
