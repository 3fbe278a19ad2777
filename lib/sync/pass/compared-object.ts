import type { Finding } from "../../domain/pass-finding.ts";
import type { SyncRecord } from "../../domain/record.ts";

/** An object, listed or stored, and what comparing it showed. */
export interface ComparedObject {
  readonly id: string;
  readonly isListed: boolean;
  /** Its records as they were before. */
  readonly stored: readonly SyncRecord[];
  readonly finding: Finding;
}
