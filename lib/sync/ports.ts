import type { Change } from "../domain/change.ts";
import type { CompanyLink, ObjectOf, ObjectType, Observation } from "../domain/hubspot-object.ts";
import type { ContactPerson, ContactTombstone, Customer, Project, RecordState, SyncRecord } from "../domain/record.ts";

/** Time as an argument: real in production, virtual in the simulation. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** What we tell the operator. Fields hold ids, types, states, reasons, counts and times; never personal data. */
export interface Telemetry {
  readonly info: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly error: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  /** Adds to a metric; their names are in `contract.ts`. */
  readonly count: (metric: string, value: number) => void;
}

/** The HubSpot account behind the access token. */
export interface Account {
  readonly portalId: string;
  /** Host of the user interface, such as `app-eu1.hubspot.com`. */
  readonly uiDomain: string;
  readonly timeZone: string;
}

/** A deal stage; ids are unique in the whole portal, labels are not. */
export interface DealStage {
  readonly stageId: string;
  readonly label: string;
  readonly pipelineId: string;
  readonly pipelineLabel: string;
}

/** The companies of one contact or deal, with our clock before the read. */
export interface ObservedLinks {
  readonly readAtMs: number;
  readonly links: readonly CompanyLink[];
}

/** An object of a list page: with its companies, which the list carries inline (followed past 100). */
export interface ListedObject<T extends ObjectType> {
  readonly object: ObjectOf[T];
  /** Always empty for companies. */
  readonly links: readonly CompanyLink[];
}

/** One page of at most 100 objects in ascending id order. */
export interface ListPage<T extends ObjectType> {
  readonly readAtMs: number;
  readonly objects: readonly ListedObject<T>[];
  /** Absent on the last page. */
  readonly after?: string;
}

/** Lets a read of several objects go on where some of them cannot be read; without it the read fails as a whole. */
export interface ReadApart {
  /** Told of each object that could not be read, and why: the answer lacks it then. */
  readonly setAside: (id: string, error: unknown) => void;
  /** Whether an object has been waiting for so long that a server error is looked into: it may be due to one object. */
  readonly isOverdue: () => boolean;
  /** Time left to begin calls in, milliseconds; without end when absent. What no time is left for is set aside as `timeUp`. */
  readonly leftMs?: (() => number) | undefined;
}

/**
 * Reading HubSpot. Every method paces itself, retries what is worth retrying and throws `RetryableError` or
 * `NonRetryableError` after that.
 */
export interface HubSpotReader {
  readonly readAccount: () => Promise<Account>;
  readonly listDealStages: () => Promise<readonly DealStage[]>;
  /** Whether HubSpot knows this company property; unknown names are dropped silently when reading. */
  readonly hasCompanyProperty: (name: string) => Promise<boolean>;
  /** Reads any number of ids, 100 a call, each once. Holds one observation per distinct id that was not set aside. */
  readonly readObjects: <T extends ObjectType>(
    type: T,
    ids: readonly string[],
    apart?: ReadApart,
  ) => Promise<ReadonlyMap<string, Observation<ObjectOf[T]>>>;
  /** Companies of contacts or deals, 1,000 ids a call. Holds one entry per distinct id not set aside, also for none. */
  readonly readCompanyLinks: (
    type: "contact" | "deal",
    ids: readonly string[],
    apart?: ReadApart,
  ) => Promise<ReadonlyMap<string, ObservedLinks>>;
  /**
   * Ids of all contacts or deals of companies, 1,000 companies a call. Holds one entry per distinct id not set aside,
   * also for none.
   */
  readonly readDependantIds: (
    type: "contact" | "deal",
    companyIds: readonly string[],
    apart?: ReadApart,
  ) => Promise<ReadonlyMap<string, readonly string[]>>;
  /**
   * One list page of live objects. `after` is a page's `after`, or an id where a probe has shown that it may be one. Of
   * calls that wait for their turn, the one with the highest `urgency` goes first; those without one go before all.
   */
  readonly listPage: <T extends ObjectType>(type: T, after?: string, urgency?: number) => Promise<ListPage<T>>;
}

/** Everything stored of one contact. */
export interface StoredContact {
  readonly persons: readonly ContactPerson[];
  readonly tombstone?: ContactTombstone;
}

export type NumberKind = "customerNumber" | "shortForm";

/** A claim of a record on a unique number. */
export interface NumberClaim {
  readonly kind: NumberKind;
  readonly number: string;
  /** The company's or deal's id. */
  readonly holderId: string;
}

/** A number is another record's. `reservedAtMs` tells a leaked reservation from one in flight. */
export interface NumberTaken {
  readonly kind: "taken";
  readonly holderId: string;
  readonly reservedAtMs: number;
}

/** Outcome of reserving a number. */
export type ReserveOutcome = { readonly kind: "reserved" } | NumberTaken;

/** A number that changes hands: what its new holder becomes, what is left of the former one, and the number itself. */
export interface HandOver {
  readonly survivor: Customer | Project;
  readonly pointer: Customer | Project;
  readonly claim: NumberClaim & { readonly atMs: number; readonly takeFrom: string };
}

/** Outcome of a hand-over; `conflict`: another writer was faster with one of both records. */
export type HandOverOutcome = { readonly kind: "written" } | { readonly kind: "conflict" } | NumberTaken;

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; absent on the last page. */
  readonly cursor?: string;
}

/**
 * Which records a list shows, in ascending HubSpot id order and without their history. A page may hold fewer items than
 * `limit`, even none, and still have a cursor: a search looks at a bounded number of records a call.
 */
export interface ListQuery {
  /** Without it, records that were never transferred and pointers of merged ones are left out. */
  readonly state?: RecordState;
  readonly companyId?: string;
  /** Start of the name (description) or of the number (short form), any case. */
  readonly prefix?: string;
  /** At least 1. */
  readonly limit: number;
  /** A page's cursor; any other is refused with `BadCursorError`. */
  readonly cursor?: string;
}

/**
 * The records. All reads by key are strongly consistent. A write is one conditional put of the whole record: it holds
 * only when the stored revision is `record.revision - 1` (0: nothing is stored).
 */
export interface RecordStore {
  readonly readCustomers: (companyIds: readonly string[]) => Promise<ReadonlyMap<string, Customer>>;
  readonly readProjects: (dealIds: readonly string[]) => Promise<ReadonlyMap<string, Project>>;
  /** One entry per distinct id, also when nothing is stored. */
  readonly readContacts: (contactIds: readonly string[]) => Promise<ReadonlyMap<string, StoredContact>>;
  readonly readTombstone: (contactId: string) => Promise<ContactTombstone | undefined>;
  readonly write: (record: SyncRecord | ContactTombstone) => Promise<"written" | "conflict">;
  /** Reserves a number for its holder; repeatable. With `takeFrom` it may be taken over from that holder. */
  readonly reserveNumber: (
    claim: NumberClaim & { readonly atMs: number; readonly takeFrom?: string },
  ) => Promise<ReserveOutcome>;
  /**
   * Writes both records and the reservation at once or not at all, each under its own condition, so that no two records
   * have one number at any moment. A transaction, at twice the price; nothing else needs one.
   */
  readonly handOver: (handOver: HandOver) => Promise<HandOverOutcome>;
  /** Gives a number back if this holder has it, and has not reserved it again since `reservedUntilMs`; repeatable. */
  readonly releaseNumber: (claim: NumberClaim & { readonly reservedUntilMs?: number }) => Promise<void>;
  readonly listReservations: (
    kind: NumberKind,
    cursor?: string,
  ) => Promise<Page<NumberClaim & { readonly reservedAtMs: number }>>;
  /** Ids of contacts and deals whose records belong to, or wait for, a customer. Eventually consistent. */
  readonly readDependantIds: (
    companyId: string,
  ) => Promise<{ readonly contactIds: readonly string[]; readonly dealIds: readonly string[] }>;
  /** Ids of the contacts that merges absorbed into this one. Eventually consistent. */
  readonly readAbsorbedContactIds: (survivorId: string) => Promise<readonly string[]>;
  readonly listCustomers: (query: ListQuery) => Promise<Page<Customer>>;
  readonly listProjects: (query: ListQuery) => Promise<Page<Project>>;
  readonly listContactPersons: (query: ListQuery) => Promise<Page<ContactPerson>>;
}

/** A range of HubSpot ids. */
export interface RecordRange {
  /** Exclusive lower bound of the HubSpot id. */
  readonly afterId?: string;
  /** Inclusive upper bound of the HubSpot id. It may become lower while the range is streamed: it is asked for each page. */
  readonly toId?: string | undefined;
}

/**
 * The table as streams in ascending HubSpot id order, for a pass and for exports. Eventually consistent; memory for a page
 * per shard. The records come without their history: read one anew before writing it, or its history is lost.
 */
export interface RecordStreams {
  readonly streamCustomers: (range: RecordRange) => AsyncIterable<Customer>;
  readonly streamProjects: (range: RecordRange) => AsyncIterable<Project>;
  /** Ids of the customers in a state other than `linked`, ascending. */
  readonly streamCustomerIds: (state: Exclude<RecordState, "linked">) => AsyncIterable<string>;
  /** Grouped by contact. */
  readonly streamContacts: (range: RecordRange) => AsyncIterable<{ readonly contactId: string } & StoredContact>;
}

/** One message of the change queue. */
export interface ChangeMessage {
  readonly messageId: string;
  /** Ties log lines from delivery to write together. */
  readonly deliveryId: string;
  /** When the webhook arrived. */
  readonly receivedAtMs: number;
  /** How often SQS has delivered this message, from 1. */
  readonly receives: number;
  readonly changes: readonly Change[];
}

export interface QueueDepth {
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** The change queue. */
export interface ChangeQueue {
  /**
   * Sends one message with at most 100 changes.
   * @throws RetryableError when SQS did not accept it
   */
  readonly send: (message: {
    readonly deliveryId: string;
    readonly receivedAtMs: number;
    readonly changes: readonly Change[];
    /** 0 to 900; the queue's own delay when absent. */
    readonly delaySeconds?: number;
  }) => Promise<void>;
  readonly readDepth: () => Promise<QueueDepth>;
}

/** One webhook request, exactly as HubSpot sent it. */
export interface DeliveryRequest {
  readonly method: string;
  /** The URL HubSpot called: scheme, host, path and query. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Ties log lines from delivery to write together. */
  readonly deliveryId: string;
}

/** Whether a request comes from HubSpot. */
export type SignatureVerdict =
  | { readonly kind: "valid" }
  | {
      readonly kind: "rejected";
      readonly why: "headerMissing" | "timestampMalformed" | "timestampExpired" | "secretMissing" | "mismatch";
    };

/** Why an event leads to no change: HubSpot's kind or type is new to us, or the association joins no company. */
export type IgnoreReason = "unknownKind" | "unknownType" | "otherAssociation";

/** What a delivery's body says. */
export type ParsedDelivery =
  | { readonly kind: "notAnArray" }
  | {
      readonly kind: "parsed";
      /** One for each event; not yet joined. */
      readonly changes: readonly Change[];
      readonly ignored: Readonly<Partial<Record<IgnoreReason, number>>>;
      readonly malformed: number;
    };
