import { createDice, deriveSeed } from "./dice.ts";
import type { Scenario, StepKind, Trouble } from "./scenario.ts";

/** Scenarios with one idea each, for what chance alone shows too seldom. */
export const PLOTS = ["backAndForth", "bursts", "labels", "removals", "settings", "unanswerable"] as const;

export type Plot = (typeof PLOTS)[number];

interface Outline {
  readonly first: readonly StepKind[];
  /** Played over and over. */
  readonly round: readonly StepKind[];
  /** Steps that come while the one before is still being worked on; the others find everything at rest. */
  readonly soon: ReadonlySet<StepKind>;
  readonly trouble: Partial<Trouble>;
}

const ROUNDS = 12;

const CALM: Trouble = { faults: 0, deaths: 0, lag: 0, drops: 0, duplicates: 0, delays: 0, slowness: 0, refusals: 0 };

const OUTLINES: Readonly<Record<Plot, Outline>> = {
  // An older read of B must not land after a newer one found A again, which is what is stored.
  backAndForth: {
    first: ["createCompany", "createContact", "createDeal"],
    round: ["edit", "undo"],
    soon: new Set(["undo"]),
    trouble: { slowness: 0.4 },
  },
  // A read that lags behind two edits is older than what is stored by now, and must be repeated all the same.
  bursts: {
    first: ["createCompany", "createContact", "createDeal"],
    round: ["edit", "edit", "edit", "edit"],
    soon: new Set(["edit"]),
    trouble: { lag: 0.6 },
  },
  // A label that moves leaves the associations as they are, so that a read which lags looks just as it should.
  labels: {
    first: ["createCompany", "createCompany", "createContact", "createDeal", "associate", "associate"],
    round: ["makePrimary", "makePrimary"],
    soon: new Set(),
    trouble: { lag: 0.6 },
  },
  // Reads for an edit just before a removal, or after it, still find what was removed.
  removals: {
    first: ["createCompany", "createContact", "createDeal"],
    round: ["createCompany", "createContact", "createDeal", "edit", "edit", "remove"],
    soon: new Set(["edit", "remove"]),
    trouble: { lag: 0.6, duplicates: 0.3 },
  },
  // A worker that began with the former settings may write by them until its end, however new its read is.
  settings: {
    first: ["createCompany", "createContact", "createDeal", "createCompany", "createContact", "createDeal"],
    round: ["createCompany", "createDeal", "createContact", "moveStage", "exclude", "include", "edit", "deploy"],
    soon: new Set(["createDeal", "createContact", "moveStage", "exclude", "edit", "deploy"]),
    trouble: { slowness: 0.4, lag: 0.3 },
  },
  // What HubSpot cannot answer must hold nothing else up, and is made up for once it can.
  unanswerable: {
    first: ["createCompany", "createContact", "createDeal", "createCompany", "createContact", "createDeal"],
    round: ["createContact", "createDeal", "edit", "edit", "associate", "remove", "edit", "merge", "restore"],
    soon: new Set(["createContact", "createDeal", "edit", "associate"]),
    trouble: { refusals: 0.1, duplicates: 0.2, lag: 0.3 },
  },
};

/** The scenario of a plot and a seed. */
export function createPlot(plot: Plot, seed: number): Scenario {
  const dice = createDice(deriveSeed(seed, 0));
  const { first, round, soon, trouble } = OUTLINES[plot];
  const kinds = [...first, ...Array.from({ length: ROUNDS }, () => round).flat()];
  return {
    seed,
    dealStages: "all",
    brake: { percent: 10, minimum: 20 },
    trouble: { ...CALM, ...trouble },
    steps: kinds.map((kind, index) => ({
      kind,
      seed: deriveSeed(seed, 1000 + index),
      waitMs: soon.has(kind) ? dice.between(5_000, 20_000) : dice.between(300_000, 900_000),
    })),
  };
}
