import type { ObjectType } from "./hubspot-object.ts";

/**
 * Why an object is looked at again.
 *
 * - `created` … `erased`: HubSpot told us so.
 * - `follow`: its customer changed state, so what depends on it is decided anew.
 * - `resync`: a person asked for it. `attach`: a person lets HubSpot lead again.
 */
export type ChangeKind =
  | "created"
  | "property"
  | "association"
  | "deleted"
  | "restored"
  | "merged"
  | "erased"
  | "follow"
  | "resync"
  | "attach";

/** Where a change comes from. Nothing is decided by it: it ties a write to the deliveries that told of it. */
export interface Origin {
  /** Ids of webhook deliveries, of an admin's request or of a pass; sorted, and not more than a log line holds. */
  readonly deliveryIds: readonly string[];
  /** When the first of them arrived. Epoch milliseconds. */
  readonly receivedAtMs: number;
}

/** That a company is the primary one of a contact or deal, or no longer is. */
export interface PrimaryExpectation {
  readonly companyId: string;
  readonly isPrimary: boolean;
  readonly atMs: number;
}

/**
 * A hint that one object may have changed: never its data, only where to look. Several events on one object are one
 * change: `at` keeps the latest time of each kind.
 */
export interface Change {
  readonly type: ObjectType;
  readonly id: string;
  /** Kind to the latest `occurredAt` of that kind, epoch milliseconds. */
  readonly at: Readonly<Partial<Record<ChangeKind, number>>>;
  /**
   * Company id to whether an association event said that the association with it exists now. A read that disagrees comes
   * from a lagging index and is repeated a bounded number of times.
   */
  readonly expects?: Readonly<Record<string, { readonly isAssociated: boolean; readonly atMs: number }>>;
  /**
   * What the latest event about the primary label said: that this company has it now, or has lost it. A label that moves
   * leaves every association in place, so `expects` says nothing of it.
   */
  readonly expectsPrimary?: PrimaryExpectation;
  /**
   * Accounts of HubSpot that told of the erasure, sorted. Ids of two accounts may be the same, and nothing is read for an
   * erasure that would show whose it is. Absent where an event did not say: then it is ours.
   */
  readonly erasedIn?: readonly string[];
  /** Ids that a read has shown to be absorbed into this object. */
  readonly absorbs?: readonly string[];
  /**
   * The record, and its revision, that an admin had before their eyes when they asked for an attach. The request is void
   * when the record has another one by then.
   */
  readonly seen?: { readonly id: string; readonly revision: number };
  /** How often this change was already handed back because the read looked old. */
  readonly looks: number;
  /** How often processing this change failed; of several messages on one object, the one that failed most often tells. */
  readonly failures: number;
  /** Absent where the message that carries the change says it all. */
  readonly origin?: Origin;
}
