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

/**
 * The command that carries out what a run was held from. Whoever knows how the admin reaches the records adds the options
 * for that, as the command line does.
 */
export function confirmingCommand(passId: string): string {
  return `npx hubspot-zep reconcile --confirm ${passId}`;
}
