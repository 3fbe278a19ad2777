import type { BrakeSettings } from "../../domain/brake.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { IdMark } from "../../domain/id-marks.ts";
import type { ListLane } from "../../domain/list-lane.ts";
import type { Settings } from "../../domain/settings.ts";
import type { PassQueue, PassStore } from "../pass-ports.ts";
import type { HubSpotReader, NumberKind, RecordStreams } from "../ports.ts";
import type { SyncPorts } from "../run.ts";

/** A part of HubSpot's and DynamoDB's allowances. */
export interface Use {
  readonly hubspotCalls: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** What a pass used of HubSpot's and DynamoDB's allowances in this process so far. */
export interface PassUsage extends Use {
  readonly rateLimitedCalls: number;
  /** Calls that HubSpot allows in a second; absent while unknown. */
  readonly allowedPerSecond?: number;
}

/** What the work on one type used, and its share of the time; see `TimeShares`. */
export interface TypeUse extends Use {
  readonly durationMs: number;
}

/** Tells apart what the work on each type uses. */
export interface UseMeter {
  /** Whatever `work` uses belongs to the type; without one, to none. */
  readonly run: <T>(type: ObjectType | undefined, work: () => Promise<T>) => Promise<T>;
  /** Used in this process so far. */
  readonly readType: (type: ObjectType) => Use;
  /** With what belongs to no type. */
  readonly readTotal: () => Use;
}

/** How calls to HubSpot leave. */
export interface PassPace {
  readonly callsPerSecond: number;
  /** From a call's leaving to its answer, on average of the latest; 0 before the first. Milliseconds. */
  readonly answerMs: number;
}

/** Everything a pass needs. */
export interface PassPorts extends SyncPorts {
  readonly streams: RecordStreams;
  readonly passes: PassStore<PassCheckpoint, PassReport>;
  readonly passQueue: PassQueue;
  readonly brake: BrakeSettings;
  /** 0 to 1. */
  readonly random: () => number;
  readonly readUsage: () => PassUsage;
  readonly meter: UseMeter;
  readonly readPace: () => PassPace;
  /** The reader for an exclusion property other than the deployed one. */
  readonly readerFor: (exclusionProperty: string) => HubSpotReader;
}

/**
 * How far a pass is.
 *
 * ```
 * listing ──▶ applying ──▶ freeing ──▶ finished
 * all pages   what would   leaked
 * compared    take away    numbers
 * ```
 */
export type PassPhase = "listing" | "applying" | "freeing";

/** Where some ids of each type lie among the others. */
export type Marks = Readonly<Partial<Record<ObjectType, readonly IdMark[]>>>;

/** How far going through the reservations of numbers is. */
export interface NumberSweep {
  readonly kind: NumberKind;
  /** Pages gone through, of all kinds. */
  readonly pages: number;
  /** Of the reservations of this kind so far. */
  readonly sums: readonly number[];
  /** Buckets in which something differs and that are looked through for it; absent while summing up. */
  readonly buckets?: readonly number[];
  /** Where the next page begins; absent at the first. */
  readonly cursor?: string;
}

/** What a later invocation needs to go on. */
export interface PassCheckpoint {
  readonly phase: PassPhase;
  /** The settings it compares with; a pass that finds others starts over. */
  readonly settingsMark: string;
  readonly isFirstImport: boolean;
  readonly areSettingsChanged: boolean;
  readonly lanes: readonly ListLane[];
  /** Types for which HubSpot was seen to take any id as `after`, or not to. */
  readonly splittable: Readonly<Partial<Record<ObjectType, boolean>>>;
  /** Chunks of deferred objects that are stored. */
  readonly chunks: number;
  /** Deferred objects that were applied. */
  readonly applied: number;
  readonly numbers: Readonly<Record<NumberKind, number[]>>;
  /** Absent before the last phase. */
  readonly sweep?: NumberSweep;
  /** Objects of each type that the last pass to succeed read. */
  readonly expected: Readonly<Partial<Record<ObjectType, number>>>;
  /** Marks that the last pass left, of types that are still to be cut into lanes by them; see `findMarks`. */
  readonly formerMarks?: Marks;
  /** Marks for the next pass. */
  readonly marks?: Marks;
  /** Failures in a row without progress in between. */
  readonly setbacks: number;
  /** Objects read and applied when the last of them came. */
  readonly progressAtSetback: number;
  readonly warnings: readonly string[];
  /** Time in which an invocation was at work, milliseconds. */
  readonly workedMs: number;
  /** Used by earlier invocations. */
  readonly used: PassUsage;
  /** The part of it that each type used; absent in what an older version stored. */
  readonly usedByType?: Readonly<Partial<Record<ObjectType, TypeUse>>>;
  /** Settings to try instead of the deployed ones; only with a dry run. */
  readonly preview?: Settings;
  /** What a preview found so far. */
  readonly listed: readonly PreviewEntry[];
}

/** What the brake saw of one type. */
export interface BrakeReading {
  readonly active: number;
  readonly harmed: number;
  readonly listed: number;
  /** Most that the run may deactivate. */
  readonly limit: number;
  readonly isHeld: boolean;
}

/** One record that other settings would change. */
export interface PreviewEntry {
  readonly effect: "created" | "released" | "updated" | "frozen" | "deactivated";
  readonly type: "customer" | "contactPerson" | "project";
  readonly id: string;
  /** The record's name, a long one cut; a contact person's is left out. */
  readonly name: string;
}

/** What a pass leaves behind, besides its counts. */
export interface PassReport {
  readonly warnings: readonly string[];
  readonly durationMs: number;
  readonly usage: PassUsage;
  readonly brake: Readonly<Partial<Record<ObjectType, BrakeReading>>>;
  /** At most {@link MOST_PREVIEWED}; the counts have the totals. */
  readonly listed: readonly PreviewEntry[];
  /** For the next pass; absent in what an older version stored. */
  readonly marks?: Marks;
}

/** Most records that a preview names. */
export const MOST_PREVIEWED = 500;
