import type { ObjectType } from "../domain/hubspot-object.ts";
import type { Page } from "./ports.ts";

export type PassStatus = "running" | "succeeded" | "failed" | "stopped";

/** Type (or another heading) to what was counted under it. */
export type PassCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** One run of the reconciliation, across all the invocations it takes. */
export interface Pass {
  /** Made by `createPassId`; ids sort as the passes started. */
  readonly passId: string;
  readonly status: PassStatus;
  /** Why it failed or stopped; no personal data. */
  readonly reason?: string;
  readonly startedAtMs: number;
  readonly finishedAtMs?: number;
  readonly isDryRun: boolean;
  /** The pass whose brake a person confirmed. */
  readonly confirms?: string;
  readonly types: readonly ObjectType[];
  readonly counts: PassCounts;
}

/** The right to work on a pass, for as long as it is renewed. At most one exists. */
export interface PassLease {
  readonly passId: string;
  /** Random name of the invocation that holds it. */
  readonly owner: string;
  readonly leaseUntilMs: number;
}

export type StartOutcome =
  /** Also over a pass whose lease had run out: that one shows as failed from now on. */
  { readonly kind: "started" } | { readonly kind: "running"; readonly passId: string };

export type TakeOverOutcome<Checkpoint> =
  | { readonly kind: "taken"; readonly pass: Pass; readonly checkpoint?: Checkpoint }
  /** Taken as well, but another version of the function has stored the checkpoint. */
  | { readonly kind: "unreadable"; readonly pass: Pass }
  /** Another owner is at work until then, unless it renews. */
  | { readonly kind: "held"; readonly leaseUntilMs: number }
  /** The pass is finished, was abandoned or never started. */
  | { readonly kind: "over" };

export interface CheckpointToSave<Checkpoint> extends PassLease {
  /** At most 300 KB as JSON. */
  readonly checkpoint: Checkpoint;
  readonly counts: PassCounts;
}

/** The HubSpot account that the records belong to. */
export interface Portal {
  readonly portalId: string;
  readonly uiDomain: string;
}

/** Facts that outlive a pass. */
export interface MarkStore {
  readonly readPortal: () => Promise<Portal | undefined>;
  /** Stores the portal if none is stored, and answers the stored one. */
  readonly savePortal: (portal: Portal) => Promise<Portal>;
  /** The settings that the last pass to succeed finished with, as its caller spelt them. */
  readonly readSettingsMark: () => Promise<string | undefined>;
  readonly saveSettingsMark: (mark: string) => Promise<void>;
  /** When the newest webhook that was processed has arrived, epoch milliseconds. */
  readonly readLastEvent: () => Promise<number | undefined>;
  /** An older time than the stored one changes nothing. */
  readonly saveLastEvent: (atMs: number) => Promise<void>;
}

/**
 * Passes and the one lease among them. A checkpoint, its counts and the renewal of the lease are one conditional write,
 * so whoever lost the lease saves nothing any more.
 */
export interface PassStore<Checkpoint, Report> extends MarkStore {
  /** With the counts of its last checkpoint while it runs. A pass that lost its lease to another one shows as failed. */
  readonly readPass: (passId: string) => Promise<Pass | undefined>;
  readonly readReport: (passId: string) => Promise<Report | undefined>;
  /** Newest first, 30 days back. */
  readonly listPasses: (query: { readonly limit: number; readonly cursor?: string }) => Promise<Page<Pass>>;
  readonly readLease: () => Promise<PassLease | undefined>;
  readonly startPass: (
    pass: Pass,
    lease: { readonly owner: string; readonly nowMs: number; readonly leaseUntilMs: number },
  ) => Promise<StartOutcome>;
  /** A lease that ends now hands the pass to whoever takes it over. */
  readonly saveCheckpoint: (saved: CheckpointToSave<Checkpoint>) => Promise<"saved" | "lostLease">;
  /** Goes on with a pass whose lease has run out, is one's own, or was handed over by its owner. */
  readonly takeOver: (
    lease: PassLease & { readonly nowMs: number; readonly handedBy?: string },
  ) => Promise<TakeOverOutcome<Checkpoint>>;
  /** Stores the pass as it ended, and its report, then gives the lease back. */
  readonly finishPass: (ended: {
    readonly pass: Pass;
    readonly owner: string;
    readonly report: Report;
  }) => Promise<"finished" | "lostLease">;
  /** Stores one chunk of ids, in place of an earlier one with this number. */
  readonly appendCandidates: (chunk: {
    readonly pass: Pick<Pass, "passId" | "startedAtMs">;
    /** From 0. */
    readonly chunk: number;
    readonly ids: readonly string[];
  }) => Promise<void>;
  /** The ids of the first so many chunks; a crash may have left more than the checkpoint knows. */
  readonly readCandidates: (passId: string, chunkCount: number) => AsyncIterable<readonly string[]>;
}

/** The request to go on with a pass. */
export interface HandOver {
  readonly passId: string;
  /** The invocation that stopped working on it, and whose lease may be taken over; absent when the pass is new. */
  readonly handedBy?: string;
}

/** The request to compare everything, as the schedule and a deployment send it. */
export interface PassDemand {
  readonly start: true;
  /**
   * `settings`: they were changed, so it must not be dropped because a pass with the former ones is at work. `schedule`:
   * only a pass that does as much may stand for it, no trial and no pass of some types.
   */
  readonly cause: "schedule" | "settings";
}

/** One message of the pass queue. */
export type PassMessage = HandOver | PassDemand;

/** The queue that starts a pass and carries it from one invocation to the next. */
export interface PassQueue {
  /**
   * @param delaySeconds 0 to 900
   * @throws RetryableError when SQS did not accept it
   */
  readonly send: (message: PassMessage, delaySeconds?: number) => Promise<void>;
}
