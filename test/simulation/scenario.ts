import type { BrakeSettings } from "../../lib/domain/brake.ts";
import { createDice, deriveSeed, type Dice } from "./dice.ts";

/** What may happen in one step: in HubSpot, by an admin, or a pass that starts. */
export const STEP_KINDS = [
  "createCompany",
  "createContact",
  "createDeal",
  "edit",
  "revert",
  "remove",
  "restore",
  "merge",
  "chainMerge",
  "associate",
  "dissociate",
  "makePrimary",
  "exclude",
  "include",
  "moveStage",
  "erase",
  "import",
  "editLocally",
  "detach",
  "attach",
  "resync",
  "pass",
] as const;
/** Besides, in plots only: `undo`, the last edit is taken back, and `deploy`, an admin changes the settings. */
export type StepKind = RandomKind | "undo" | "deploy";
type RandomKind = (typeof STEP_KINDS)[number];

export interface Step {
  readonly kind: StepKind;
  /** Decides about everything within the step, so that it means much the same when others are left out. */
  readonly seed: number;
  /** Time before it, milliseconds. */
  readonly waitMs: number;
}

/** Shares, 0 to 1, of what goes wrong. */
export interface Trouble {
  /** Calls of HubSpot that fail, and writes and sends likewise. */
  readonly faults: number;
  /** Steps of a process before which it dies. */
  readonly deaths: number;
  /** Reads that lag, up to 20 s. */
  readonly lag: number;
  /** Events that are lost for good. */
  readonly drops: number;
  /** Events that are sent twice, and messages that are received twice. */
  readonly duplicates: number;
  /** Events that are late by minutes or hours. */
  readonly delays: number;
  /** Processes that take seconds, up to a minute, for some of their steps. */
  readonly slowness: number;
  /** Objects that HubSpot cannot answer: alone or among others, their read fails, or they come without a stamp. */
  readonly refusals: number;
}

/** Every kind of trouble. */
export const TROUBLE_KINDS = [
  "faults",
  "deaths",
  "lag",
  "drops",
  "duplicates",
  "delays",
  "slowness",
  "refusals",
] as const satisfies readonly (keyof Trouble)[];

export interface Scenario {
  readonly seed: number;
  readonly dealStages: "all" | "some";
  readonly brake: BrakeSettings;
  readonly trouble: Trouble;
  readonly steps: readonly Step[];
}

/** How often each kind happens, before a seed bends it. */
const USUAL: Readonly<Record<RandomKind, number>> = {
  createCompany: 8,
  createContact: 8,
  createDeal: 8,
  edit: 20,
  revert: 14,
  remove: 7,
  restore: 7,
  merge: 4,
  chainMerge: 1,
  associate: 9,
  dissociate: 7,
  makePrimary: 7,
  exclude: 5,
  include: 6,
  moveStage: 9,
  erase: 1.5,
  import: 0.7,
  editLocally: 7,
  detach: 3,
  attach: 4,
  resync: 2,
  pass: 3,
};

/** The scenario of a seed. Half of the seeds lose no event, so that the queue alone must get everything right. */
export function createScenario(seed: number, steps: number): Scenario {
  const dice = createDice(deriveSeed(seed, 0));
  const weights = STEP_KINDS.map((kind) => [kind, USUAL[kind] * bend(dice)] as const);
  const share = (calm: number, most: number): number => (dice.hits(calm) ? 0 : dice.random() * most);
  const trouble = {
    faults: share(0.3, 0.08),
    deaths: share(0.3, 0.012),
    lag: share(0.2, 0.6),
    drops: share(0.5, 0.25),
    duplicates: share(0.3, 0.2),
    delays: share(0.3, 0.25),
    slowness: share(0.3, 0.5),
    // A plot of its own shows them.
    refusals: 0,
  };
  const hurry = dice.pick([0.3, 1, 1, 3]) ?? 1;
  return {
    seed,
    dealStages: dice.hits(0.4) ? "all" : "some",
    // As it is deployed, or so tight that few deletions stop a pass.
    brake: { percent: 10, minimum: dice.hits(0.6) ? 20 : 1 },
    trouble,
    steps: Array.from({ length: steps }, (_, index) => ({
      // The first steps create, so that the others have something to work on.
      kind: index < 9 ? firstKind(index) : pickWeighted(dice, weights),
      seed: deriveSeed(seed, 1000 + index),
      waitMs: pickWaitMs(dice, hurry),
    })),
  };
}

function bend(dice: Dice): number {
  return dice.hits(0.15) ? 0 : 0.2 + 2 * dice.random() ** 2;
}

function firstKind(index: number): StepKind {
  return STEP_KINDS[index % 3] ?? "createCompany";
}

function pickWeighted(dice: Dice, weights: readonly (readonly [RandomKind, number])[]): StepKind {
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  let left = dice.random() * total;
  for (const [kind, weight] of weights) {
    left -= weight;
    if (left < 0) return kind;
  }
  return "edit";
}

function pickWaitMs(dice: Dice, hurry: number): number {
  const waits = [dice.between(1, 50), dice.between(1, 3_000), dice.between(1_000, 20_000), dice.between(5_000, 90_000)];
  if (dice.hits(0.02)) return dice.between(600_000, 7_200_000);
  return Math.max(1, Math.round((dice.pick(waits) ?? 1) * hurry));
}
