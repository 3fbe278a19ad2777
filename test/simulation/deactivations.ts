import type { SyncRecord } from "../../lib/domain/record.ts";
import type { BrakeSettings } from "../../lib/domain/brake.ts";
import type { Pass } from "../../lib/sync/pass-ports.ts";
import type { SimProcess } from "./sim-process.ts";

const INACTIVE: ReadonlySet<string> = new Set(["deleted", "merged", "erased"]);

/** Watches what turns inactive, who did it, and whether a batch read of the same process has confirmed it. */
export class Deactivations {
  readonly #writesOf = new Map<string, { all: number; harmful: number }>();
  readonly #passOf = new Map<string, string>();

  /** A process works on a pass. */
  noteInvocation(processName: string, passId: string): void {
    this.#passOf.set(processName, passId);
  }

  /** @returns what is wrong with the write, if anything */
  judge(record: SyncRecord, before: SyncRecord | undefined, process: SimProcess): string | undefined {
    const isActive = before?.fields !== undefined && !INACTIVE.has(before.state);
    const turns = isActive && record.state === "deleted";
    const losesCustomer = record.type === "project" && record.state === "waiting" && before?.state !== "waiting";
    const isHarmful = turns || (isActive && losesCustomer);
    this.#count(process.name, isHarmful);
    return isHarmful ? findGap(record, process) : undefined;
  }

  /** @returns what is wrong with a pass that has ended, if anything */
  judgePass({ passId, status, isDryRun, confirms, counts }: Pass, brake: BrakeSettings): string | undefined {
    const { all, harmful } = this.#writesOf.get(passId) ?? { all: 0, harmful: 0 };
    if (isDryRun && all > 0) return `pass ${passId} was to try only, and wrote ${all} records`;
    if (status === "stopped" && harmful > 0) return `pass ${passId} was stopped, and deactivated ${harmful} records`;
    const active = Object.values(counts).reduce((sum, { active: some = 0 }) => sum + some, 0);
    // Per type a pass may do as much as this; all of them together are the most that can be told from outside.
    const most = 3 * brake.minimum + Math.floor((active * brake.percent) / 100);
    if (confirms === undefined && harmful > most) return `pass ${passId} deactivated ${harmful}, allowed are ${most}`;
    return undefined;
  }

  #count(processName: string, isHarmful: boolean): void {
    const passId = this.#passOf.get(processName);
    if (passId === undefined) return;
    const { all, harmful } = this.#writesOf.get(passId) ?? { all: 0, harmful: 0 };
    this.#writesOf.set(passId, { all: all + 1, harmful: harmful + (isHarmful ? 1 : 0) });
  }
}

/** Nothing is deactivated, and no project loses its customer, on the word of a list or of an event. */
function findGap(record: SyncRecord, process: SimProcess): string | undefined {
  const { readAtMs } = record.fence;
  const key = objectKeyOf(record);
  const code = record.reason?.code;
  if (code === "deletedInHubSpot" || code === "goneFromHubSpot")
    return process.hasMissed(key, readAtMs) ? undefined : "it turned inactive, but no batch read confirmed it";
  if (code === "notAssociated" || code === "noCompany")
    return process.hasRead(`${key} companies`, readAtMs) ? undefined : "it lost its company, which no read confirmed";
  return undefined;
}

function objectKeyOf(record: SyncRecord): string {
  switch (record.type) {
    case "customer":
      return `company/${record.companyId}`;
    case "contactPerson":
      return `contact/${record.contactId}`;
    case "project":
      return `deal/${record.dealId}`;
  }
}
