import type { RecordState } from "../domain/record.ts";
import type { AttachRefusal } from "../sync/attach-record.ts";
import { NonRetryableError, RetryableError } from "../sync/errors.ts";
import type { LocalRefusal } from "../sync/local-write.ts";
import { ApiProblem, type Problem } from "./problem.ts";

type Refusal = LocalRefusal | AttachRefusal;

/** Turns a use case's refusal into the problem that says what to do. */
export function toProblem(refusal: Refusal): Problem {
  switch (refusal.code) {
    case "notFound":
      return {
        status: 404,
        code: "not-found",
        title: "Not found",
        detail: "There is no such record here. If HubSpot has the object, a resync fetches it.",
      };
    case "revisionChanged":
      return {
        status: 412,
        code: "changed-meanwhile",
        title: "The record was changed meanwhile",
        detail: "If-Match names an older version. Read the record again and repeat the change on what it says now.",
        etag: `"${refusal.revision}"`,
      };
    case "tooLong":
      return {
        status: 422,
        code: "too-long",
        title: "A text is longer than ZEP takes",
        detail: refusal.texts
          .map(({ field, length, limit }) => `${field} has ${length} of ${limit} characters`)
          .join("; "),
        errors: refusal.texts.map(({ field, length, limit }) => ({ field, length, limit })),
      };
    case "datesReversed":
      return {
        status: 422,
        code: "dates-reversed",
        title: "The duration ends before it starts",
        detail: `startDate ${refusal.startDate} is after endDate ${refusal.endDate}; expected the same day or an earlier one.`,
        errors: [{ field: "startDate" }, { field: "endDate" }],
      };
    case "customerUnknown":
      return {
        status: 422,
        code: "customer-unknown",
        title: "There is no such customer",
        detail: `No customer with data has the company id ${refusal.companyId}.`,
        errors: [{ field: "companyId" }],
      };
    case "hubspotLeads":
    case "notEditable":
    case "notDetachable":
    case "notAttachable":
    case "numberTaken":
    case "targetTaken":
    case "targetNotLive":
      return toConflict(refusal);
  }
}

type Conflict = Exclude<
  Refusal,
  { readonly code: "notFound" | "revisionChanged" | "tooLong" | "datesReversed" | "customerUnknown" }
>;

function toConflict(refusal: Conflict): Problem {
  switch (refusal.code) {
    case "hubspotLeads":
      return {
        status: 409,
        code: "hubspot-leads",
        title: "HubSpot leads these fields",
        detail: `${refusal.fields.join(", ")}: change it in HubSpot, or detach the record first.`,
        fields: refusal.fields,
      };
    case "notEditable":
      return conflict(
        "not-editable",
        `A record that is ${refusal.state} has no data to change; explain tells why, and what would change that.`,
      );
    case "notDetachable":
      return conflict("not-detachable", describeNotDetachable(refusal.state));
    case "notAttachable":
      return conflict(
        "not-attachable",
        `A record that is ${refusal.state} cannot be attached. A detached one can, and a deleted one to another HubSpot id.`,
      );
    case "numberTaken":
      return {
        ...conflict(
          "number-taken",
          `${refusal.number} is already the number of ${refusal.holderName} (HubSpot id ${refusal.holderId}). Choose another one, or give that one another first.`,
        ),
        number: refusal.number,
        holder: { id: refusal.holderId, name: refusal.holderName },
      };
    case "targetTaken":
      return conflict(
        "target-taken",
        `HubSpot id ${refusal.targetId} has a record with data already; merge the two in HubSpot instead.`,
      );
    case "targetNotLive":
      return conflict(
        "target-not-live",
        `HubSpot id ${refusal.targetId} is ${refusal.observed}, expected one that exists in HubSpot.`,
      );
  }
}

function describeNotDetachable(state: RecordState): string {
  const isLedByNobody = state === "detached" || state === "merged" || state === "erased";
  return isLedByNobody
    ? `A record that is ${state} is not led by HubSpot; there is nothing to detach.`
    : `Nothing of this record, which is ${state}, was ever transferred; there is nothing to detach.`;
}

function conflict(code: string, detail: string): Problem {
  return { status: 409, code, title: "The record does not allow it", detail };
}

/** The record of a use case that succeeded. @throws ApiProblem for its refusal */
export function requireDone<R>(
  outcome: { readonly kind: "done"; readonly record: R } | { readonly kind: "refused"; readonly refusal: Refusal },
): R {
  if (outcome.kind === "refused") throw new ApiProblem(toProblem(outcome.refusal));
  return outcome.record;
}

/** The problem that stands for an operational failure; undefined for a bug. */
export function describeOutage(error: unknown): Problem | undefined {
  if (error instanceof RetryableError) {
    return { status: 503, code: error.code, title: "Not now", detail: `${error.message}. Nothing is lost; try again.` };
  }
  if (!(error instanceof NonRetryableError)) return undefined;
  if (error.code === "refused") return { status: 422, code: "refused", title: "Refused", detail: error.message };
  return { status: 503, code: error.code, title: "Something must be put right first", detail: error.message };
}
