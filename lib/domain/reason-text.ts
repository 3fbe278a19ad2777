import type { Reason, SyncRecord } from "./record.ts";

/** A record's state in words for an admin. Names of companies and deals may occur, personal data never. */
export interface StateText {
  /** A few words; absent while linked. */
  readonly reason?: string;
  /** One sentence. */
  readonly explanation: string;
  /** One sentence: what a person can do about it; absent where nothing needs doing. */
  readonly remedy?: string;
}

/** Puts a record's state and reason into words. */
export function describeState(record: SyncRecord): StateText {
  const { reason } = record;
  if (reason === undefined) return { explanation: describeLinked(record) };
  const remedy = suggestRemedy(record, reason);
  return { reason: nameReason(reason), explanation: explainReason(record, reason), ...(remedy && { remedy }) };
}

/** What ZEP calls the record. */
function nameRecord(record: SyncRecord): string {
  switch (record.type) {
    case "customer":
      return `Customer of company ${record.companyId}`;
    case "contactPerson":
      return `Contact person of contact ${record.contactId} at company ${record.companyId}`;
    case "project":
      return `Project of deal ${record.dealId}`;
  }
}

function describeLinked(record: SyncRecord): string {
  return `${nameRecord(record)} is linked: HubSpot leads its fields and changes arrive by themselves.`;
}

/** A reason in a few words that can stand alone, and beside the state as well. */
function nameReason(reason: Reason): string {
  switch (reason.code) {
    case "excludedByProperty":
      return `excluded: ${reason.property} = ${reason.value}`;
    case "customerExcluded":
      return `excluded with company ${reason.companyId}`;
    case "stageNotSelected":
      return `out of stage: ${reason.stageId}`;
    case "noCompany":
      return "no company";
    case "customerNotHere":
      return `company ${reason.companyId} not transferred`;
    case "detachedByAdmin":
      return "detached by an admin";
    case "customerDetached":
      return `detached with company ${reason.companyId}`;
    case "deletedInHubSpot":
      return "deleted in HubSpot";
    case "goneFromHubSpot":
      return "gone from HubSpot";
    case "customerDeleted":
      return `company ${reason.companyId} deleted in HubSpot`;
    case "notAssociated":
      return `not associated with company ${reason.companyId}`;
    case "absorbedBy":
      return `merged into ${reason.survivorId}`;
    case "attachedTo":
      return `attached to ${reason.survivorId}`;
    case "erasedForPrivacy":
      return "erased for privacy";
    case "numberTaken":
      return `number taken: ${reason.number} belongs to ${nameHolder(reason)}`;
    case "refused":
      return `refused: ${reason.error}`;
  }
}

function explainReason(record: SyncRecord, reason: Reason): string {
  const name = nameRecord(record);
  const hasData = record.fields !== undefined;
  const kept = hasData ? "it keeps its data, and a sync does not change it" : "nothing of it is transferred";
  const left = hasData
    ? `; it keeps its data${record.type === "contactPerson" ? "" : ", and HubSpot no longer leads"}`
    : "";
  switch (reason.code) {
    case "excludedByProperty":
      return `${name} is excluded, for the company's property "${reason.property}" is "${reason.value}"; ${kept}.`;
    case "customerExcluded":
      return `${name} is excluded along with company ${reason.companyId}; ${kept}.`;
    case "stageNotSelected":
      return `${name} is out of stage, for the deal's stage ${reason.stageId} is none of the selected ones; ${kept}.`;
    case "noCompany":
      return `${name} is waiting, for the deal has no primary company; ${kept}.`;
    case "customerNotHere":
      return `${name} is waiting, for company ${reason.companyId} is not transferred; ${kept}.`;
    case "detachedByAdmin":
      return `${name} was detached by an admin: no change of HubSpot's arrives, and all fields can be edited here.`;
    case "customerDetached":
      return `${name} is detached along with the customer of company ${reason.companyId}; ${kept}.`;
    case "deletedInHubSpot":
      return `${name} is inactive, for it was deleted in HubSpot${left}.`;
    case "goneFromHubSpot":
      return `${name} is inactive, for HubSpot has it neither live nor in the recycle bin${left}.`;
    case "customerDeleted":
      return `${name} is held, for company ${reason.companyId} was deleted in HubSpot; ${kept}.`;
    case "notAssociated":
      return `${name} is inactive, for the contact is no longer associated with company ${reason.companyId}.`;
    case "absorbedBy":
      return `${name} was merged in HubSpot: ${reason.survivorId} has taken over all it had.`;
    case "attachedTo":
      return `${name} was attached to HubSpot id ${reason.survivorId}, which has taken over all it had.`;
    case "erasedForPrivacy":
      return `${name} was erased for privacy (GDPR): its id is all that is left, and it stays erased.`;
    case "numberTaken":
      return `${name} is held, for its default ${nameNumber(record)} ${reason.number} belongs to ${nameHolder(reason)}; ${kept}.`;
    case "refused":
      return `${name} is failing: ${reason.error}.`;
  }
}

function nameNumber({ type }: SyncRecord): string {
  return type === "project" ? "short form" : "customer number";
}

function suggestRemedy(record: SyncRecord, reason: Reason): string | undefined {
  switch (reason.code) {
    case "excludedByProperty":
      return `Clear "${reason.property}" on the company in HubSpot; contacts and deals come along.`;
    case "customerExcluded":
      return `Clear the exclusion of company ${reason.companyId} in HubSpot.`;
    case "stageNotSelected":
      return `Move the deal to a selected stage, or add ${reason.stageId} to the setting dealStages.`;
    case "noCompany":
      return "Associate a primary company with the deal in HubSpot.";
    case "customerNotHere":
      return `See why company ${reason.companyId} is not transferred; this follows by itself.`;
    case "detachedByAdmin":
      return "Attach it to let HubSpot lead again; its values then replace local ones.";
    case "customerDetached":
      return `Attach the customer of company ${reason.companyId}; this follows by itself.`;
    case "deletedInHubSpot":
      return isMovable(record)
        ? "Restore it in HubSpot (within 90 days), or attach the record to another HubSpot id."
        : "Restore it in HubSpot (within 90 days).";
    case "goneFromHubSpot":
      return isMovable(record) ? "Attach the record to another HubSpot id, or leave it." : undefined;
    case "customerDeleted":
      return `Restore company ${reason.companyId} in HubSpot, or choose another primary company.`;
    case "notAssociated":
      return "Associate the contact with the company in HubSpot again.";
    case "absorbedBy":
    case "attachedTo":
      return `Look at ${reason.survivorId} instead.`;
    case "erasedForPrivacy":
      return undefined;
    case "numberTaken":
      return `Give ${nameHolder(reason)} another ${nameNumber(record)}; this clears by itself.`;
    case "refused":
      return "Mend what the error names, then resync; every nightly pass tries again as well.";
  }
}

/** Whether there is data that could move to another HubSpot id. */
function isMovable({ type, fields }: SyncRecord): boolean {
  return type !== "contactPerson" && fields !== undefined;
}

function nameHolder({ holderName, holderId }: { readonly holderName: string; readonly holderId: string }): string {
  return holderName === "" ? `HubSpot id ${holderId}` : `"${holderName}" (HubSpot id ${holderId})`;
}
