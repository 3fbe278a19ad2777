import { MAX_LOOKS } from "../../domain/decision.ts";
import { OBJECT_TYPES } from "../../domain/hubspot-object.ts";
import { NonRetryableError } from "../errors.ts";
import { Counter, countRepairs } from "./counter.ts";
import type { Change } from "../../domain/change.ts";
import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { Finding } from "../../domain/pass-finding.ts";
import type { Outcome } from "../run.ts";
import type { ComparedObject } from "./compared-object.ts";

/** An object that would lose something, or that was read too soon, and what the report counts once it is applied. */
export interface DeferredObject {
  readonly type: ObjectType;
  readonly id: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** Whether an object waits until all is listed: it would lose something, or what was read may be older than what is stored. */
export function isPutOff(finding: Finding, outcome: Outcome | undefined): boolean {
  return finding.kind === "deferred" || outcome?.kind === "again";
}

/** A deferred object as it is stored: `contact:118330700001:deactivated=2:repaired=2:by.missedEvent=2`. */
export function encodeDeferred(
  type: ObjectType,
  { id, finding }: Pick<ComparedObject, "id" | "finding">,
  outcome?: Outcome,
): readonly string[] {
  if (finding.kind === "settled" || !isPutOff(finding, outcome)) return [];
  const counts = new Counter();
  countRepairs(counts, finding.repairs);
  return [[type, id, ...Object.entries(counts.sums).map((entry) => entry.join("="))].join(":")];
}

/** @throws NonRetryableError `badAnswer` when it is no deferred object */
export function decodeDeferred(text: string): DeferredObject {
  const [typeText, id, ...sums] = text.split(":");
  const type = OBJECT_TYPES.find((known) => known === typeText);
  const counts = sums.map((sum) => /^([\w.]+)=(\d+)$/u.exec(sum));
  if (type === undefined || id === undefined || !/^\d+$/u.test(id) || counts.includes(null)) {
    throw new NonRetryableError(`A deferred object is stored as ${JSON.stringify(text.slice(0, 60))}`, {
      code: "badAnswer",
    });
  }
  return { type, id, counts: Object.fromEntries(counts.map((match) => [match?.[1] ?? "", Number(match?.[2])])) };
}

/** The request to read the object once more and to believe what is read. */
export function toChange({ type, id }: DeferredObject): Change {
  return { type, id, at: {}, looks: MAX_LOOKS, failures: 0 };
}
