import * as z from "zod";
import { QUEUE } from "../contract.ts";
import type { ChangeKind } from "../domain/change.ts";
import { OBJECT_TYPES } from "../domain/hubspot-object.ts";
import type { MessageBody } from "./encode-message.ts";

const timeMs = z.number().exactOptional();

/** The compiler asks for a new one when a kind is added. */
const times = {
  created: timeMs,
  property: timeMs,
  association: timeMs,
  deleted: timeMs,
  restored: timeMs,
  merged: timeMs,
  erased: timeMs,
  follow: timeMs,
  resync: timeMs,
  attach: timeMs,
} satisfies Record<ChangeKind, typeof timeMs>;

const change = z.strictObject({
  type: z.enum(OBJECT_TYPES),
  id: z.string().min(1),
  at: z.strictObject(times),
  expects: z.record(z.string(), z.strictObject({ isAssociated: z.boolean(), atMs: z.number() })).exactOptional(),
  expectsPrimary: z.strictObject({ companyId: z.string(), isPrimary: z.boolean(), atMs: z.number() }).exactOptional(),
  erasedIn: z.array(z.string()).exactOptional(),
  absorbs: z.array(z.string()).exactOptional(),
  seen: z.strictObject({ id: z.string(), revision: z.number() }).exactOptional(),
  looks: z.number().default(0),
  failures: z.number().default(0),
  origin: z.strictObject({ deliveryIds: z.array(z.string()), receivedAtMs: z.number() }).exactOptional(),
});

/**
 * The body of a message. `v` is its version: a worker that meets one it does not know leaves the message to the
 * dead-letter queue rather than misread it.
 */
const body = z.strictObject({
  v: z.literal(1),
  deliveryId: z.string(),
  receivedAtMs: z.number(),
  changes: z.array(change).max(QUEUE.changesPerMessage),
});

/** The contents of a message, or why it has none. Names places only, never values. */
export function decodeMessage(
  text: string,
): { readonly kind: "decoded"; readonly body: MessageBody } | { readonly kind: "malformed"; readonly why: string } {
  const json = parseJson(text);
  if (json === undefined) return { kind: "malformed", why: "not JSON" };
  const parsed = body.safeParse(json.value);
  if (parsed.success) {
    const { deliveryId, receivedAtMs, changes } = parsed.data;
    return { kind: "decoded", body: { deliveryId, receivedAtMs, changes } };
  }
  const places = parsed.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.code}`);
  return { kind: "malformed", why: places.slice(0, 5).join(", ") };
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
