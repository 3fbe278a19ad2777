import type { RecordState } from "./record.ts";

/**
 * Who may change a record's data (führendes System).
 *
 * - `hubspot`: HubSpot leads its fields, ZEP's own are free.
 * - `zep`: every field is free, for nothing comes from HubSpot any more.
 * - `nobody`: there is no data to change.
 */
export type Leader = "hubspot" | "zep" | "nobody";

/** Customer fields that HubSpot leads; the customer number is ZEP's. */
export const HUBSPOT_LED_CUSTOMER_FIELDS = ["name", "phone", "address", "website", "remark"] as const;

/** Project fields that HubSpot leads; all others are ZEP's. */
export const HUBSPOT_LED_PROJECT_FIELDS = ["description", "companyId"] as const;

/** Who leads a record now. One that was never transferred has no data, whatever its state. */
export function findLeader(record: { readonly state: RecordState; readonly fields?: object }): Leader {
  if (record.fields === undefined) return "nobody";
  switch (record.state) {
    case "linked":
    case "excluded":
    case "outOfStage":
    case "waiting":
    case "failing":
      return "hubspot";
    case "detached":
    case "deleted":
      return "zep";
    case "merged":
    case "erased":
      return "nobody";
  }
}

/** Which of the fields that an edit names are refused because HubSpot leads them. */
export function findRefusedFields(leader: Leader, edit: object, led: readonly string[]): readonly string[] {
  return leader === "hubspot" ? led.filter((field) => Object.hasOwn(edit, field)) : [];
}
