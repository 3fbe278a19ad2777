import { cutText } from "../../domain/field-limits.ts";
import type { Repair } from "../../domain/pass-finding.ts";
import type { SyncRecord } from "../../domain/record.ts";
import type { PreviewEntry } from "./pass-types.ts";

/**
 * Characters of a name. HubSpot's may have 65,536, and all entries of a preview, with whatever escapes and bytes, have to
 * fit into one item of the table, or the pass could store nothing any more.
 */
const NAME_LIMIT = 80;

/** What a preview tells of repairs. */
export function describeRepairs(repairs: readonly Repair[]): readonly PreviewEntry[] {
  return repairs.flatMap((repair) => describe(repair));
}

function describe({ stored, next, effect }: Repair): readonly PreviewEntry[] {
  if (effect === "touched" || effect === "noted") return [];
  const isReleased = effect === "updated" && stored !== undefined && stored.state !== next.state;
  const entry = {
    effect: isReleased ? "released" : effect,
    type: next.type,
    name: cutText(nameOf(next), NAME_LIMIT),
  } as const;
  switch (next.type) {
    case "customer":
      return [{ ...entry, id: next.companyId }];
    case "contactPerson":
      return [{ ...entry, id: `${next.contactId}/${next.companyId}` }];
    case "project":
      return [{ ...entry, id: next.dealId }];
  }
}

function nameOf(record: SyncRecord): string {
  switch (record.type) {
    case "customer":
      return record.fields?.name ?? "";
    case "contactPerson":
      return "";
    case "project":
      return record.fields?.description ?? "";
  }
}
