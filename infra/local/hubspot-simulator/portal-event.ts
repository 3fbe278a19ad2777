import type { End } from "./link-table.ts";
import type { SimType } from "./object-type.ts";

interface Base {
  readonly type: SimType;
  readonly objectId: string;
  readonly occurredAtMs: number;
}

/** What happened in the portal, before it is put into one of HubSpot's two wire formats. */
export type PortalEvent =
  | (Base & { readonly kind: "creation" | "deletion" | "restore" | "privacyDeletion" })
  | (Base & { readonly kind: "propertyChange"; readonly propertyName: string; readonly propertyValue: string })
  | (Base & {
      readonly kind: "associationChange";
      readonly toType: SimType;
      readonly toId: string;
      readonly isRemoved: boolean;
      readonly isPrimary: boolean;
    })
  | (Base & {
      readonly kind: "merge";
      readonly mergedIds: readonly string[];
      readonly newId: string;
      readonly propertiesMoved: number;
    });

/** An association, plain or primary. */
export interface Pair {
  readonly from: End;
  readonly to: End;
  readonly isPrimary: boolean;
}

export function plainEvent(kind: "deletion" | "restore", end: End, occurredAtMs: number): PortalEvent {
  return { kind, type: end.type, objectId: end.id, occurredAtMs };
}

export function propertyEvent(
  end: End,
  property: { readonly name: string; readonly value: string },
  occurredAtMs: number,
): PortalEvent {
  const told = { type: end.type, objectId: end.id, occurredAtMs };
  return { kind: "propertyChange", ...told, propertyName: property.name, propertyValue: property.value };
}

/** Fact: an association changes at both ends, so it is told twice. */
export function pairEvents(pair: Pair, isRemoved: boolean, occurredAtMs: number): PortalEvent[] {
  const sides = [pair, { from: pair.to, to: pair.from }];
  return sides.map(({ from, to }) => {
    const told = { type: from.type, objectId: from.id, occurredAtMs, toType: to.type, toId: to.id };
    return { kind: "associationChange", ...told, isRemoved, isPrimary: pair.isPrimary };
  });
}
