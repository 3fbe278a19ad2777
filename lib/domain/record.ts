/** Where a record stands; see the README's "What happens when…". Each state has its own way back. */
export type RecordState =
  | "linked"
  | "excluded"
  | "outOfStage"
  | "waiting"
  | "detached"
  | "deleted"
  | "merged"
  | "erased"
  | "failing";

/** All states, for schemas and tables of cases. */
export const RECORD_STATES = [
  "linked",
  "excluded",
  "outOfStage",
  "waiting",
  "detached",
  "deleted",
  "merged",
  "erased",
  "failing",
] as const satisfies readonly RecordState[];

/** Why a record is in its state. Ids only, except names of holders of numbers, which are companies' and projects'. */
export type Reason =
  | { readonly code: "excludedByProperty"; readonly property: string; readonly value: string }
  | { readonly code: "customerExcluded"; readonly companyId: string }
  | { readonly code: "stageNotSelected"; readonly stageId: string }
  | { readonly code: "noCompany" }
  | { readonly code: "customerNotHere"; readonly companyId: string }
  | { readonly code: "detachedByAdmin" }
  | { readonly code: "customerDetached"; readonly companyId: string }
  | { readonly code: "deletedInHubSpot" }
  | { readonly code: "goneFromHubSpot" }
  | { readonly code: "customerDeleted"; readonly companyId: string }
  | { readonly code: "notAssociated"; readonly companyId: string }
  | { readonly code: "absorbedBy"; readonly survivorId: string }
  | { readonly code: "attachedTo"; readonly survivorId: string }
  | { readonly code: "erasedForPrivacy" }
  | { readonly code: "numberTaken"; readonly number: string; readonly holderId: string; readonly holderName: string }
  | { readonly code: "refused"; readonly error: string };

/**
 * Orders what we know of one object: HubSpot's `updatedAt` first, then our clock before the read. A write holds only
 * when its fence is greater than the stored one.
 */
export interface Fence {
  readonly sourceUpdatedAtMs: number;
  readonly readAtMs: number;
}

/** Who made a change. */
export type Cause = "event" | "pass" | "admin";

/** One field of one change. Values are left out (`undefined`) for personal data. */
export interface FieldChange {
  readonly field: string;
  readonly from?: string;
  readonly to?: string;
}

/** One of the last {@link HISTORY_LENGTH} changes of a record, newest first. */
export interface HistoryEntry {
  readonly atMs: number;
  readonly cause: Cause;
  readonly fields: readonly FieldChange[];
}

/** How many changes a record remembers. */
export const HISTORY_LENGTH = 20;

/** What all records have. */
export interface RecordBase {
  readonly state: RecordState;
  /** Present unless `linked`. */
  readonly reason?: Reason;
  readonly fence: Fence;
  /** Counts the writes of this record, from 1. A write names the revision it is based on. */
  readonly revision: number;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly history: readonly HistoryEntry[];
  /** Ids of HubSpot records that merges absorbed into this one; a pointer keeps its own, so that chains can be followed. */
  readonly absorbedIds: readonly string[];
}

/** ZEP's address. State or region is a street line. */
export interface Address {
  readonly street: readonly string[];
  readonly postalCode: string;
  readonly city: string;
  readonly country: string;
}

/** Customer fields that HubSpot leads while the record is linked. */
export interface CustomerFields {
  readonly name: string;
  readonly phone: string;
  readonly address: Address;
  readonly website: string;
  readonly remark: string;
}

/** A ZEP customer (Kunde), from a HubSpot company. Identity is the company id. */
export interface Customer extends RecordBase {
  readonly type: "customer";
  readonly companyId: string;
  /** Unique. Default: the company id. Absent while the company was never transferred. */
  readonly customerNumber?: string;
  /** Absent while the company was never transferred. */
  readonly fields?: CustomerFields;
  /**
   * Set in the same write as a change of state that its contact persons and projects depend on; cleared when they are
   * queued. Whoever sees it queues them again, so a crash in between loses nothing.
   */
  readonly isFollowUpDue: boolean;
  /**
   * Only while another state hides it, detached or failing: HubSpot excludes the company, which keeps what depends on the
   * customer excluded.
   */
  readonly isExcludedInHubSpot?: true;
}

/** Contact person fields that HubSpot leads while the record is linked. Personal data. */
export interface ContactPersonFields {
  readonly salutation: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly jobTitle: string;
  readonly email: string;
  readonly phone: string;
  readonly mobile: string;
  readonly primary: boolean;
}

/** A ZEP contact person (Ansprechpartner), from a contact and one company it is associated with. */
export interface ContactPerson extends RecordBase {
  readonly type: "contactPerson";
  readonly contactId: string;
  readonly companyId: string;
  readonly fields?: ContactPersonFields;
}

/** Project fields that HubSpot leads while the record is linked. */
export interface ProjectFields {
  /** The deal's name (Bezeichnung). */
  readonly description: string;
  /** The deal's primary company. */
  readonly companyId: string;
}

/** ZEP's billing types (Abrechnungsart). */
export const BILLING_TYPES = ["hourly", "daily", "flat"] as const;
export type BillingType = (typeof BILLING_TYPES)[number];

/** Project status. Only `active` is bookable. */
export const PROJECT_STATUSES = ["active", "inactive", "completed"] as const;
export type ProjectStatus = (typeof PROJECT_STATUSES)[number];

/** Project fields that ZEP owns: a sync never touches them. */
export interface ProjectOwnFields {
  readonly tasks: readonly string[];
  readonly projectEmployees: readonly string[];
  /** ISO date, `YYYY-MM-DD`. */
  readonly startDate?: string;
  /** ISO date, `YYYY-MM-DD`, inclusive. */
  readonly endDate?: string;
  readonly billingType?: BillingType;
  readonly status: ProjectStatus;
}

/** A ZEP project (Projekt), from a HubSpot deal. Identity is the deal id. */
export interface Project extends RecordBase {
  readonly type: "project";
  readonly dealId: string;
  /** Unique (Kurzform). Default: the deal id. Absent while the deal was never transferred. */
  readonly shortForm?: string;
  readonly fields?: ProjectFields;
  readonly own?: ProjectOwnFields;
  /** The customer whose state this project's state depends on, also before it is transferred. */
  readonly dependsOnCompanyId?: string;
}

/**
 * What is known of a contact as a whole when no contact person can hold it: it was erased, deleted or absorbed. Keeps a
 * late event, or a slower worker's older read, from bringing it back. Holds no personal data.
 */
export interface ContactTombstone {
  readonly type: "contactTombstone";
  readonly contactId: string;
  readonly state: "erased" | "deleted" | "merged";
  readonly mergedInto?: string;
  readonly fence: Fence;
  readonly revision: number;
}

export type SyncRecord = Customer | ContactPerson | Project;
