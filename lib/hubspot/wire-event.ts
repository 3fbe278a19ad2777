import * as z from "zod";
import type { Change } from "../domain/change.ts";
import type { IgnoreReason } from "../sync/ports.ts";
import { wireId } from "./wire-json.ts";

/**
 * The fields we read; HubSpot sends more. Anything may be missing: the name is `subscriptionType` in traffic and
 * `eventType` in some pages of the documentation, `objectId` was seen absent on association events.
 */
export const wireEvent = z.object({
  subscriptionType: z.string().nullish(),
  eventType: z.string().nullish(),
  occurredAt: z.unknown().optional(),
  objectId: wireId.nullish(),
  objectTypeId: z.string().nullish(),
  fromObjectId: wireId.nullish(),
  toObjectId: wireId.nullish(),
  fromObjectTypeId: z.string().nullish(),
  toObjectTypeId: z.string().nullish(),
  associationType: z.string().nullish(),
  associationTypeId: z.coerce.number().nullish().catch(undefined),
  associationRemoved: z.boolean().nullish(),
  isPrimaryAssociation: z.boolean().nullish(),
  primaryObjectId: wireId.nullish(),
  mergedObjectIds: z.array(wireId).nullish(),
  newObjectId: wireId.nullish(),
});

/** One event of a delivery, as far as we read it. */
export type WireEvent = z.output<typeof wireEvent>;

/** What one event comes to. */
export type ReadEvent =
  | { readonly kind: "changes"; readonly changes: readonly Change[] }
  | { readonly kind: "ignored"; readonly why: IgnoreReason }
  | { readonly kind: "malformed" };
