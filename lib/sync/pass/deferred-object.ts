import type { Change } from "../../domain/change.ts";
import { MAX_LOOKS } from "../../domain/decision.ts";
import { OBJECT_TYPES } from "../../domain/hubspot-object.ts";
import { NonRetryableError } from "../errors.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { ComparedObject } from "./compare-page.ts";

/** An object that would lose something, and how many of its records. */
export interface DeferredObject {
  readonly type: ObjectType;
  readonly id: string;
  readonly harmed: number;
}

/** A deferred object as it is stored: `contact:118330700001:2`. */
export function encodeDeferred(type: ObjectType, { id, finding }: ComparedObject): readonly string[] {
  if (finding.kind !== "deferred") return [];
  return [`${type}:${id}:${finding.repairs.filter(({ isHarm }) => isHarm).length}`];
}

/** @throws NonRetryableError `badAnswer` when it is no deferred object */
export function decodeDeferred(text: string): DeferredObject {
  const [typeText, id, harmed] = text.split(":");
  const type = OBJECT_TYPES.find((known) => known === typeText);
  if (type === undefined || id === undefined || harmed === undefined || !/^\d+$/u.test(harmed)) {
    throw new NonRetryableError(`A deferred object is stored as ${JSON.stringify(text.slice(0, 60))}`, {
      code: "badAnswer",
    });
  }
  return { type, id, harmed: Number(harmed) };
}

/** The request to read the object once more and to believe what is read. */
export function toChange({ type, id }: DeferredObject): Change {
  return { type, id, at: {}, looks: MAX_LOOKS, failures: 0 };
}
