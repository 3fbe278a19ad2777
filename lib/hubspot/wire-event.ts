import * as z from "zod";
import type { Change } from "../domain/change.ts";
import type { IgnoreReason } from "../sync/ports.ts";
import { wireId } from "./wire-json.ts";

/**
 * The fields we read of every event; HubSpot sends more. Anything may be missing: the name is `subscriptionType` in
 * traffic and `eventType` in some pages of the documentation, `objectId` was seen absent on association events. What only
 * some kinds have is read for those alone, for most events are property changes.
 */
export const wireEvent = z.object({
  subscriptionType: z.string().nullish(),
  eventType: z.string().nullish(),
  occurredAt: z.unknown().optional(),
  objectId: wireId.nullish(),
  objectTypeId: z.string().nullish(),
});

/** What an association event has besides. */
export const wireAssociation = z.object({
  objectId: wireId.nullish(),
  fromObjectId: wireId.nullish(),
  toObjectId: wireId.nullish(),
  fromObjectTypeId: z.string().nullish(),
  toObjectTypeId: z.string().nullish(),
  associationType: z.string().nullish(),
  associationTypeId: z.coerce.number().nullish().catch(undefined),
  associationRemoved: z.boolean().nullish(),
  isPrimaryAssociation: z.boolean().nullish(),
});

/** What a merge event has besides. */
export const wireMerge = z.object({
  objectId: wireId.nullish(),
  primaryObjectId: wireId.nullish(),
  mergedObjectIds: z.array(wireId).nullish(),
  newObjectId: wireId.nullish(),
});

/** What a privacy deletion has besides; the account, if it can be read. */
export const wireErasure = z.object({ portalId: wireId.nullish().catch(undefined) });

/** An association event, as far as we read it. */
export type WireAssociation = z.output<typeof wireAssociation>;

/** What one event comes to. */
export type ReadEvent =
  | { readonly kind: "changes"; readonly changes: readonly Change[] }
  | { readonly kind: "ignored"; readonly why: IgnoreReason }
  | { readonly kind: "malformed" };
