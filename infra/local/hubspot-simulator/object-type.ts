/** The object types of the simulated portal. Ids are unique within a type only, as in HubSpot. */
export const SIM_TYPES = ["company", "contact", "deal"] as const;
export type SimType = (typeof SIM_TYPES)[number];

interface TypeNames {
  readonly singular: SimType;
  readonly plural: string;
  /** HubSpot's object type id. */
  readonly typeId: string;
  /** Name of the modified stamp among the properties; contacts spell it differently. */
  readonly modifiedProperty: string;
  /** What an answer carries when the caller names no properties. */
  readonly defaultProperties: readonly string[];
}

/** Fact: one type answers to its singular, its plural and its type id in paths. */
export const TYPE_NAMES: Readonly<Record<SimType, TypeNames>> = {
  company: {
    singular: "company",
    plural: "companies",
    typeId: "0-2",
    modifiedProperty: "hs_lastmodifieddate",
    defaultProperties: ["name", "domain"],
  },
  contact: {
    singular: "contact",
    plural: "contacts",
    typeId: "0-1",
    modifiedProperty: "lastmodifieddate",
    defaultProperties: ["email", "firstname", "lastname"],
  },
  deal: {
    singular: "deal",
    plural: "deals",
    typeId: "0-3",
    modifiedProperty: "hs_lastmodifieddate",
    defaultProperties: ["amount", "closedate", "dealname", "dealstage", "pipeline"],
  },
};

/** The type a path segment names, or `undefined`. */
export function parseType(segment: string): SimType | undefined {
  const word = segment.toLowerCase();
  return SIM_TYPES.find((type) => {
    const names = TYPE_NAMES[type];
    return names.singular === word || names.plural === word || names.typeId === word;
  });
}

/** Orders ids as HubSpot's lists do: by number, also past 2^53. */
export function compareIds(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
