import type { ObjectType } from "./hubspot-object.ts";
import { compareIds } from "./merge.ts";

/** Objects of a full list page. */
export const PAGE_OBJECTS = 100;

/**
 * A range of ids of one type that is read page after page. The lanes of a type never overlap and leave no gap, except that
 * those that are done may be joined into one without bounds:
 *
 * ```
 * ids   1 ─────────── 40 ─────────── 90 ──────────────▶
 *       (    lane a   ](    lane b   ](     lane c, open
 * ```
 */
export interface ListLane {
  readonly type: ObjectType;
  /** Exclusive lower bound of the lane; absent in the first one. */
  readonly fromId?: string;
  /** Inclusive upper bound; absent while nobody knows the largest id. */
  readonly toId?: string;
  /** Everything up to here is done. */
  readonly doneId?: string;
  /** Where the list goes on: an id, or a token that HubSpot gave. */
  readonly after?: string;
  /** Objects before the lane and in it when the last pass counted; absent in a lane that was cut by guess. */
  readonly base?: number;
  readonly size?: number;
  /** The first id that was found in the lane. */
  readonly firstId?: string;
  /** Objects read so far. */
  readonly read: number;
  readonly isDone: boolean;
}

/** How far a page that is being worked on reaches; the lane cannot be cut before it. */
export interface LaneReach {
  readonly lane: ListLane;
  readonly reachedId: string | undefined;
}

/** A lane that has not begun. */
export function createLane(type: ObjectType): ListLane {
  return { type, read: 0, isDone: false };
}

/**
 * Pages that a lane with an end still has: what is left of the objects that the last pass counted in it, else guessed from
 * the distance of the ids it has seen; undefined if nothing tells.
 *
 * @param gapElsewhere distance of ids in other lanes of the type, for a lane that has seen none of its own
 */
export function estimatePages({ lane, reachedId }: LaneReach, gapElsewhere?: number): number | undefined {
  if (lane.isDone) return 0;
  if (lane.size !== undefined && lane.size > lane.read) return (lane.size - lane.read) / PAGE_OBJECTS;
  const gap = gapOf({ lane, reachedId }) ?? gapElsewhere;
  if (gap === undefined || lane.toId === undefined || reachedId === undefined) return undefined;
  const left = Number(BigInt(lane.toId) - BigInt(reachedId));
  return Math.max(0, left / gap / PAGE_OBJECTS);
}

/** Average distance of neighbouring ids of a lane; undefined before two of them were seen. */
export function gapOf({ lane, reachedId }: LaneReach): number | undefined {
  if (lane.firstId === undefined || reachedId === undefined || lane.read < 2) return undefined;
  return Math.max(1, Number(BigInt(reachedId) - BigInt(lane.firstId)) / (lane.read - 1));
}

/** The lanes with those of a type that are done as one, so that a checkpoint stays small however many there were. */
export function joinDoneLanes(lanes: readonly ListLane[]): readonly ListLane[] {
  const done = new Map<ObjectType, ListLane>();
  for (const { type, read, isDone } of lanes)
    if (isDone) done.set(type, { type, read: (done.get(type)?.read ?? 0) + read, isDone });
  return [...done.values(), ...lanes.filter((lane) => !lane.isDone)];
}

/** A lane cut in two. */
export interface SplitLane {
  readonly front: ListLane;
  readonly back: ListLane;
}

/**
 * Cuts a lane in two, so many pages ahead of where it is. Only where HubSpot was seen to take any id as `after`.
 *
 * @returns undefined when there is nothing to cut
 */
export function splitLane(reach: LaneReach, pages: number): SplitLane | undefined {
  const { lane, reachedId } = reach;
  const gap = gapOf(reach);
  if (reachedId === undefined || gap === undefined) return undefined;
  const cutId = String(BigInt(reachedId) + BigInt(Math.max(1, Math.floor(gap * PAGE_OBJECTS * pages))));
  const { size: _size, ...unsized } = lane;
  return cutLane({ lane: unsized, reachedId }, cutId);
}

/**
 * Cuts a lane in two behind an id. Only where HubSpot was seen to take any id as `after`.
 *
 * @returns undefined when the id is not ahead of where the lane is, or not before its end
 */
export function cutLane({ lane, reachedId }: LaneReach, cutId: string): SplitLane | undefined {
  if (lane.isDone || reachedId === undefined || compareIds(cutId, reachedId) <= 0) return undefined;
  if (lane.toId !== undefined && compareIds(cutId, lane.toId) >= 0) return undefined;
  const back: ListLane = {
    type: lane.type,
    fromId: cutId,
    doneId: cutId,
    after: cutId,
    ...(lane.toId !== undefined && { toId: lane.toId }),
    read: 0,
    isDone: false,
  };
  return { front: { ...lane, toId: cutId }, back };
}
