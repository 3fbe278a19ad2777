import * as z from "zod";
import type { Change } from "../domain/change.ts";
import type { IgnoreReason } from "../sync/ports.ts";
import { readWireId } from "./wire-json.ts";

/** An id that cannot be read counts as missing, not as the end of its event. */
const id = z.unknown().optional().transform(readWireId);

/** A truth value that may come as a text; what is neither counts as missing. */
const flag = z
  .union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")])
  .nullish()
  .catch(undefined);

/**
 * The fields we read of every event; HubSpot sends more. Anything may be missing: the name is `subscriptionType` in
 * traffic and `eventType` in some pages of the documentation, `objectId` was seen absent on association events. What only
 * some kinds have is read for those alone, for most events are property changes.
 */
export const wireEvent = z.object({
  subscriptionType: z.string().nullish(),
  eventType: z.string().nullish(),
  occurredAt: z.unknown().optional(),
  objectId: z.unknown().optional(),
  objectTypeId: z.string().nullish(),
});

/** What an association event has besides. */
export const wireAssociation = z.object({
  objectId: id,
  fromObjectId: id,
  toObjectId: id,
  fromObjectTypeId: z.string().nullish(),
  toObjectTypeId: z.string().nullish(),
  associationType: z.string().nullish(),
  associationTypeId: z.coerce.number().nullish().catch(undefined),
  associationRemoved: flag,
  isPrimaryAssociation: flag,
});

/** What a merge event has besides. */
export const wireMerge = z.object({
  objectId: id,
  primaryObjectId: id,
  mergedObjectIds: z.array(id).nullish().catch(undefined),
  newObjectId: id,
});

/** What a privacy deletion has besides; the account, if it can be read. */
export const wireErasure = z.object({ portalId: id });

/** An association event, as far as we read it. */
export type WireAssociation = z.output<typeof wireAssociation>;

/** What one event comes to. */
export type ReadEvent =
  | { readonly kind: "changes"; readonly changes: readonly Change[] }
  | { readonly kind: "ignored"; readonly why: IgnoreReason }
  | { readonly kind: "malformed" };
