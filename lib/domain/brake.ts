import { OBJECT_TYPES, type ObjectType } from "./hubspot-object.ts";

/** How much one run may deactivate. */
export interface BrakeSettings {
  /** Share of the active records of a type, 0 to 100. */
  readonly percent: number;
  /** Always allowed. */
  readonly minimum: number;
}

/** What a run is about to do to the records of one type. */
export interface BrakeLoad {
  /** Records that were seen and are active. */
  readonly active: number;
  /** Of those, records about to turn inactive, to vanish from their customer or to lose it. */
  readonly harmed: number;
  /** Objects that HubSpot listed. */
  readonly listed: number;
  /** How many a person confirmed, if one did. */
  readonly confirmed?: number | undefined;
}

export type BrakeVerdict =
  | { readonly kind: "free" }
  | { readonly kind: "held"; readonly why: "tooMany" | "emptyListing"; readonly limit: number };

/**
 * Whether a run may go on to deactivate. A listing with nothing in it holds it however few records there are: a portal
 * that was emptied on purpose is rarer than a token that sees nothing.
 */
export function judgeBrake(load: BrakeLoad, settings: BrakeSettings): BrakeVerdict {
  const usual = Math.max(settings.minimum, Math.floor((load.active * settings.percent) / 100));
  if (load.confirmed !== undefined && load.harmed <= load.confirmed) return { kind: "free" };
  if (load.listed === 0 && load.harmed > 0) return { kind: "held", why: "emptyListing", limit: 0 };
  return load.harmed > usual ? { kind: "held", why: "tooMany", limit: usual } : { kind: "free" };
}

/** What the brake holds of one type, and the limit, in words. */
export function describeHold(
  type: ObjectType,
  { active, harmed, listed, limit }: Omit<BrakeLoad, "confirmed"> & { readonly limit: number },
): string {
  return listed === 0
    ? `HubSpot listed no ${type} at all, and ${harmed} records would be deactivated`
    : `${harmed} of ${active} records of type ${type} would be deactivated or lose their customer, at most ${limit} may`;
}

/**
 * What a dry run or preview says of the brake: one line for each type that would hold a real pass back.
 *
 * @param brake what the run read of the brake, by type
 */
export function foretellHolds(
  brake: Readonly<Partial<Record<ObjectType, Parameters<typeof describeHold>[1] & { readonly isHeld: boolean }>>>,
): readonly string[] {
  return OBJECT_TYPES.flatMap((type) => {
    const reading = brake[type];
    if (reading?.isHeld !== true) return [];
    return `The brake would stop a real pass before it deactivates anything: ${describeHold(type, reading)}`;
  });
}

/**
 * The command that carries out what a run was held from. Whoever knows how the admin reaches the records adds the options
 * for that, as the command line does.
 */
export function confirmingCommand(passId: string): string {
  return `npx hubspot-zep reconcile --confirm ${passId}`;
}
