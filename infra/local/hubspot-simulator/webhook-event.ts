import { findAssociationType } from "./association-type.ts";
import { TYPE_NAMES } from "./object-type.ts";
import type { PortalEvent } from "./portal-event.ts";
import type { PortalIdentity } from "./portal-source.ts";
import { hashText, pickIndex, type Random } from "./seeded-random.ts";
import { toWireInteger } from "./wire-json.ts";

export type WebhookFormat = "legacy" | "generic";

/** One element of a delivery's array, before it is JSON. */
export type WireEvent = Readonly<Record<string, unknown>>;

/** What an event needs besides what happened. */
export interface EventContext {
  readonly identity: PortalIdentity;
  readonly format: WebhookFormat;
  readonly random: Random;
}

/**
 * An event in one of HubSpot's formats. Facts: older apps get `company.creation`, newer ones `object.creation` with an
 * `objectTypeId`; `eventId` is not unique; ids are JSON numbers.
 */
export function toWireEvent(event: PortalEvent, context: EventContext): WireEvent {
  const { identity, random } = context;
  const subscriptionType = subscriptionTypeOf(event, context.format);
  return {
    // Fact: documented as not unique; a small range makes that happen.
    eventId: pickIndex(random, 4_000_000_000),
    subscriptionId: subscriptionIdOf(event, subscriptionType),
    portalId: identity.portalId,
    appId: identity.appId,
    occurredAt: event.occurredAtMs,
    subscriptionType,
    attemptNumber: 0,
    changeSource: "CRM_UI",
    sourceId: "userId:75514748",
    ...(context.format === "generic" && event.kind !== "privacyDeletion"
      ? { objectTypeId: TYPE_NAMES[event.type].typeId }
      : {}),
    ...detailsOf(event, context.format),
  };
}

function subscriptionTypeOf(event: PortalEvent, format: WebhookFormat): string {
  // Fact: the privacy event keeps its legacy name in both formats.
  if (event.kind === "privacyDeletion") return "contact.privacyDeletion";
  return `${format === "legacy" ? event.type : "object"}.${event.kind}`;
}

/** One subscription a kind and property, so its id is stable. */
function subscriptionIdOf(event: PortalEvent, subscriptionType: string): number {
  const property = event.kind === "propertyChange" ? event.propertyName : "";
  return 1_000_000 + (hashText(`${event.type}.${subscriptionType}.${property}`) % 8_000_000);
}

function detailsOf(event: PortalEvent, format: WebhookFormat): WireEvent {
  const objectId = toWireInteger(event.objectId);
  if (event.kind === "associationChange") return associationDetails(event, format);
  if (event.kind === "propertyChange") {
    const sensitivity = format === "generic" ? { isSensitive: false } : {};
    return { objectId, propertyName: event.propertyName, propertyValue: event.propertyValue, ...sensitivity };
  }
  if (event.kind === "merge") {
    return {
      objectId,
      primaryObjectId: objectId,
      mergedObjectIds: event.mergedIds.map(toWireInteger),
      newObjectId: toWireInteger(event.newId),
      numberOfPropertiesMoved: event.propertiesMoved,
    };
  }
  if (event.kind === "restore") return { objectId };
  return { objectId, changeFlag: event.kind === "creation" ? "CREATED" : "DELETED" };
}

/** Fact: legacy association events were seen without `objectId`; only `fromObjectId` tells whose event it is. */
function associationDetails(
  event: Extract<PortalEvent, { readonly kind: "associationChange" }>,
  format: WebhookFormat,
): WireEvent {
  const type = findAssociationType({ from: event.type, to: event.toType, isPrimary: event.isPrimary });
  const common = {
    fromObjectId: toWireInteger(event.objectId),
    toObjectId: toWireInteger(event.toId),
    associationRemoved: event.isRemoved,
    isPrimaryAssociation: event.isPrimary,
  };
  if (format === "legacy") return { ...common, associationType: type?.legacyName };
  return {
    ...common,
    objectId: toWireInteger(event.objectId),
    fromObjectTypeId: TYPE_NAMES[event.type].typeId,
    toObjectTypeId: TYPE_NAMES[event.toType].typeId,
    associationTypeId: type?.typeId,
    associationCategory: "HUBSPOT_DEFINED",
  };
}
