import type { SimType } from "./object-type.ts";

/** One kind of association in one direction. */
export interface AssociationType {
  readonly from: SimType;
  readonly to: SimType;
  readonly typeId: number;
  readonly isPrimary: boolean;
  /** What the v4 API shows; plain associations have none. */
  readonly label: string | null;
  /** What inline associations of a list call it. */
  readonly inlineName: string;
  /** Legacy webhooks' name; plain and primary share it. */
  readonly legacyName: string;
}

/**
 * Fact: the type ids HubSpot defines. A primary association stands beside the plain one, so a pair that is primary has
 * both ids in both directions.
 */
const ASSOCIATION_TYPES: readonly AssociationType[] = [
  plain({ from: "contact", to: "company", typeId: 279, hasPrimary: true }),
  primary({ from: "contact", to: "company", typeId: 1, label: "Primary" }),
  plain({ from: "company", to: "contact", typeId: 280, hasPrimary: true }),
  primary({ from: "company", to: "contact", typeId: 2, label: "Contact with Primary Company" }),
  plain({ from: "deal", to: "company", typeId: 341, hasPrimary: true }),
  primary({ from: "deal", to: "company", typeId: 5, label: "Primary" }),
  plain({ from: "company", to: "deal", typeId: 342, hasPrimary: true }),
  primary({ from: "company", to: "deal", typeId: 6, label: "Deal with Primary Company" }),
  plain({ from: "deal", to: "contact", typeId: 3, hasPrimary: false }),
  plain({ from: "contact", to: "deal", typeId: 4, hasPrimary: false }),
];

/** The type of an association, or `undefined` where HubSpot has none (company to company, primary contact of a deal). */
export function findAssociationType(ends: {
  readonly from: SimType;
  readonly to: SimType;
  readonly isPrimary: boolean;
}): AssociationType | undefined {
  return ASSOCIATION_TYPES.find(
    (type) => type.from === ends.from && type.to === ends.to && type.isPrimary === ends.isPrimary,
  );
}

function plain(type: {
  readonly from: SimType;
  readonly to: SimType;
  readonly typeId: number;
  readonly hasPrimary: boolean;
}): AssociationType {
  const { from, to, typeId } = type;
  // Fact: lists repeat an id once a label; the plain entry is told from the primary one by its suffix.
  const inlineName = type.hasPrimary ? `${from}_to_${to}_unlabeled` : `${from}_to_${to}`;
  return { from, to, typeId, isPrimary: false, label: null, inlineName, legacyName: legacyName(from, to) };
}

function primary(type: {
  readonly from: SimType;
  readonly to: SimType;
  readonly typeId: number;
  readonly label: string;
}): AssociationType {
  const { from, to, typeId, label } = type;
  return { from, to, typeId, isPrimary: true, label, inlineName: `${from}_to_${to}`, legacyName: legacyName(from, to) };
}

function legacyName(from: SimType, to: SimType): string {
  return `${from}_TO_${to}`.toUpperCase();
}
