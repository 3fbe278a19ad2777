import type { ContactTombstone, Customer, Project, SyncRecord } from "../../lib/domain/record.ts";

export type Stored = SyncRecord | ContactTombstone;

/** The HubSpot id behind a record. */
export function idOf(record: Stored): string {
  switch (record.type) {
    case "customer":
      return record.companyId;
    case "project":
      return record.dealId;
    case "contactPerson":
    case "contactTombstone":
      return record.contactId;
  }
}

/** Its customer number or short form. */
export function numberOf(record: Customer | Project): string | undefined {
  return record.type === "customer" ? record.customerNumber : record.shortForm;
}

/** Such as `contactPerson 17@4`. */
export function keyOf(record: Stored): string {
  const suffix = record.type === "contactPerson" ? `@${record.companyId}` : "";
  return `${record.type} ${idOf(record)}${suffix}`;
}

/** Such as `company/17`. */
export function objectKey(type: string, id: string): string {
  return `${type}/${id}`;
}

/** Whether a record rests on an older state of HubSpot than the one before, or on an older read of the same. */
export function isOlder(record: Stored, before: Stored): boolean {
  const [next, known] = [record.fence, before.fence];
  if (next.sourceUpdatedAtMs !== known.sourceUpdatedAtMs) return next.sourceUpdatedAtMs < known.sourceUpdatedAtMs;
  return next.readAtMs < known.readAtMs;
}

/** A line for the story. */
export function describe(record: Stored): string {
  const why = "reason" in record && record.reason !== undefined ? ` (${JSON.stringify(record.reason)})` : "";
  const { sourceUpdatedAtMs, readAtMs } = record.fence;
  const due = record.type === "customer" && record.isFollowUpDue ? " follow-up due" : "";
  const depends = record.type === "project" ? ` of ${record.dependsOnCompanyId ?? "nobody"}` : "";
  const stamp = `${sourceUpdatedAtMs % 100_000_000}/${readAtMs % 100_000_000}`;
  return `${keyOf(record)}${depends} rev ${record.revision} ${record.state}${why}${due} fence ${stamp}`;
}
