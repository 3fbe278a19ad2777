import type { End } from "./link-table.ts";
import { SIM_TYPES, type SimType } from "./object-type.ts";
import type { PortalSource, SimLink, SimObject } from "./portal-source.ts";

/** All objects of a type that are live now; for tests and for `/_sim/`. */
export function listAllObjects(source: PortalSource, type: SimType): readonly SimObject[] {
  const request = { afterId: undefined, limit: Number.POSITIVE_INFINITY, isArchived: false, asOfMs: source.now() };
  return source.listObjects(type, request);
}

/** All links of an object as of now. */
export function listAllLinks(source: PortalSource, end: End): readonly SimLink[] {
  return SIM_TYPES.flatMap((toType) => source.listLinks({ ...end, toType, asOfMs: source.now() }));
}
